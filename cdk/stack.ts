/** The stack: one pipeline or many, a dashboard over all, an output for each. */
import { CfnOutput, CfnResource, NestedStack, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConfigError, type PipelineConfig } from '../lambda/core/config.ts';
import { outputKey } from '../lambda/core/contract.ts';
import { dashboard } from './dashboard.ts';
import { Auth0LogsToAzure, type Auth0LogsToAzureProps } from './pipeline.ts';

export interface PipelinesStackProps extends StackProps {
  readonly pipelines: readonly PipelineConfig[];
  /** Each pipeline in a nested stack of its own: see docs/decisions/010-nested-stacks.md. */
  readonly nested?: boolean;
  /** The same for every pipeline. */
  readonly options?: Omit<Auth0LogsToAzureProps, 'config'>;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MAX_RESOURCES = 500;

export class PipelinesStack extends Stack {
  readonly pipelines: readonly Auth0LogsToAzure[];

  /** Throws ConfigError when the pipelines do not fit into one stack, or one of them does not fit its functions. */
  constructor(scope: Construct, id: string, props: PipelinesStackProps) {
    const { pipelines, nested = false, options, ...stackProps } = props;
    super(scope, id, { description: 'Ships Auth0 tenant logs to Azure Log Analytics', ...stackProps });
    this.pipelines = pipelines.map(config => {
      const parent = nested ? new NestedStack(this, `${config.name}-stack`) : this;
      return new Auth0LogsToAzure(parent, config.name, { ...options, config });
    });
    dashboard(this, 'Dashboard', this.pipelines);
    for (const pipeline of this.pipelines) {
      const key = outputKey(pipeline.config.name);
      // One output, not seven: CloudFormation allows 200 a stack.
      new CfnOutput(this, key, { value: this.toJsonString(pipeline.output) });
    }
    if (!nested) refuseTooMany(this);
  }
}

function refuseTooMany(stack: PipelinesStack): void {
  const resources = stack.node.findAll().filter(one => CfnResource.isCfnResource(one)).length;
  if (resources <= MAX_RESOURCES) return;
  const { length: count } = stack.pipelines;
  const fit = Math.floor((MAX_RESOURCES * count) / resources);
  throw new ConfigError([
    `pipelines: ${count} of them make ${resources} resources, and CloudFormation allows ${MAX_RESOURCES} a stack: ` +
      `about ${fit} fit; give each a nested stack with -c nested=true, or spread them over several stacks with -c config=FILE -c stackName=NAME`,
  ]);
}
