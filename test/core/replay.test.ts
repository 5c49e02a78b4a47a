import { describe, expect, test } from 'vitest';
import { encodeFailedBatch } from '../../lambda/core/failed-batch.ts';
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
const down: PostAnswer = { kind: 'answered', status: 503 };

describe('a replay', () => {
  test('is done when every record is accepted', async () => {
    const w = world();
    expect(await once(w, message(10))).toMatchObject({ done: true, logsAccepted: 10, logsDeadLettered: 0 });
  });

  test('is not done when any record is left, though others were accepted in this very try', async () => {
    const w = world({
      faults: {
        post: call => (call === 0 ? { kind: 'answered', status: 413 } : call === 1 ? undefined : down),
      },
    });
    const report = await once(w, message(10));
    expect(report).toMatchObject({ done: false, logsAccepted: 5, reason: { verdict: 'unavailable' } });
    expect(w.queues['dead-letter']).toEqual([]);
  });

  test('dead-letters the culprits and is done', async () => {
    const w = world({ poison: id => id === 'id-3' });
    expect(await once(w, message(10))).toMatchObject({ done: true, logsAccepted: 9, logsDeadLettered: 1 });
    expect(w.queues['dead-letter']).toHaveLength(1);
  });

  test('rejects when a culprit is not taken by the dead-letter queue: then the message stays', async () => {
    const w = world({ poison: id => id === 'id-3', faults: { put: () => 'fail' } });
    await expect(once(w, message(10))).rejects.toThrow('queue');
  });

  test('leaves a message alone that is no failed batch, or another pipeline’s', async () => {
    const w = world();
    expect(await once(w, 'nonsense')).toMatchObject({ done: false, posts: 0 });
    expect(await once(w, message(3, 'other'))).toMatchObject({ done: false, posts: 0 });
  });

  test('a message that is left waits longer each time, an hour at most', () => {
    expect([1, 2, 3, 9, 10, 20, 1000].map(postponeSeconds)).toEqual([10, 20, 40, 2560, 3600, 3600, 3600]);
    expect(postponeSeconds(Number.NaN)).toBeLessThanOrEqual(3600);
  });
});
