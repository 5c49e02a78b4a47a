import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { failedBatchQueue, queueLooks, visibility } from '../../lambda/edges/sqs.ts';
import { type Aws, startAws } from '../../simulator/aws/emulators.ts';

interface Batch {
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[];
}
type Scripted = (batch: Batch, call: number) => { readonly status?: number; readonly body: unknown };

const urls = { retry: 'http://127.0.0.1/0/retry', 'dead-letter': 'http://127.0.0.1/0/dead-letter' };
let aws: Aws;
const closing: (() => void)[] = [];

beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.close());
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An SQS that answers as scripted, for what a healthy one never says. */
async function scriptedSqs(script: Scripted) {
  const batches: Batch[] = [];
  const server = createServer(async (request, response) => {
    const batch = JSON.parse(await text(request)) as Batch;
    batches.push(batch);
    const { status = 200, body } = script(batch, batches.length - 1);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    md5: false,
  });
  closing.push(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { batches, client, queue: failedBatchQueue(client, urls) };
}

const allHeld: Scripted = ({ Entries }) => ({
  body: { Successful: Entries.map(({ Id }) => ({ Id, MessageId: Id, MD5OfMessageBody: '' })) },
});
const heldBut =
  (refused: readonly string[], code: string | undefined): Scripted =>
  ({ Entries }) => ({
    body: {
      Successful: Entries.filter(({ Id }) => !refused.includes(Id)).map(({ Id }) => ({ Id, MessageId: Id })),
      Failed:
        code === undefined
          ? []
          : refused.map(Id => ({ Id, SenderFault: false, Code: code, Message: 'quotes the body' })),
    },
  });

describe('putting failed batches aside', () => {
  it('holds every message in the named queue, as it was', async () => {
    const queue = failedBatchQueue(aws.sqs, {
      retry: aws.retryQueueUrl,
      'dead-letter': aws.deadLetterQueueUrl,
    });
    const messages = Array.from({ length: 23 }, (_, i) => JSON.stringify({ batchId: i, text: 'Ünïcode ☂' }));
    await queue.put('retry', messages);
    await queue.put('dead-letter', ['one', 'two']);
    expect([...(await aws.peek('retry'))].sort()).toEqual([...messages].sort());
    expect(await aws.peek('dead-letter')).toEqual(['one', 'two']);
  });

  it('takes a message of the largest size that a failed batch may have, and refuses a larger one', async () => {
    const queue = failedBatchQueue(aws.sqs, {
      retry: aws.retryQueueUrl,
      'dead-letter': aws.deadLetterQueueUrl,
    });
    const largest = 'x'.repeat(256 * 1024);
    await queue.put('dead-letter', ['small', largest, 'small']);
    expect(await aws.peek('dead-letter')).toContain(largest);
    const tooLarge = queue.put('dead-letter', [`secret${largest}`]);
    await expect(tooLarge).rejects.toThrow(
      /^dead-letter queue: 1 of 1 messages rejected: InvalidParameterValue$/,
    );
  });

  it('asks nothing of SQS when there is nothing to put', async () => {
    const { queue, batches } = await scriptedSqs(allHeld);
    await queue.put('retry', []);
    expect(batches).toEqual([]);
  });

  it('never passes SQS’s limits of a request, and sends everything once, in order', async () => {
    const { queue, batches } = await scriptedSqs(allHeld);
    const sizes = fc.array(fc.integer({ min: 1, max: 262_144 }), { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(sizes, async lengths => {
        batches.length = 0;
        const messages = lengths.map((length, i) => `${i}:`.padEnd(length, 'é').slice(0, length / 2 + 2));
        await queue.put('retry', messages);
        for (const { Entries } of batches) {
          expect(Entries.length).toBeLessThanOrEqual(10);
          expect(new Set(Entries.map(entry => entry.Id)).size).toBe(Entries.length);
          const bytes = Entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.MessageBody), 0);
          expect(Entries.length === 1 || bytes <= 262_144).toBe(true);
        }
        expect(batches.flatMap(batch => batch.Entries.map(entry => entry.MessageBody))).toEqual(messages);
      }),
      { numRuns: 25 },
    );
  });
});

describe('when SQS refuses some messages', () => {
  it('sends those, and only those, once more', async () => {
    const { queue, batches } = await scriptedSqs((batch, call) =>
      (call === 0 ? heldBut(['1', '2'], 'InternalError') : allHeld)(batch, call),
    );
    await queue.put('retry', ['a', 'b', 'c', 'd']);
    expect(batches.map(batch => batch.Entries.map(entry => entry.MessageBody))).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'c'],
    ]);
  });

  it('rejects when they are refused again, with SQS’s code and nothing that a message holds', async () => {
    const { queue } = await scriptedSqs(heldBut(['1'], 'InternalError'));
    const put = queue.put('retry', ['body-a', 'body-b', 'body-c']);
    await expect(put).rejects.toMatchObject({
      code: 'InternalError',
      message: 'retry queue: 1 of 3 messages rejected: InternalError',
    });
  });

  it('does not take for held what SQS does not mention', async () => {
    const { queue, batches } = await scriptedSqs(heldBut(['0'], undefined));
    await expect(queue.put('dead-letter', ['a', 'b'])).rejects.toThrow(
      'dead-letter queue: 1 of 2 messages rejected: NotConfirmed',
    );
    expect(batches).toHaveLength(2);
  });

  it('does not take an empty answer for a confirmation', async () => {
    const { queue } = await scriptedSqs(() => ({ body: {} }));
    await expect(queue.put('retry', ['a'])).rejects.toThrow('rejected: NotConfirmed');
  });

  it('rejects when a later request fails, though an earlier one was held', async () => {
    const { queue } = await scriptedSqs((batch, call) =>
      call === 0
        ? allHeld(batch, call)
        : { status: 403, body: { __type: 'com.amazon.coral.service#AccessDeniedException', message: 'm' } },
    );
    const messages = Array.from({ length: 11 }, (_, i) => `body-${i}`);
    await expect(queue.put('retry', messages)).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message: 'retry queue: 1 messages not sent: AccessDeniedException',
    });
  });

  it('names the network’s code when SQS cannot be reached', async () => {
    const nobody = new SQSClient({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    await expect(failedBatchQueue(nobody, urls).put('retry', ['a'])).rejects.toThrow(
      'retry queue: 1 messages not sent: ECONNREFUSED',
    );
  });
});

describe('postponing a message', () => {
  const received = async () => {
    await aws.makeVisible('retry');
    const ask = { QueueUrl: aws.retryQueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 0 };
    return (await aws.sqs.send(new ReceiveMessageCommand(ask))).Messages?.[0]?.ReceiptHandle ?? '';
  };

  it('hides it for whole seconds, within what SQS allows', async () => {
    const queue = failedBatchQueue(aws.sqs, { ...urls, retry: aws.retryQueueUrl });
    await queue.put('retry', ['to be postponed']);
    const { postpone } = visibility(aws.sqs, aws.retryQueueUrl);
    const handle = await received();
    // SQS refuses fractions, and everything outside 0 to 43200.
    for (const seconds of [10.5, 1e9]) await postpone(handle, seconds);
    await postpone(handle, -5);
    expect(await received()).not.toBe('');
  });

  it('rejects with SQS’s code for a message that is not there', async () => {
    const { postpone } = visibility(aws.sqs, aws.retryQueueUrl);
    await expect(postpone('no-such-handle', 10)).rejects.toThrow(
      /^retry queue: the message was not postponed: \S*MessageNotInflight$/,
    );
  });
});

describe('a look at the queues', () => {
  const real = () => ({ retry: aws.retryQueueUrl, 'dead-letter': aws.deadLetterQueueUrl });

  it('sees what may be taken and what is hidden', async () => {
    const other = await startAws({ prefix: 'look-' });
    closing.push(() => void other.close());
    const own = { retry: other.retryQueueUrl, 'dead-letter': other.deadLetterQueueUrl };
    await failedBatchQueue(other.sqs, own).put('retry', ['a', 'b', 'c']);
    await other.sqs.send(new ReceiveMessageCommand({ QueueUrl: own.retry, MaxNumberOfMessages: 1 }));
    expect(await queueLooks(other.sqs, own)()).toEqual({
      retry: { visible: 2, hidden: 1 },
      'dead-letter': { visible: 0, hidden: 0 },
    });
  });

  it('never rejects: it says by a code why it saw nothing, and sees the other queue all the same', async () => {
    const gone = { ...real(), retry: aws.retryQueueUrl.replace(/retry$/, 'gone') };
    const { retry, 'dead-letter': dead } = await queueLooks(aws.sqs, gone)();
    expect(retry).toEqual({ problem: expect.stringMatching(/NonExistent|DoesNotExist/) });
    expect(dead).toHaveProperty('visible');
  });

  it('takes an answer without counts for none', async () => {
    const { client } = await scriptedSqs(() => ({ body: { Attributes: {} } }));
    expect(await queueLooks(client, urls)()).toMatchObject({ retry: { problem: 'NotAnswered' } });
  });
});
