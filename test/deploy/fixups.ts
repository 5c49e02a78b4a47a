/** What MiniStack 1.5.33 does otherwise than AWS and this test would stumble over, mended by API after the deploy. */
import type { RawAws } from './aws.ts';
import type { Deployed } from './deployed.ts';

/**
 * It asks for the permission sqs:SendMessageBatch, which AWS does not know: there, sqs:SendMessage is the one for both
 * calls. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
 * So this test cannot show that sqs:SendMessage is granted: test/cdk/permissions.test.ts does.
 */
export async function allowSendMessageBatch(raw: RawAws, { output, roles }: Deployed): Promise<void> {
  const retry = queueArn(output.retryQueueUrl);
  const deadLetter = queueArn(output.deadLetterQueueUrl);
  const allow = (role: string, Resource: string[]) =>
    raw.putRolePolicy(role, 'ministack', { Effect: 'Allow', Action: 'sqs:SendMessageBatch', Resource });
  await allow(roles.ship, [retry, deadLetter]);
  await allow(roles.replay, [deadLetter]);
}

/** `https://…/000000000000/NAME` → its ARN. */
function queueArn(url: string): string {
  const [, account, name] = new URL(url).pathname.split('/');
  return `arn:aws:sqs:us-east-1:${account}:${name}`;
}
