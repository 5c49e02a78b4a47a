/** Safety settings that were changed manually since the stack was deployed. */
import { DescribeContinuousBackupsCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import {
  DEAD_LETTER_RETENTION_DAYS,
  type PipelineOutput,
  REPLAY_TIMEOUT_SECONDS,
  RETRY_MAX_RECEIVES,
} from '../../../lambda/core/contract.ts';
import { isObject } from '../../../lambda/core/record/log.ts';
import { type About, awsCommand } from '../remedy.ts';
import type { StackClients } from './clients.ts';
import { absent } from './dead-letters.ts';

const RETENTION_SECONDS = DEAD_LETTER_RETENTION_DAYS * 86_400;
const VISIBILITY_SECONDS = 6 * REPLAY_TIMEOUT_SECONDS;

/** A sentence each, with its remedy. What is expected: cdk/pipeline.ts and cdk/queues.ts. */
export async function stackProblems(
  clients: StackClients,
  output: PipelineOutput,
  where: About,
): Promise<string[]> {
  const [table, retry, dead] = await Promise.all([
    tableProblems(clients, output.checkpointTable, where),
    retryProblems(clients, output, where),
    retentionProblems(clients, output.deadLetterQueueUrl, where),
  ]);
  return [...table, ...retry, ...dead];
}

async function tableProblems(
  { dynamodb, ask }: StackClients,
  TableName: string,
  where: About,
): Promise<string[]> {
  const missing = `the table ${TableName} does not exist; check the AWS account and region, and whether it was deleted`;
  const [{ Table: table }, backups] = await Promise.all([
    ask('dynamodb:DescribeTable', () => dynamodb.send(new DescribeTableCommand({ TableName })), missing),
    ask(
      'dynamodb:DescribeContinuousBackups',
      () => dynamodb.send(new DescribeContinuousBackupsCommand({ TableName })),
      missing,
    ),
  ]);
  const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return [
    recovery?.PointInTimeRecoveryStatus !== 'ENABLED' &&
      `table ${TableName} has no point-in-time recovery, so a lost checkpoint cannot be restored; do: ` +
        awsCommand(
          `dynamodb update-continuous-backups --table-name ${TableName} ` +
            '--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true',
          where,
        ),
    table?.DeletionProtectionEnabled !== true &&
      `table ${TableName} has no deletion protection; do: ` +
        awsCommand(`dynamodb update-table --table-name ${TableName} --deletion-protection-enabled`, where),
  ].filter(problem => problem !== false);
}

async function retryProblems(clients: StackClients, output: PipelineOutput, where: About): Promise<string[]> {
  const { retryQueueUrl: url, deadLetterQueueUrl } = output;
  const attributes = await attributesOf(clients, url);
  const { QueueArn: deadLetterArn } = await attributesOf(clients, deadLetterQueueUrl);
  const policy = policyOf(attributes['RedrivePolicy']);
  const receives = Number(policy['maxReceiveCount']);
  const visibility = Number(attributes['VisibilityTimeout']);
  const wanted = JSON.stringify({ deadLetterTargetArn: deadLetterArn, maxReceiveCount: RETRY_MAX_RECEIVES });
  return [
    ...(await retentionProblems(clients, url, where)),
    (policy['deadLetterTargetArn'] !== deadLetterArn || receives !== RETRY_MAX_RECEIVES) &&
      `queue ${url} moves failed batches to ${policy['deadLetterTargetArn'] ?? 'no queue'}` +
        `${receives ? ` after ${receives} receives` : ''}; expected: ${wanted}; ${setting(url, { RedrivePolicy: wanted }, where)}`,
    visibility !== VISIBILITY_SECONDS &&
      `queue ${url} has a visibility timeout of ${visibility} s; expected: ${VISIBILITY_SECONDS} s, six times the ` +
        `timeout of the replay function; ${setting(url, { VisibilityTimeout: String(VISIBILITY_SECONDS) }, where)}`,
  ].filter(problem => problem !== false);
}

async function retentionProblems(clients: StackClients, url: string, where: About): Promise<string[]> {
  const seconds = Number((await attributesOf(clients, url))['MessageRetentionPeriod']);
  if (seconds === RETENTION_SECONDS) return [];
  return [
    `queue ${url} keeps messages for ${seconds} s; expected: ${RETENTION_SECONDS} s, which is ` +
      `${DEAD_LETTER_RETENTION_DAYS} days; ${setting(url, { MessageRetentionPeriod: String(RETENTION_SECONDS) }, where)}`,
  ];
}

async function attributesOf({ sqs, ask }: StackClients, QueueUrl: string) {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  return (await ask('sqs:GetQueueAttributes', () => sqs.send(command), absent(QueueUrl))).Attributes ?? {};
}

const setting = (url: string, attributes: Readonly<Record<string, string>>, where: About) =>
  `do: ${awsCommand(`sqs set-queue-attributes --queue-url ${url} --attributes '${JSON.stringify(attributes)}'`, where)}`;

/** SQS stores no policy, or a complete one. */
function policyOf(text: string | undefined): Readonly<Record<string, unknown>> {
  const policy: unknown = JSON.parse(text || '{}');
  return isObject(policy) ? policy : {};
}
