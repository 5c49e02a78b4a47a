/** What becomes of the logs of a backfill that Azure does not take. */
import { afterEach, expect, test } from 'vitest';
import { poisonLog } from '../../../simulator/auth0/tenant.ts';
import { SOME, SOME_SECRET } from '../../destinations/samples.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { stateRows } from '../state-rows.ts';
import { backfill, idsWithin, WINDOW } from './backfills.ts';

let world: LocalWorld;
afterEach(() => world.close());

test('what Azure does not take is put on the pipeline’s own queues: the poison a dead letter, the rest shipped', async () => {
  const logs = recentLogs(900);
  const wanted = idsWithin(logs);
  const at = logs.findIndex(log => log.log_id === wanted[7]);
  logs[at] = poisonLog(logs[at]!);
  world = await openLocalWorld({ auth0: { logs } });
  const { code, stdout, stderr } = await backfill(world);
  expect(stdout).toContain('1 put on the dead-letter queue; the window is complete');
  expect(stdout).toContain('to list the dead letters: replay --list');
  expect(stderr).toContain(`a log was dead-lettered (logId ${wanted[7]})`);
  expect(code).toBe(0);
  const missing = new Set(await world.missing());
  expect(wanted.filter(id => missing.has(id))).toEqual([]);
});

test('an outage ends it with 1; "run" delivers what is queued, and the same command the rest', async () => {
  const logs = recentLogs(900);
  world = await openLocalWorld({ auth0: { logs }, maxBatchBytes: 200_000 });
  const retryAfter = { 'retry-after': '3000' };
  world.posts.always({ kind: 'status', status: 503, headers: retryAfter });
  const during = await backfill(world);
  expect(during.stdout).toMatch(/^0 logs shipped in .*put on the retry queue; ended early/);
  expect(during.stderr).toMatch(/error: pipeline "local": .*503.*run the same command again; it continues/);
  expect(during.code).toBe(1);
  world.posts.clear();
  expect((await backfill(world)).code).toBe(0);
  await world.makeDue();
  expect((await world.run()).stdout).toMatch(/failed batch [0-9a-f]{8} delivered/);
  expect(await world.missing()).toEqual([]);
});

test('a wrong key puts nothing aside: the window stays where it is, at Auth0', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(300) } });
  const wrong = Buffer.from('a wrong key').toString('base64');
  const { code, stderr } = await backfill(world, WINDOW, { [SOME_SECRET.variable]: wrong });
  expect(stderr).toMatch(SOME.wrongSecret);
  expect(code).toBe(1);
  expect(stateRows(world.directory, 'SELECT * FROM message')).toEqual([]);
});
