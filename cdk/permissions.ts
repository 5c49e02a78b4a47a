/** Permissions of the two functions and the schedule: exactly the calls that the code makes. */
import { Aws, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import type { PipelineConfig } from '../lambda/config/config.ts';
import { WEB_IDENTITY } from '../lambda/core/contract.ts';
import { specOf, usesAwsRole } from '../lambda/destinations/all.ts';

export interface Resources {
  readonly config: PipelineConfig;
  readonly table: ITable;
  readonly retryQueue: IQueue;
  readonly deadLetterQueue: IQueue;
  readonly kmsKey?: IKey | undefined;
  readonly inVpc: boolean;
}

/** Of the ship function: lease and checkpoint, both secrets, and both queues, to put failed batches on and count them. */
export function shipStatements(scope: IConstruct, r: Resources): PolicyStatement[] {
  const { auth0, azure } = r.config;
  return [
    allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], [r.table.tableArn]),
    allow(['sqs:GetQueueAttributes', 'sqs:SendMessage'], [r.retryQueue.queueArn, r.deadLetterQueue.queueArn]),
    ...secretStatements(scope, azure.secret ? [auth0.secret, azure.secret] : [auth0.secret]),
    ...(usesAwsRole(r.config.azure) ? [federationStatement()] : []),
    ...keyStatements(
      // DynamoDB checks the caller's permissions on the table's key: the same as in CDK's own grants for tables.
      [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      ['dynamodb', 'secretsmanager', 'sqs'],
      r.kmsKey,
    ),
    ...vpcStatements(r.inVpc),
  ];
}

/**
 * Of the replay function: consume the retry queue, dead-letter culprits, Azure's secret. Auth0's secret only where a rule
 * hashes, for its redaction key: a batch queued under other rules is redacted again.
 */
export function replayStatements(scope: IConstruct, r: Resources): PolicyStatement[] {
  const { auth0, azure, redact } = r.config;
  const hashes = redact.some(({ how }) => how === 'hash');
  const secrets = [hashes && auth0.secret, azure.secret].filter(secret => typeof secret === 'string');
  return [
    allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
      [r.retryQueue.queueArn],
    ),
    // The rest of a batch that was split goes back to the retry queue.
    allow(['sqs:SendMessage'], [r.retryQueue.queueArn, r.deadLetterQueue.queueArn]),
    ...secretStatements(scope, secrets),
    ...(specOf(azure).isFederated(azure) ? [federationStatement()] : []),
    ...keyStatements(['kms:Decrypt', 'kms:GenerateDataKey'], ['secretsmanager', 'sqs'], r.kmsKey),
    ...vpcStatements(r.inVpc),
  ];
}

/** Writes log lines to the function's own log group, which the stack creates. */
export function logStatement(logGroup: ILogGroup): PolicyStatement {
  return allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
}

function secretStatements(scope: IConstruct, secrets: readonly string[]): PolicyStatement[] {
  if (secrets.length === 0) return [];
  const arns = [...new Set(secrets)].map(secret => secretArn(scope, secret));
  return [allow(['secretsmanager:GetSecretValue'], arns)];
}

/**
 * A web identity token of this role, for Entra only. It is not a resource, so only conditions can restrict it:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
const federationStatement = () =>
  new PolicyStatement({
    actions: ['sts:GetWebIdentityToken'],
    resources: ['*'],
    conditions: {
      'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': WEB_IDENTITY.audience },
      StringEquals: { 'sts:SigningAlgorithm': WEB_IDENTITY.signingAlgorithm },
      NumericLessThanEquals: { 'sts:DurationSeconds': WEB_IDENTITY.durationSeconds },
    },
  });

/**
 * A secret's ARN ends in six random characters. "-??????" stands for them alone: another secret whose name merely
 * begins the same has a longer ARN. https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html
 */
function secretArn(scope: IConstruct, secret: string): string {
  if (/^arn:.*-[A-Za-z0-9]{6}$/.test(secret)) return secret;
  if (secret.startsWith('arn:')) return `${secret}-??????`;
  return `arn:${Aws.PARTITION}:secretsmanager:${Stack.of(scope).region}:${Stack.of(scope).account}:secret:${secret}-??????`;
}

/** The key, only through the services that use it for our resources. */
function keyStatements(actions: string[], services: readonly string[], key?: IKey): PolicyStatement[] {
  if (!key) return [];
  const viaService = services.map(service => `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}`);
  return [
    new PolicyStatement({
      actions,
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': viaService } },
    }),
  ];
}

/** Lambda creates network interfaces for the function, whose ARNs are not known yet: only "*" works. */
function vpcStatements(inVpc: boolean): PolicyStatement[] {
  if (!inVpc) return [];
  const actions = [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ];
  return [allow(actions, ['*'])];
}

function allow(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources });
}
