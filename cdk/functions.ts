/** The two functions: they differ in bundle, timeout and permissions. */
import { join } from 'node:path';
import { Duration, IgnoreMode, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { MEMORY_ENVIRONMENT } from '../lambda/core/contract.ts';
import { acknowledge } from './acknowledge.ts';
import { logStatement } from './permissions.ts';

/** Options of both functions. */
export interface FunctionOptions {
  /** The folder that `npm run build` writes: ship/index.mjs, replay/index.mjs and guard/index.mjs. Default: dist/. */
  readonly dist?: string | undefined;
  /** Lambda allocates CPU in proportion to memory. Default: 512. */
  readonly memorySizeMb?: number | undefined;
  /** Default: one month. */
  readonly logRetention?: RetentionDays | undefined;
  /** A VPC with a route to Auth0, Azure and AWS. Default: none; Lambda has internet access. */
  readonly vpc?: IVpc | undefined;
  readonly vpcSubnets?: SubnetSelection | undefined;
  readonly securityGroups?: ISecurityGroup[] | undefined;
  /** More environment variables, such as the SDK's own. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export interface FunctionProps extends FunctionOptions {
  readonly bundle: 'ship' | 'replay' | 'guard';
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly statements: PolicyStatement[];
  readonly kmsKey?: IKey | undefined;
}

const NETWORK_REASON =
  'Lambda creates network interfaces whose ARNs are not known in advance, and describing them takes no resource.';
const IDENTITY_REASON =
  'A web identity token is not a resource: conditions restrict audience, algorithm and duration.';
/** With half of it, a backlog takes up to 1.5 times as long, because the CPU share is smaller: docs/cost.md. */
const DEFAULT_MEMORY_MB = 512;
const DIST = join(import.meta.dirname, '..', 'dist');

/** A function with its own role and log group. */
export function pipelineFunction(scope: Construct, id: string, props: FunctionProps): LambdaFunction {
  const { bundle, description, kmsKey, vpc, vpcSubnets, securityGroups } = props;
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    retention: props.logRetention ?? RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(kmsKey && { encryptionKey: kmsKey }),
  });
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description,
    inlinePolicies: {
      [bundle]: new PolicyDocument({ statements: [...props.statements, logStatement(logGroup)] }),
    },
  });
  const made = new LambdaFunction(scope, id, {
    description,
    code: codeOf(props.dist ?? DIST, bundle),
    handler: `${bundle}/index.handler`,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: props.memorySizeMb ?? DEFAULT_MEMORY_MB,
    timeout: Duration.seconds(props.timeoutSeconds),
    // With an explicit role, CDK adds no AWS managed policy, which allows more.
    role,
    logGroup,
    environment: { ...MEMORY_ENVIRONMENT, ...props.environment },
    ...(vpc && { vpc }),
    ...(vpcSubnets && { vpcSubnets }),
    ...(securityGroups && { securityGroups }),
  });
  acknowledgeFindings(role, made, props);
  return made;
}

/** Of all bundles this one, with what those of the npm package share. So its path in the folder is that in the function. */
function codeOf(dist: string, bundle: string): Code {
  const exclude = ['*', ...[bundle, 'shared'].flatMap(name => [`!${name}`, `!${name}/**`])];
  return Code.fromAsset(dist, { exclude, ignoreMode: IgnoreMode.GLOB });
}

function acknowledgeFindings(role: Role, made: LambdaFunction, { vpc, statements }: FunctionProps): void {
  acknowledge(made, {
    id: 'Serverless-LambdaTracing',
    reason: 'It calls no other service of a trace, and each run reports metrics.',
  });
  acknowledge(made, {
    id: 'Serverless-LambdaDLQ',
    reason:
      'Its events need not be kept: the next tick is the retry, and failed batches have their own queues.',
  });
  const asksWho = statements.some(({ actions }) => actions.includes('sts:GetWebIdentityToken'));
  const reason = [...(vpc ? [NETWORK_REASON] : []), ...(asksWho ? [IDENTITY_REASON] : [])].join(' ');
  if (reason === '') return;
  acknowledge(
    role,
    { id: 'AwsSolutions-IAM5[Resource::*]', reason },
    { id: 'Serverless-LambdaStarPermissions', reason },
  );
}
