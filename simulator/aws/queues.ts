/** Amazon SQS on loopback: a retry queue whose messages move to a dead-letter queue after too many receives. */
import { ChangeMessageVisibilityCommand, CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type BuildAppOptions, buildApp } from 'fauxqs';

export type Queue = 'retry' | 'dead-letter';

/** No account anywhere: only what the SDK needs to sign with. */
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
export const REGION = 'us-east-1';

export interface Queues {
  /** Where SQS answers, `http://127.0.0.1:…`. */
  readonly endpoint: string;
  readonly urls: Readonly<Record<Queue, string>>;
  readonly client: SQSClient;
  /** The bodies in a queue, hidden ones too, without receiving them. */
  peek(queue: Queue): Promise<readonly string[]>;
  /** Ends the waiting of every hidden or delayed message, so that a test need not wait. */
  makeVisible(queue: Queue): Promise<void>;
  /** Moves a queue's clock: waits of hidden and delayed messages end earlier by `ms`. */
  passTime(queue: Queue, ms: number): void;
  /** How long each hidden or delayed message of a queue still waits, in milliseconds. */
  waitsMs(queue: Queue): readonly number[];
  close(): Promise<void>;
}

interface Inspection {
  readonly messages: Readonly<
    Record<'ready' | 'delayed', readonly { readonly body: string }[]> & {
      readonly inflight: readonly {
        readonly message: { readonly body: string };
        readonly receiptHandle: string;
      }[];
    }
  >;
}

type SqsStore = NonNullable<BuildAppOptions['stores']>['sqsStore'];

/** The emulator's own, handed in so that a delay can be ended: its package exports no such thing. */
async function messageStore(): Promise<SqsStore> {
  const file = new URL('sqs/sqsStore.js', import.meta.resolve('fauxqs'));
  const { SqsStore } = (await import(file.href)) as {
    SqsStore: new () => SqsStore;
  };
  return new SqsStore();
}

/** Starts SQS, in memory. Messages of the retry queue become dead letters after `maxReceives`; names begin with `prefix`. */
export async function startQueues(maxReceives: number, prefix = ''): Promise<Queues> {
  // Not startFauxqs: that one listens on every network interface.
  const sqsStore = await messageStore();
  const app = buildApp({ logger: false, stores: { sqsStore } as BuildAppOptions['stores'] & object });
  app.addHook('preHandler', async request => {
    // It knows a queue by a URL on *.localhost, a name that not every machine resolves.
    const body = request.body as { QueueUrl?: string } | undefined;
    if (body?.QueueUrl) body.QueueUrl = body.QueueUrl.replace('127.0.0.1', `sqs.${REGION}.localhost`);
  });
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  const client = new SQSClient({ endpoint, region: REGION, credentials: CREDENTIALS });

  const create = async (queue: Queue, attributes: Record<string, string>) => {
    const { QueueUrl = '' } = await client.send(
      new CreateQueueCommand({
        QueueName: prefix + queue,
        Attributes: { ...attributes, MaximumMessageSize: '262144', MessageRetentionPeriod: '1209600' },
      }),
    );
    return `${endpoint}${new URL(QueueUrl).pathname}`;
  };
  const deadLetterTargetArn = `arn:aws:sqs:${REGION}:000000000000:${prefix}dead-letter`;
  const redrive = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: maxReceives });
  const urls = {
    'dead-letter': await create('dead-letter', {}),
    // Six times the consumer's time-out, as AWS advises for a queue that feeds a function.
    retry: await create('retry', { RedrivePolicy: redrive, VisibilityTimeout: '360' }),
  };

  const storeOf = (queue: Queue) => sqsStore.getQueueByName(`${prefix}${queue}`);
  const inspect = async (queue: Queue): Promise<Inspection> =>
    (await app.inject({ url: `/_fauxqs/queues/${prefix}${queue}` })).json();
  return {
    endpoint,
    urls,
    client,
    peek: async queue => {
      const { ready, delayed, inflight } = (await inspect(queue)).messages;
      return [...ready, ...delayed, ...inflight.map(entry => entry.message)].map(message => message.body);
    },
    makeVisible: async queue => {
      for (const message of sqsStore.inspectQueue(`${prefix}${queue}`)?.messages.delayed ?? []) {
        message.delayUntil = 0;
      }
      for (const { receiptHandle } of (await inspect(queue)).messages.inflight) {
        const handle = { QueueUrl: urls[queue], ReceiptHandle: receiptHandle };
        await client.send(new ChangeMessageVisibilityCommand({ ...handle, VisibilityTimeout: 0 }));
      }
    },
    passTime: (queue, ms) => {
      const { inflightMessages = new Map(), delayedMessages = [] } = storeOf(queue) ?? {};
      for (const entry of inflightMessages.values()) entry.visibilityDeadline -= ms;
      for (const message of delayedMessages) message.delayUntil = (message.delayUntil ?? 0) - ms;
    },
    waitsMs: queue => {
      const { inflightMessages = new Map(), delayedMessages = [] } = storeOf(queue) ?? {};
      const endsMs = [
        ...[...inflightMessages.values()].map(entry => entry.visibilityDeadline),
        ...delayedMessages.map(message => message.delayUntil ?? 0),
      ];
      return endsMs.map(endMs => Math.max(0, endMs - Date.now()));
    },
    close: async () => {
      client.destroy();
      await app.close();
    },
  };
}
