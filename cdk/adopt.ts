/** Tables and queues of a former pipeline or stack: used as they are, not created. */
import { Stack } from 'aws-cdk-lib';
import { type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** By name, in the stack's own account and region, or by ARN. */
export function adoptedTable(scope: Construct, id: string, given: string): ITable {
  return given.startsWith('arn:')
    ? Table.fromTableArn(scope, id, given)
    : Table.fromTableName(scope, id, given);
}

/** Likewise. Policy and settings stay as they are: `doctor` compares them with what a pipeline needs. */
export function adoptedQueue(scope: Construct, id: string, given: string): IQueue {
  if (given.startsWith('arn:')) return Queue.fromQueueArn(scope, id, given);
  const { partition, region, account, urlSuffix } = Stack.of(scope);
  return Queue.fromQueueAttributes(scope, id, {
    queueArn: `arn:${partition}:sqs:${region}:${account}:${given}`,
    queueName: given,
    queueUrl: `https://sqs.${region}.${urlSuffix}/${account}/${given}`,
  });
}
