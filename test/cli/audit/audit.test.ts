import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { environmentSecrets } from '../../../cli/pipelines/local/secrets.ts';
import { localPipeline } from '../../../cli/run/one-pipeline.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { generateLogs, type Log, logIdAt } from '../../../simulator/auth0/tenant.ts';
import { cli, EIGHTY, type Ended, startCli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { changeState, stateRows } from '../state-rows.ts';

let world: LocalWorld;
afterEach(() => world.close());

const HOUR_MS = 3_600_000;
/** Late logs are not looked for: what comes late is lost. */
const NO_SWEEP = { sweepMinutes: 0 };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const stateDirectory = () => join(world.directory, 'state');

async function start(command: string, more: readonly string[], config: object = {}, env = {}) {
  const file = await world.write('pipeline.json', { ...world.config, ...config });
  return startCli([command, '--config', file, '--state', stateDirectory(), ...more], {
    ...world.env,
    ...env,
  });
}
const audit = async (more: readonly string[] = [], config?: object, env?: object): Promise<Ended> =>
  (await start('audit', ['--from', '4h', ...more], config, env)).ended;
const auditJson = async (more: readonly string[] = [], config?: object) =>
  JSON.parse((await audit([...more, '--json'], config)).stdout);

/** One run, in this process. */
async function ship(more: object = {}) {
  const config = parsePipeline({ ...world.config, ...more });
  const secrets = environmentSecrets(config, world.env);
  const stop = new AbortController().signal;
  const places = { env: world.env, stateDirectory: stateDirectory() };
  const [onProgress, onWaiting] = [() => undefined, () => undefined];
  const pipeline = await localPipeline({
    config,
    secrets,
    ...places,
    journal: silent,
    stop,
    onProgress,
    onWaiting,
  });
  return pipeline.ship();
}
/** A log whose id lies `ageMs` back. */
function logAgo(ageMs: number, n = 1): Log {
  const [one] = recentLogs(1);
  const atMs = Date.now() - ageMs;
  const id = logIdAt(atMs, `9${n}`);
  return { ...one!, log_id: id, _id: id, date: new Date(atMs).toISOString() };
}

describe('audit', () => {
  test('after a run, every log is settled: exit code 0', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(1500) }, maxBatchBytes: 200_000 });
    await ship();
    const { code, stdout, stderr } = await audit([], {}, EIGHTY);
    expect(stdout).toMatch(/at Auth0 +│ +1,500 /);
    expect(stdout).toMatch(/settled +│ +1,500 /);
    expect(stdout).toMatch(/ledger entries in this window: \d+ batches,\s1,500 accepted,\s0\sexcluded/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Nothing is missing: 1,500 logs settled.');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('excluded and held logs are settled too, and a killed run leaves nothing out', async () => {
    const azure = { latencyMs: 30 };
    world = await openLocalWorld({ auth0: { logs: recentLogs(2000) }, azure, maxBatchBytes: 200_000 });
    const config = { exclude: ['s*'] };
    const { child, ended } = await start('run', ['--once'], config);
    while (world.azure.received.unique <= 200) await new Promise(resolve => setImmediate(resolve));
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    const wait = { 'retry-after': '3000' };
    world.posts.always({ kind: 'status', status: 503, headers: wait });
    expect(await ship(config)).toMatchObject({ outcome: 'unavailable' });
    world.posts.clear();
    expect(await ship(config)).toMatchObject({ outcome: 'caught-up' });
    const { logs, entered, queues, missingLogIds, isWell } = await auditJson([], config);
    expect(logs).toMatchObject({ atAuth0: 2000, settled: 2000, missing: 0, unsure: 0 });
    expect(entered.excluded).toBeGreaterThan(100);
    expect(entered.retried).toBeGreaterThan(0);
    expect(queues.retry.messages).toBeGreaterThan(0);
    expect({ isWell, missingLogIds }).toEqual({ isWell: true, missingLogIds: [] });
  });

  test('names what was never shipped, and the command that it gives ships it', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(600) } });
    await ship(NO_SWEEP);
    const lost = [logAgo(HOUR_MS), logAgo(2 * HOUR_MS), logAgo(2 * HOUR_MS, 2)];
    for (const one of lost) world.auth0.tenant.insertLate(one);
    const expected = lost.map(one => one.log_id).sort();
    const ids = join(world.directory, 'missing.txt');
    const { code, stdout } = await audit(['--ids', ids], NO_SWEEP);
    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('MISSING: 3 logs.');
    for (const id of expected) expect(stdout).toContain(`\n  ${id}\n`);
    expect(await readFile(ids, 'utf8')).toBe(expected.map(id => `${id}\n`).join(''));

    const { missingLogIds, remedy, logs } = await auditJson([], NO_SWEEP);
    expect(missingLogIds).toEqual(expected);
    expect(logs).toMatchObject({ atAuth0: 603, settled: 600, missing: 3 });
    expect(remedy).toHaveLength(2);
    for (const { command } of remedy) {
      const words: string[] = command.split(' ');
      expect(words.slice(0, 3)).toEqual(['npx', 'auth0-logs-to-azure', 'backfill']);
      expect((await cli([...words.slice(2), '--yes'], world.env)).code).toBe(0);
    }
    const after = await audit([], NO_SWEEP);
    expect(after.stdout).toContain('Nothing is missing: 603 logs settled.');
    expect(after.code).toBe(0);
    expect(await world.missing()).toEqual([]);
  });

  test('logs that came late are left to the sweep, and logs after the checkpoint to the next run', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(300) } });
    await ship();
    world.auth0.tenant.insertLate(logAgo(HOUR_MS));
    world.auth0.tenant.add([logAgo(30_000)]);
    const { code, stdout } = await audit();
    expect(stdout).toMatch(/not yet +│ +1 │ after the checkpoint/);
    expect(stdout).toMatch(/not swept +│ +1 │ late; the next sweep/);
    expect(stdout).toContain('Nothing is missing: 300 logs settled, 2 not yet.');
    expect(code).toBe(0);
  });

  test('a lost part of the ledger makes its logs missing, and a lost beginning not known', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(1500) }, maxBatchBytes: 200_000 });
    await ship(NO_SWEEP);
    const entries = stateRows(world.directory, 'SELECT entry FROM ledger ORDER BY seq');
    const [first, second] = entries.slice(0, 2).map(({ entry }) => JSON.parse(String(entry)).logs);
    // The whole ledger, so that each part is lost of it alone.
    changeState(world.directory, 'ALTER TABLE ledger RENAME TO kept');
    const keep = (which: string) =>
      changeState(
        world.directory,
        `DROP TABLE IF EXISTS ledger; CREATE TABLE ledger AS SELECT * FROM kept WHERE ${which}`,
      );
    keep('seq <> 2');
    const ids = join(world.directory, 'missing.txt');
    const gap = await audit(['--ids', ids], NO_SWEEP);
    expect(gap.stdout).toMatch(new RegExp(`settled +│ +${(1500 - second).toLocaleString('en')} `));
    expect(gap.stdout).toContain(`  and ${second - 50} more: all in ${ids}\n`);
    expect((await readFile(ids, 'utf8')).trimEnd().split('\n')).toHaveLength(second);
    keep('seq <> 1');
    const begun = await audit([], NO_SWEEP);
    expect(begun.stdout).toMatch(new RegExp(`not known +│ +${first} │ the ledger begins at 20`));
    expect(begun.stdout).toContain(`Nothing is known to be missing, but ${first} logs are unverified.`);
    expect([gap.code, begun.code]).toEqual([1, 1]);
  });

  test('what cannot be told apart is unsure, with its time and how many are missing at least', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(40) } });
    await ship(NO_SWEEP);
    for (let n = 0; n < 120; n++) world.auth0.tenant.insertLate(logAgo(HOUR_MS + n * 1000, n));
    const { code, stdout } = await audit([], NO_SWEEP);
    expect(stdout).toMatch(/unsure +│ +160 /);
    expect(stdout).toMatch(/\n {2}from 20\S+Z to 20\S+Z:\n {4}160 logs, at least 120 of them missing\n/);
    expect(stdout).toContain('$ npx auth0-logs-to-azure backfill --from');
    expect(stdout).toContain('MISSING: at least 120 logs; 160 logs are unverified.');
    expect(code).toBe(1);
  });

  test('only the window is judged, whatever batches reach beyond it', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(900) } });
    await ship(NO_SWEEP);
    for (const hours of [0.5, 1.5, 2.5]) world.auth0.tenant.insertLate(logAgo(hours * HOUR_MS));
    const { logs } = await auditJson(['--from', '2h', '--to', '1h'], NO_SWEEP);
    expect(logs).toMatchObject({ missing: 1, unsure: 0, settled: logs.atAuth0 - 1 });
    expect(logs.atAuth0).toBeGreaterThan(200);
    expect(logs.atAuth0).toBeLessThan(400);
  });
});

describe('audit, when it cannot', () => {
  test('a pipeline that has never run has shipped nothing: exit code 1, and none is made', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(100) } });
    const { code, stdout } = await audit();
    expect(stdout).toMatch(/not yet +│ +100 │ after the checkpoint/);
    expect(stdout).toContain('NEVER RUN: state directory ');
    expect(code).toBe(1);
    expect((await auditJson()).isWell).toBe(false);
    expect(existsSync(stateDirectory())).toBe(false);
  });

  test('a state directory without a run is not healthy either when Auth0 has no log', async () => {
    world = await openLocalWorld();
    const { code, stdout } = await audit();
    expect(stdout).toContain('NEVER RUN: state directory ');
    expect(code).toBe(1);
  });

  test('logs that wait for longer than the lag alarm allows are overdue: exit code 1', async () => {
    const nowMs = Date.now();
    const old = { seed: 3, count: 50, fromMs: nowMs - 3 * HOUR_MS, toMs: nowMs - 2 * HOUR_MS };
    world = await openLocalWorld({ auth0: { logs: generateLogs(old) } });
    await ship();
    world.auth0.tenant.add([logAgo(20 * 60_000), logAgo(30_000, 2)]);
    const { code, stdout } = await audit();
    expect(stdout).toMatch(/not yet +│ +2 │ after the checkpoint/);
    expect(stdout).toMatch(/overdue +│ +1 │ of those: older than 15 min/);
    expect(stdout).toContain('OVERDUE: 1 log is not shipped, and older than 15 min');
    expect((await auditJson()).logs).toMatchObject({ notYet: 2, overdue: 1, missing: 0 });
    expect(code).toBe(1);
  });

  test('an Auth0 that gives no logs is said, with exit code 2, and no half a file is left', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(300) } });
    world.auth0.faults.logs.always({ kind: 'status', status: 400 });
    const { code, stdout, stderr } = await audit(['--ids', join(world.directory, 'missing.txt')]);
    expect(stderr).toMatch(
      /^error: Auth0 could not be read: Auth0 rejected the request for logs \(400[^\n]*\n$/,
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect((await readdir(world.directory)).filter(name => name.startsWith('missing'))).toEqual([]);
  });

  test.each([
    [['--from', 'yesterday'], '--from is "yesterday"; allowed: a UTC date'],
    [['--ids', '/nowhere/at/all'], '--ids is "/nowhere/at/all", which cannot be written (ENOENT)'],
  ])('%j is refused in one line', async (options, message) => {
    world = await openLocalWorld();
    const { code, stdout, stderr } = await audit(options);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('Ctrl-C ends it with 130 and without a result', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(3000), latencyMs: 40 } });
    const { child, ended } = await start('audit', ['--from', '4h']);
    while (world.auth0.requests.pages < 4) await new Promise(resolve => setImmediate(resolve));
    child.kill('SIGINT');
    const stderr = 'stopping; nothing was changed\n';
    expect(await ended).toEqual({ code: 130, signal: null, stdout: '', stderr });
  });
});
