import { expect, test } from 'vitest';
import { decodeFailedBatch, encodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import { replay } from '../../lambda/core/replay.ts';
import { PIPELINE, START_MS, world } from '../world.ts';

const message = (pipeline: string) =>
  encodeFailedBatch({
    pipeline,
    records: [1, 2].map(n => ({ logId: `id-${n}`, json: Buffer.from(`{"LogId":"id-${n}"}`) })),
    reason: { verdict: 'unavailable', message: 'down' },
    failedAtMs: START_MS,
    attempts: 5,
  })[0]!;

test('a batch of a former name is the pipeline’s own, one of another name is not', async () => {
  const w = world();
  const d = { ...w.ports().d, accepts: ['bars', 'earlier'] };
  const once = (pipeline: string) => replay(d, PIPELINE, message(pipeline), START_MS + 50_000);
  expect(await once('bars')).toMatchObject({ done: true, logsAccepted: 2 });
  expect(await once('other')).toMatchObject({
    done: false,
    posts: 0,
    reason: { message: expect.stringContaining('other') },
  });
});

test('what is dead-lettered of it has the name of now', async () => {
  const w = world({ poison: id => id === 'id-1' });
  const d = { ...w.ports().d, accepts: ['bars'] };
  await replay(d, PIPELINE, message('bars'), START_MS + 50_000);
  const decoded = decodeFailedBatch(String(w.queues['dead-letter'][0]));
  expect(decoded).toMatchObject({ kind: 'failed-batch', batch: { pipeline: PIPELINE } });
});
