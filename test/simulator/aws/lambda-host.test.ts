import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Aws, startAws } from '../../../simulator/aws/emulators.ts';
import { eventSourceMapping } from '../../../simulator/aws/event-source.ts';
import { type Invocation, type LambdaHost, lambdaHost } from '../../../simulator/aws/lambda-host.ts';

let directory = '';
let files = 0;
const hosts: LambdaHost[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lambda-'));
});
afterAll(() => rm(directory, { recursive: true }));
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
});

async function hostOf(
  code: string,
  options: { timeoutMs?: number; env?: Record<string, string>; now?: () => number } = {},
) {
  const bundle = join(directory, `${++files}.mjs`);
  await writeFile(bundle, code);
  const host = lambdaHost({ bundle, env: {}, timeoutMs: 20_000, ...options });
  hosts.push(host);
  return host;
}
/** Settles when the function has printed a line that holds `text`. */
async function printed(host: LambdaHost, text: string): Promise<void> {
  while (!host.logs.some(line => line.includes(text))) await new Promise(resolve => setImmediate(resolve));
}
const STUCK = `export const handler = async event => {
  if (event === 'stuck') { console.log('stuck'); await new Promise(resolve => setTimeout(resolve, 600_000)); }
  return process.pid;
};`;

describe('a local Lambda', () => {
  it('gives the event to the handler and its result back', async () => {
    const host = await hostOf('export const handler = async event => ({ got: event, at: new Date(0) });');
    expect(await host.invoke({ tick: 1 })).toEqual({
      ok: true,
      result: { got: { tick: 1 }, at: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('gives a context like Lambda’s, with the time that really remains', async () => {
    const host = await hostOf(
      `export const handler = async (_event, context) => {
        const before = context.getRemainingTimeInMillis();
        await new Promise(resolve => setTimeout(resolve, 50));
        return { ...context, before, after: context.getRemainingTimeInMillis() };
      };`,
      { timeoutMs: 20_000 },
    );
    const first = await host.invoke({});
    const second = await host.invoke({});
    if (!first.ok || !second.ok) throw new Error('failed');
    const [one, two] = [first.result, second.result] as Record<string, number>[];
    expect(one).toMatchObject({
      functionName: 'local',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(one!['awsRequestId']).not.toBe(two!['awsRequestId']);
    expect(one!['before']).toBeLessThanOrEqual(20_000);
    expect(one!['before']! - one!['after']!).toBeGreaterThanOrEqual(49);
    // Each event has the whole time.
    expect(two!['before']).toBeGreaterThan(one!['after']!);
  });

  it('has the clock that it is given, from one event to the next', async () => {
    let aheadMs = 0;
    const host = await hostOf(
      `export const handler = async (_event, context) => ({
        now: Date.now(), made: new Date().getTime(), text: Date.parse(Date()), given: new Date(5).getTime(),
        isDate: new Date() instanceof Date, left: context.getRemainingTimeInMillis(),
      });`,
      { now: () => Date.now() + aheadMs },
    );
    for (aheadMs of [0, 3_600_000, 0]) {
      const fromMs = Date.now() + aheadMs;
      const invocation = await host.invoke({});
      if (!invocation.ok) throw new Error(invocation.error);
      const { now, made, text, given, isDate, left } = invocation.result as Record<string, number>;
      for (const ms of [now!, made!, text! + 999]) {
        expect(ms).toBeGreaterThanOrEqual(fromMs - 1);
        expect(ms).toBeLessThan(fromMs + 60_000);
      }
      expect({ given, isDate }).toEqual({ given: 5, isDate: true });
      expect(left).toBeLessThanOrEqual(20_000);
      expect(left).toBeGreaterThan(0);
    }
  });

  it('stays warm between events', async () => {
    const host = await hostOf('let calls = 0; export const handler = async () => [process.pid, ++calls];');
    const first = await host.invoke({});
    const second = await host.invoke({});
    if (!first.ok || !second.ok) throw new Error('failed');
    const [pid] = first.result as [number, number];
    expect(first.result).toEqual([pid, 1]);
    expect(second.result).toEqual([pid, 2]);
    expect(pid).not.toBe(process.pid);
  });

  it('has exactly the environment that it was given, and PATH', async () => {
    process.env['AWS_PROFILE'] = 'of-the-developer';
    try {
      const host = await hostOf('export const handler = async () => process.env;', { env: { A: '1' } });
      expect(await host.invoke({})).toEqual({ ok: true, result: { A: '1', PATH: process.env['PATH'] } });
    } finally {
      delete process.env['AWS_PROFILE'];
    }
  });

  it('tells an error that the handler throws, and goes on', async () => {
    const host = await hostOf(`export const handler = async event => {
      if (event === 'bad') throw new TypeError('bad event');
      return 'good';
    };`);
    expect(await host.invoke('bad')).toEqual({ ok: false, error: 'TypeError: bad event' });
    expect(await host.invoke('fine')).toEqual({ ok: true, result: 'good' });
  });

  it('refuses a second event while one is being handled, as a reserved concurrency of 1 does', async () => {
    const host = await hostOf('export const handler = async () => 1;');
    const first = host.invoke({});
    expect(await host.invoke({})).toEqual({
      ok: false,
      error: 'TooManyRequestsException: one event at a time',
    });
    expect(await first).toEqual({ ok: true, result: 1 });
  });

  it('has read every line that the function printed when its result is there', async () => {
    const host = await hostOf(`export const handler = async n => {
      for (let i = 0; i < n; i++) { console.log('out ' + i); console.error('err ' + i); }
      process.stdout.write('no end of line');
    };`);
    await host.invoke(500);
    expect(host.logs.filter(line => line.startsWith('out'))).toHaveLength(500);
    expect(host.logs.filter(line => line.startsWith('err'))).toHaveLength(500);
    expect(host.logs).toContain('no end of line');
    expect(host.logs.filter(line => line.includes('END'))).toEqual([]);
    await host.invoke(6_000);
    expect(host.logs).toHaveLength(10_000);
  });
});

describe('a local Lambda dies and comes back', () => {
  it('when it is out of time', async () => {
    const host = await hostOf(STUCK, { timeoutMs: 1_000 });
    const before = await host.invoke({});
    expect(await host.invoke('stuck')).toEqual({ ok: false, error: 'Task timed out after 1.00 seconds' });
    const after = await host.invoke({});
    expect(after.ok).toBe(true);
    expect(after).not.toEqual(before);
  });

  it('when it is out of time in a loop that never waits', async () => {
    const host = await hostOf('export const handler = async () => { for (;;); };', { timeoutMs: 1_000 });
    expect(await host.invoke({})).toEqual({ ok: false, error: 'Task timed out after 1.00 seconds' });
  });

  it('when it is killed in the middle of an event', async () => {
    const host = await hostOf(STUCK);
    const invocation = host.invoke('stuck');
    await printed(host, 'stuck');
    host.kill('SIGKILL');
    expect(await invocation).toEqual({ ok: false, error: 'Runtime exited: SIGKILL' });
    expect(await host.invoke({})).toMatchObject({ ok: true });
  });

  it('when it is killed between two events', async () => {
    const host = await hostOf(STUCK);
    const before = await host.invoke({});
    host.kill('SIGTERM');
    await host.stop();
    const after = await host.invoke({});
    expect(after.ok).toBe(true);
    expect(after).not.toEqual(before);
  });

  it('when it ends itself or leaves a rejection unhandled', async () => {
    const host = await hostOf(`export const handler = async event => {
      if (event === 'exit') process.exit(7);
      Promise.reject(new Error('nobody listens'));
      await new Promise(resolve => setTimeout(resolve, 600_000));
    };`);
    expect(await host.invoke('exit')).toEqual({ ok: false, error: 'Runtime exited: exit status 7' });
    expect(await host.invoke('reject')).toEqual({ ok: false, error: 'Runtime exited: exit status 1' });
    expect(host.logs.join('\n')).toContain('nobody listens');
  });

  it('when its bundle cannot be loaded, with the reason, at every event', async () => {
    const host = await hostOf('throw new Error("no configuration");');
    for (let events = 0; events < 2; events++) {
      expect(await host.invoke({})).toEqual({ ok: false, error: 'Error: no configuration' });
    }
    const empty = await hostOf('export const other = 1;');
    expect(await empty.invoke({})).toMatchObject({ error: expect.stringContaining('no function named') });
  });
});

describe('feeding a function from a queue', () => {
  let aws: Aws;
  beforeAll(async () => {
    aws = await startAws();
  });
  afterAll(() => aws.close());
  afterEach(async () => {
    // What a test left is taken away, so that the next one begins with an empty queue.
    await aws.makeVisible('retry');
    while ((await mapping(() => ({})).poll()).received > 0);
  });

  interface Event {
    readonly Records: readonly { readonly messageId: string; readonly body: string }[];
  }
  const mapping = (answer: (event: Event) => unknown, failed?: string) =>
    eventSourceMapping({
      sqsClient: aws.sqs,
      queueUrl: aws.retryQueueUrl,
      invoke: async (event): Promise<Invocation> =>
        failed === undefined ? { ok: true, result: answer(event as Event) } : { ok: false, error: failed },
    });
  const put = async (...bodies: string[]) => {
    for (const MessageBody of bodies) {
      await aws.sqs.send(new SendMessageCommand({ QueueUrl: aws.retryQueueUrl, MessageBody }));
    }
  };

  it('does not invoke it for an empty queue', async () => {
    const poll = mapping(() => {
      throw new Error('invoked');
    }).poll();
    expect(await poll).toEqual({ received: 0, deleted: 0 });
  });

  it('hands over an event of SQS’s shape', async () => {
    await put('hello');
    let event: unknown;
    await mapping(given => {
      event = given;
    }).poll();
    expect(event).toEqual({
      Records: [
        {
          messageId: expect.any(String),
          receiptHandle: expect.any(String),
          body: 'hello',
          attributes: expect.objectContaining({
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
          }),
          messageAttributes: {},
          md5OfBody: '5d41402abc4b2a76b9719d911017c592',
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:retry',
          awsRegion: 'us-east-1',
        },
      ],
    });
  });

  it('deletes what succeeded and leaves what failed', async () => {
    await put('good', 'bad', 'good too');
    const poll = await mapping(({ Records }) => ({
      batchItemFailures: Records.filter(record => record.body === 'bad').map(record => ({
        itemIdentifier: record.messageId,
      })),
    })).poll();
    expect(poll).toEqual({ received: 3, deleted: 2 });
    expect(await aws.peek('retry')).toEqual(['bad']);
  });

  it('takes ten at a time', async () => {
    await put(...Array.from({ length: 12 }, (_, i) => `message ${i}`));
    expect(await mapping(() => ({})).poll()).toEqual({ received: 10, deleted: 10 });
    expect(await mapping(() => ({})).poll()).toEqual({ received: 2, deleted: 2 });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty list', { batchItemFailures: [] }],
    ['a null list', { batchItemFailures: null }],
  ])('takes %s for a success of all', async (_, answer) => {
    await put('a', 'b');
    expect(await mapping(() => answer).poll()).toEqual({ received: 2, deleted: 2 });
  });

  it.each([
    ['a list that is none', { batchItemFailures: 'a' }],
    ['an unknown message', { batchItemFailures: [{ itemIdentifier: 'nobody' }] }],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['a wrong key', { batchItemFailures: [{ id: 'a' }] }],
    ['a null', { batchItemFailures: [null] }],
  ])('takes %s for a failure of all', async (_, answer) => {
    await put('a', 'b');
    expect(await mapping(() => answer).poll()).toEqual({ received: 2, deleted: 0 });
    expect(await aws.peek('retry')).toHaveLength(2);
  });

  it('leaves everything when the function fails, and says why', async () => {
    await put('a', 'b');
    const failed = 'Task timed out after 60.00 seconds';
    expect(await mapping(() => ({}), failed).poll()).toEqual({ received: 2, deleted: 0, error: failed });
    expect(await aws.peek('retry')).toHaveLength(2);
  });
});
