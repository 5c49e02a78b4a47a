/** The stack: one or more pipelines, a guard, one dashboard, and one output per pipeline. */
import { CfnResource, NestedStack, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import { ConfigError, type PipelineConfig } from '../lambda/config/config.ts';
import type { StackConfig } from '../lambda/config/stack.ts';
import { boundary, type PipelineOptions, pipelineOptions } from './around.ts';
import { dashboard } from './dashboard.ts';
import { pipelineGuard } from './guard.ts';
import { Auth0LogsToAzure } from './pipeline.ts';

export interface PipelinesStackProps extends StackProps {
  readonly pipelines: readonly PipelineConfig[];
  /** Each pipeline in its own nested stack: see docs/decisions/010-nested-stacks.md. */
  readonly nested?: boolean | undefined;
  /** `stack` of the configuration, without the name. */
  readonly around?: StackConfig;
  /** Pipelines that were removed on purpose: see docs/decisions/015-a-guard-in-the-stack.md. */
  readonly removed?: readonly string[];
  /** The same for every pipeline. They override `around`. */
  readonly options?: PipelineOptions;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MAX_RESOURCES = 500;

export class PipelinesStack extends Stack {
  readonly pipelines: readonly Auth0LogsToAzure[];

  /** Throws ConfigError when the pipelines do not fit into one stack, or one of them does not fit its functions. */
  constructor(scope: Construct, id: string, props: PipelinesStackProps) {
    const { pipelines, around = {}, nested = around.nested ?? false, removed = [], ...rest } = props;
    const { options: given, ...stackProps } = rest;
    const { account, region } = around;
    super(scope, id, {
      description: 'Ships Auth0 tenant logs to Azure Log Analytics',
      env: { ...(account && { account }), ...(region && { region }) },
      ...stackProps,
    });
    const options = { ...pipelineOptions(this, around), ...given };
    const bounds = boundary(this, around);
    if (bounds) PermissionsBoundary.of(this).apply(bounds);
    for (const [key, value] of Object.entries(around.tags ?? {})) Tags.of(this).add(key, value);
    const guard = pipelineGuard(this, { pipelines, nested, removed, options });
    this.pipelines = pipelines.map(config => {
      const parent = nested ? new NestedStack(this, `${config.name}-stack`) : this;
      const pipeline = new Auth0LogsToAzure(parent, config.name, { ...options, config });
      pipeline.node.addDependency(guard);
      return pipeline;
    });
    dashboard(this, 'Dashboard', this.pipelines);
    if (!nested) refuseTooMany(this);
  }
}

function refuseTooMany(stack: PipelinesStack): void {
  const resources = resourcesOf(stack);
  if (resources <= MAX_RESOURCES) return;
  const { length: count } = stack.pipelines;
  const own = stack.pipelines.reduce((sum, pipeline) => sum + resourcesOf(pipeline), 0);
  // Shared resources exist once, for any number of pipelines.
  const fit = Math.floor(((MAX_RESOURCES - (resources - own)) * count) / own);
  throw new ConfigError([
    `pipelines: ${count} pipelines have ${resources} resources, and CloudFormation allows ${MAX_RESOURCES} per stack: ` +
      `about ${fit} fit; use nested stacks with -c nested=true, or several stacks with -c config=FILE -c stackName=NAME`,
  ]);
}

function resourcesOf(of: IConstruct): number {
  return of.node.findAll().filter(one => CfnResource.isCfnResource(one)).length;
}
