/** Where failed batches wait. Both are retained with the stack: the checkpoint has passed their logs. */
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, QueuePolicy } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  DEAD_LETTER_RETENTION_DAYS,
  REPLAY_TIMEOUT_SECONDS,
  RETRY_MAX_RECEIVES,
} from '../lambda/core/contract.ts';
import { acknowledge } from './acknowledge.ts';

export interface Queues {
  readonly retryQueue: Queue;
  readonly deadLetterQueue: Queue;
}

export function queues(scope: Construct, removalPolicy: RemovalPolicy, kmsKey: IKey | undefined): Queues {
  const common = {
    enforceSSL: true,
    // SQS counts retention from the first send, also in the dead-letter queue: both keep messages for the maximum.
    retentionPeriod: Duration.days(DEAD_LETTER_RETENTION_DAYS),
    removalPolicy,
    ...(kmsKey
      ? { encryption: QueueEncryption.KMS, encryptionMasterKey: kmsKey }
      : { encryption: QueueEncryption.SQS_MANAGED }),
  };
  const deadLetterQueue = new Queue(scope, 'DeadLetterQueue', common);
  const retryQueue = new Queue(scope, 'RetryQueue', {
    ...common,
    // AWS's advice for a queue that feeds a function: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    visibilityTimeout: Duration.seconds(6 * REPLAY_TIMEOUT_SECONDS),
    deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: RETRY_MAX_RECEIVES },
  });
  // Retained with its queue, which would otherwise accept messages without TLS.
  for (const queue of [deadLetterQueue, retryQueue]) {
    const policy = queue.node.tryFindChild('Policy');
    if (policy instanceof QueuePolicy) policy.applyRemovalPolicy(removalPolicy);
  }
  acknowledge(deadLetterQueue, {
    id: 'Serverless-SQSRedrivePolicy',
    reason: 'This is the dead-letter queue.',
  });
  return { retryQueue, deadLetterQueue };
}
