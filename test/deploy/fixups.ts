/** Where MiniStack 1.5.33 differs from AWS in what this test needs, fixed by API after the deploy. */
import { UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import type { Clients, Deployed } from './deployed.ts';
import { OPERATOR, type Operator } from './operator.ts';

/**
 * It asks for permissions that AWS does not know, sqs:SendMessageBatch and sqs:ChangeMessageVisibilityBatch: there, the
 * one without Batch is for both calls. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
 * So this test cannot show that the functions are granted sqs:SendMessage: test/cdk/permissions.test.ts does.
 */
export async function allowBatches(
  { raw }: Clients,
  { output, roles }: Deployed<string>,
  region = 'us-east-1',
): Promise<void> {
  const retry = queueArn(output.retryQueueUrl, region);
  const deadLetter = queueArn(output.deadLetterQueueUrl, region);
  const allow = (role: string, Resource: string[]) =>
    raw.putRolePolicy(role, 'ministack', { Effect: 'Allow', Action: 'sqs:SendMessageBatch', Resource });
  await allow(roles.ship, [retry, deadLetter]);
  await allow(roles.replay, [deadLetter]);
}

/** The same for the operator. And it names log groups `/aws/cloudformation/STACK/…`, where AWS has `STACK-…`. */
export async function allowOperator({ raw }: Clients, { stack }: Operator): Promise<void> {
  const batches = ['sqs:SendMessageBatch', 'sqs:ChangeMessageVisibilityBatch'];
  const logGroups = `arn:aws:logs:*:*:log-group:/aws/cloudformation/${stack}/*`;
  const Statement = [
    { Effect: 'Allow', Action: batches, Resource: `arn:aws:sqs:*:*:${stack}-*` },
    { Effect: 'Allow', Action: 'logs:FilterLogEvents', Resource: logGroups },
  ];
  await raw.putUserPolicy(OPERATOR, 'ministack', { Version: '2012-10-17', Statement });
}

/** It drops this setting of a template's table, which `doctor` would miss. */
export async function enablePointInTimeRecovery(
  { dynamodb }: Clients,
  { output }: Deployed<string>,
): Promise<void> {
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  const update = { TableName: output.checkpointTable, PointInTimeRecoverySpecification };
  await dynamodb.send(new UpdateContinuousBackupsCommand(update));
}

/** `https://…/000000000000/NAME` → its ARN. */
function queueArn(url: string, region: string): string {
  const [, account, name] = new URL(url).pathname.split('/');
  return `arn:aws:sqs:${region}:${account}:${name}`;
}
