import { describe, expect, test } from 'vitest';
import { decodeFailedBatch, encodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import type { PostAnswer } from '../../lambda/core/model.ts';
import { postponeSeconds, replay } from '../../lambda/core/replay.ts';
import { PIPELINE, START_MS, world } from '../world.ts';

const record = (n: number) => ({
  logId: `id-${n}`,
  json: Buffer.from(JSON.stringify({ LogId: `id-${n}` })),
});
const message = (count: number, pipeline = PIPELINE) =>
  encodeFailedBatch({
    pipeline,
    records: Array.from({ length: count }, (_, n) => record(n)),
    reason: { verdict: 'unavailable', message: 'down' },
    failedAtMs: START_MS,
    attempts: 5,
  })[0]!;
const once = (w: ReturnType<typeof world>, body: string) =>
  replay(w.ports().d, PIPELINE, body, START_MS + 50_000);
const idsIn = (messages: readonly string[]) =>
  messages.flatMap(one => {
    const decoded = decodeFailedBatch(one);
    return decoded.kind === 'failed-batch' ? decoded.records.map(({ logId }) => logId) : [];
  });
const down: PostAnswer = { kind: 'answered', status: 503 };

describe('a replay', () => {
  test('is done when every record is accepted', async () => {
    const w = world();
    expect(await once(w, message(10))).toMatchObject({ done: true, logsAccepted: 10, logsDeadLettered: 0 });
  });

  test('what was accepted leaves the message: the rest goes back, smaller, before it may be deleted', async () => {
    const w = world({
      faults: {
        post: call => (call === 0 ? { kind: 'answered', status: 413 } : call === 1 ? undefined : down),
      },
    });
    const report = await once(w, message(10));
    expect(report).toMatchObject({
      done: true,
      logsAccepted: 5,
      logsRequeued: 5,
      reason: { verdict: 'unavailable' },
    });
    expect(w.queues['dead-letter']).toEqual([]);
    expect(idsIn(w.queues.retry)).toEqual([5, 6, 7, 8, 9].map(n => `id-${n}`));
  });

  test('dead-letters the culprits and is done', async () => {
    const w = world({ poison: id => id === 'id-3' });
    expect(await once(w, message(10))).toMatchObject({ done: true, logsAccepted: 9, logsDeadLettered: 1 });
    expect(w.queues['dead-letter']).toHaveLength(1);
  });

  test('a culprit that the dead-letter queue does not take goes back with the rest, and what was accepted does not', async () => {
    const w = world({
      poison: id => id === 'id-3',
      faults: { put: (_, queue) => (queue === 'dead-letter' ? 'fail' : undefined) },
    });
    const report = await once(w, message(10));
    expect(report).toMatchObject({ done: true, party: 'queue', reason: { code: 'QUEUE_UNREACHABLE' } });
    expect(idsIn(w.queues.retry)).toContain('id-3');
    expect(idsIn(w.queues.retry)).toHaveLength(10 - report.logsAccepted);
    expect(w.duplicates()).toBe(0);
  });

  test('stays whole when no queue can be reached', async () => {
    const w = world({ poison: id => id === 'id-3', faults: { put: () => 'fail' } });
    expect(await once(w, message(10))).toMatchObject({ done: false, party: 'queue', logsRequeued: 0 });
  });

  test('a dead letter that it made has all its tries anew, once it is sent back', async () => {
    const w = world({ faults: { post: () => down } });
    const d = w.ports().d;
    expect(await replay(d, PIPELINE, message(3), START_MS + 50_000, 20)).toMatchObject({ done: true });
    const [dead = ''] = w.queues['dead-letter'].splice(0);
    expect(await replay(d, PIPELINE, dead, START_MS + 100_000, 1)).toMatchObject({ done: false });
    expect(w.queues).toEqual({ retry: [], 'dead-letter': [] });
  });

  test('leaves a message alone that is no failed batch, or another pipeline’s', async () => {
    const w = world();
    expect(await once(w, 'nonsense')).toMatchObject({ done: false, posts: 0 });
    expect(await once(w, message(3, 'other'))).toMatchObject({ done: false, posts: 0 });
  });

  test('a message that is left waits longer each time, an hour at most', () => {
    const seconds = [1, 2, 3, 9, 10, 20, 1000].map(receives => postponeSeconds(receives));
    expect(seconds).toEqual([10, 20, 40, 2560, 3600, 3600, 3600]);
    const fault = { verdict: 'throttled', message: 'quota', retryAfterMs: 300_000 } as const;
    expect(postponeSeconds(1, fault)).toBe(10);
    expect(postponeSeconds(1, { ...fault, isTokenRefused: true })).toBe(300);
    expect(postponeSeconds(Number.NaN)).toBeLessThanOrEqual(3600);
  });
});
