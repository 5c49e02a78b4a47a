/** Rejects a deploy that would drop a deployed pipeline, or give it an empty table, without notice. See decision 015. */
import { CustomResource, Duration, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { PipelineConfig } from '../lambda/config/config.ts';
import type { GuardedPipelines } from '../lambda/core/contract.ts';
import { type FunctionOptions, pipelineFunction } from './functions.ts';

export interface GuardProps {
  readonly pipelines: readonly PipelineConfig[];
  readonly nested: boolean;
  readonly removed: readonly string[];
  readonly options: FunctionOptions;
}

/** All other resources depend on it: when it rejects the deploy, nothing has changed yet. */
export function pipelineGuard(stack: Stack, { pipelines, nested, removed, options }: GuardProps): Construct {
  // Outside the VPC of the pipelines: it only calls CloudFormation.
  const { dist, logRetention } = options;
  const guard = pipelineFunction(stack, 'Guard', {
    dist,
    logRetention,
    bundle: 'guard',
    description: 'Rejects a deploy that would remove a pipeline without notice',
    memorySizeMb: 128,
    timeoutSeconds: 60,
    statements: [
      new PolicyStatement({ actions: ['cloudformation:DescribeStacks'], resources: [stack.stackId] }),
    ],
  });
  const properties: GuardedPipelines = {
    pipelines: pipelines.map(({ name, previousNames, adopt }) => ({
      name,
      place: nested ? 'nested' : 'flat',
      previousNames: [...previousNames],
      adopts: Object.values(adopt ?? {}),
    })),
    removed: [...removed],
  };
  return new CustomResource(stack, 'PipelineGuard', {
    resourceType: 'Custom::PipelineGuard',
    serviceToken: guard.functionArn,
    serviceTimeout: Duration.minutes(3),
    properties: { ...properties },
  });
}
