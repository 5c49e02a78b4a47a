/** Exit code 0 is for a window in which everything is proven: what cannot be, or is in no table, is no success. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import { cli, EIGHTY } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { changeState } from '../state-rows.ts';

let world: LocalWorld;
afterEach(() => world.close());

const DAY_MS = 86_400_000;
const WORKSPACE = '5ca1ab1e-0000-4000-8000-000000000001';
const open = (logs = recentLogs(40)) =>
  openLocalWorld({
    kind: 'logs-ingestion',
    settings: { workspaceId: WORKSPACE },
    auth0: { logs },
    azure: { keepRecords: true, queryRoles: { application: 'all', operator: 'none' } },
  });

async function run(...[command, ...more]: string[]) {
  const file = await world.write('pipeline.json', world.config);
  const state = join(world.directory, 'state');
  return cli([command!, '--config', file, '--state', state, ...more], { ...world.env, ...EIGHTY });
}
async function audit(...more: string[]) {
  const text = await run('audit', ...more);
  const json = JSON.parse((await run('audit', ...more, '--json')).stdout);
  expect(json.isWell).toBe(text.code === 0);
  return { ...text, said: text.stdout.trimEnd().replaceAll(/\s+/g, ' '), json };
}
const retention = (days: number) => {
  world.config['auth0'] = { ...Object(world.config['auth0']), logRetentionDays: days };
};

test.each([
  ['', []],
  [' with --stored', ['--stored', '--ingestion-delay', '0m']],
])('a window that Auth0 no longer serves is not verified%s: exit code 1', async (_, stored) => {
  world = await open();
  await run('run', '--once');
  const old = await audit('--from', '5d', '--to', '3d', ...stored);
  expect(old.said).toContain(
    'NOT VERIFIED: Auth0 serves no logs for this window, which is older than auth0.logRetentionDays.',
  );
  expect(old.json.unverifiedBefore).toBe(old.json.toAt);
  const partly = await audit('--from', '5d', ...stored);
  expect(partly.said).toMatch(/Nothing is known to be missing, but the time before 2\S+Z is unverified\./);
  expect(Date.now() - Date.parse(partly.json.unverifiedBefore)).toBeCloseTo(DAY_MS, -5);
  expect([old.code, partly.code]).toEqual([1, 1]);
  // A job that looks at its whole day, and begins late.
  const from = new Date(Date.now() - DAY_MS - 1_800_000).toISOString().slice(0, 19);
  expect((await audit('--from', `${from}Z`, ...stored)).code).toBe(0);
  retention(10);
  expect((await audit('--from', '5d', ...stored)).code).toBe(0);
});

test('logs older than auth0.logRetentionDays show that Auth0 keeps them longer', async () => {
  const old = { seed: 5, count: 20, fromMs: Date.now() - 5 * DAY_MS, toMs: Date.now() - 4 * DAY_MS };
  world = await open([...generateLogs(old), ...recentLogs(20)]);
  retention(30);
  await run('run', '--once');
  retention(1);
  const { code, said } = await audit('--from', '6d');
  expect(said).toContain('Nothing is missing: 40 logs settled.');
  expect(code).toBe(0);
});

test('an Auth0 that serves nothing of a window in which logs were settled proves nothing: exit code 1', async () => {
  world = await open();
  await run('run', '--once');
  expect((await audit('--from', '4h')).code).toBe(0);
  world.auth0.faults.logs.always({ kind: 'status', status: 200, body: '[]' });
  const { code, said, json } = await audit('--from', '2d', '--to', '1m');
  expect(said).toContain('NOT VERIFIED: Auth0 serves no logs for this window, ');
  expect(json.logs).toMatchObject({ atAuth0: 0, missing: 0 });
  expect(code).toBe(1);
});

test('dead letters of the window are not in Azure, and no run ships them: exit code 1', async () => {
  const logs = recentLogs(40);
  logs[7] = { ...logs[7]!, description: 'simulated-poison-record' };
  world = await open(logs);
  await run('run', '--once');
  const { code, said, json } = await audit('--from', '4h');
  expect(said).toContain(
    'DEAD LETTERS: 1 message in the dead-letter queue may contain logs of this window; replay or discard them.',
  );
  expect(json).toMatchObject({ hasDeadLetters: true, logs: { settled: 40, missing: 0 } });
  const stored = await audit('--from', '4h', '--stored', '--ingestion-delay', '0m');
  expect(stored.said).toContain('NOT STORED: 1 log may be on a queue.');
  expect([code, stored.code]).toEqual([1, 1]);
  // They are of another time.
  expect((await audit('--from', '1m')).code).toBe(0);
});

const STORED = ['--from', '4h', '--stored', '--ingestion-delay', '0m'];

test('a log in the table needs no ledger; a lost state directory is still no success', async () => {
  world = await open();
  await run('run', '--once');
  changeState(world.directory, 'DELETE FROM ledger');
  const without = await audit(...STORED);
  expect(without.said).toContain('Stored: 40 logs.');
  expect((await audit('--from', '4h')).code).toBe(1);
  await rm(join(world.directory, 'state'), { recursive: true });
  const lost = await audit(...STORED);
  expect(lost.said).toMatch(
    /NEVER RUN: state directory \S+ \(which does not exist yet\) has no checkpoint of this pipeline\.$/,
  );
  expect(lost.json.stored.logs).toMatchObject({ stored: 40, notStored: 0 });
  expect([without.code, lost.code]).toEqual([0, 1]);
});

test('rows of another tenant, without an id, or with an id of another form, are not those of this pipeline', async () => {
  world = await open();
  await run('run', '--once');
  const { workspace } = world.azure;
  const TimeGenerated = new Date(Date.now() - 3_600_000).toISOString();
  const others = recentLogs(60, 9).map(({ log_id: LogId }) => ({ LogId, TimeGenerated }));
  const odd = ['', null, '9002026', 'x'.repeat(56), '5f0c1d2e3a4b5c6d7e8f9a0b'].map(LogId => ({
    ...{ LogId, TimeGenerated },
  }));
  workspace.ingest([...others, ...odd], Date.now() - 3_600_000);
  const all = await audit(...STORED);
  expect(all.said).toContain('Stored: 40 logs.');
  const lost = [...world.auth0.tenant.ids()].sort().slice(3, 8);
  workspace.purge('Auth0Logs_CL', row => lost.includes(String(row['LogId'])));
  const some = await audit(...STORED);
  expect(some.json.stored.lostLogIds).toEqual(lost);
  expect([all.code, some.code]).toEqual([0, 1]);
});

test('a workspace that answers 204 has no data: the logs are not stored', async () => {
  world = await open();
  await run('run', '--once');
  world.azure.faults.query.always({ kind: 'status', status: 204 });
  const { code, said } = await audit(...STORED);
  expect(said).toContain('NOT STORED: 40 logs accepted by Azure are not in the table.');
  expect(said).toContain('No row of this window is visible to the pipeline.');
  expect(code).toBe(1);
});
