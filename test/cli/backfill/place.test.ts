/** Which backfill an operator's words are about. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findBackfill, newBackfill, rememberBackfill } from '../../../cli/backfill/place.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { SOME } from '../../destinations/samples.ts';

const CONFIG = parsePipeline({
  name: 'prod',
  auth0: { domain: 'acme.eu.auth0.com', secret: 'auth0' },
  azure: { ...SOME.azure, secret: 'azure' },
});
const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-07-15T12:00:00Z');

test('"2h" asked again soon goes on with what was begun, and a day later is another window', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'backfill-place-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const asked = { from: '2h' };
  const askedAt = (nowMs: number) =>
    newBackfill(directory, CONFIG, asked, { fromMs: nowMs - 2 * HOUR_MS, toMs: nowMs });
  const first = askedAt(NOW_MS);
  await rememberBackfill({ ...first, begunAtMs: NOW_MS });
  expect(await findBackfill(askedAt(NOW_MS + 0.9 * HOUR_MS))).toMatchObject({ window: first.window });
  expect(await findBackfill(askedAt(NOW_MS + 1.1 * HOUR_MS))).toBeUndefined();
  expect(await findBackfill(askedAt(NOW_MS + 24 * HOUR_MS))).toBeUndefined();
  expect(await findBackfill({ ...askedAt(NOW_MS), asked: { from: '3h' } })).toMatchObject({ asked });
});
