/** Where every log of the tenant is: counted in the simulators, whatever the pipeline says of itself. */
import { decodeFailedBatch } from '../../../lambda/core/failed-batch.ts';
import type { Books, QueueState } from '../page/model.ts';
import type { DemoWorld } from '../world.ts';

export interface Bookkeeper {
  /** Counts anew. Two calls at a time are not allowed. */
  count(): Promise<Count>;
  /** A log that Auth0 writes behind the checkpoint from now on: it may wait for the look back until `untilMs`. */
  expectLate(logId: string, untilMs: number): void;
}

export interface Count {
  readonly books: Omit<Books, 'stored'>;
  readonly retry: QueueState;
  readonly dead: QueueState;
  /** The item of the pipeline. */
  readonly item: Readonly<Record<string, string | number>>;
}

interface Message {
  readonly logIds: readonly string[];
  readonly failedMs: number;
  readonly reason: string;
}

export function bookkeeper({ auth0, azure, aws, clock, config }: DemoWorld): Bookkeeper {
  const { tenant } = auth0;
  /** Ids that were not accepted when they were last looked at: an accepted log stays accepted. */
  const open = new Set<string>();
  let entered = 0;
  const late = new Map<string, number>();
  let read = new Map<string, Message>();

  const messages = async (queue: 'retry' | 'dead-letter') => {
    const bodies = await aws.peek(queue);
    return bodies.map(body => {
      const message = read.get(body) ?? messageOf(body);
      read.set(body, message);
      return message;
    });
  };
  const look = async () => {
    // In the order in which a log moves on, so that none is overlooked because it moved meanwhile: the checkpoint first,
    // the retry queue on both sides of the dead-letter queue, and last what was accepted.
    const item = (await aws.readCheckpoint(config.name)) ?? {};
    const first = await messages('retry');
    const dead = await messages('dead-letter');
    const retry = await messages('retry');
    return { item, retry, dead, queued: new Set([...first, ...dead, ...retry].flatMap(one => one.logIds)) };
  };
  return {
    expectLate: (logId, untilMs) => late.set(logId, untilMs),
    count: async () => {
      // Before the look: a log that is written during it lies after the checkpoint that was read.
      const ids = tenant.ids();
      for (const id of [...ids].slice(entered)) open.add(id);
      entered = ids.size;
      const { item, retry, dead, queued } = await look();
      const before = read;
      read = new Map([...before].filter(([, message]) => retry.includes(message) || dead.includes(message)));
      const checkpoint = String(item['checkpointLogId'] ?? '');
      const tally = { queued: 0, ahead: 0, late: 0, missing: 0 };
      for (const id of open) {
        if (azure.received.has(id)) open.delete(id);
        else if (queued.has(id)) tally.queued++;
        else if (id > checkpoint) tally.ahead++;
        else if ((late.get(id) ?? 0) > clock.now()) tally.late++;
        else tally.missing++;
      }
      const accepted = entered - open.size;
      const books = { atAuth0: entered, accepted, settled: accepted + tally.queued, ...tally };
      return { books, retry: stateOf(retry), dead: stateOf(dead), item };
    },
  };
}

function messageOf(body: string): Message {
  const decoded = decodeFailedBatch(body);
  if (decoded.kind !== 'failed-batch') return { logIds: [], failedMs: Number.NaN, reason: decoded.problem };
  const { verdict, status, message } = decoded.batch.reason;
  const logIds = decoded.records.flatMap(({ logId }) => (logId === undefined ? [] : [logId]));
  const reason = `${verdict}${status === undefined ? '' : ` (${status})`}: ${message}`;
  return { logIds, failedMs: Date.parse(decoded.batch.failedAt), reason };
}

function stateOf(messages: readonly Message[]): QueueState {
  const oldestMs = Math.min(...messages.map(one => one.failedMs).filter(Number.isFinite));
  const byReason = Map.groupBy(messages, one => one.reason);
  return {
    messages: messages.length,
    logs: messages.reduce((sum, one) => sum + one.logIds.length, 0),
    ...(Number.isFinite(oldestMs) ? { oldestMs } : {}),
    reasons: [...byReason].map(([text, some]) => ({ text, messages: some.length })),
  };
}
