/** A run that makes no progress never looks healthy: what an operator sees of it, in every command. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readState } from '../../../cli/pipelines/local/state.ts';
import { syntheticLogId } from '../../../lambda/core/record/log-id.ts';
import type { SimulatedFault } from '../../../simulator/faults.ts';
import { cli } from '../cli.ts';
import { OLD_RUN } from '../last-run.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';

const DAY_MS = 86_400_000;
let world: LocalWorld;
afterEach(() => world.close());

const stateDirectory = () => join(world.directory, 'state');
const stored = () => readState(stateDirectory(), 'local');
async function command(name: string, ...args: string[]) {
  const file = await world.write('pipeline.json', world.config);
  return cli([...name.split(' '), '--config', file, '--state', stateDirectory(), ...args], world.env);
}
const json = async (name: string, ...args: string[]) =>
  JSON.parse((await command(name, ...args, '--json')).stdout);
const finding = async (check: string) =>
  (await json('doctor')).pipelines[0].findings.find((one: { check: string }) => one.check === check);
/** Puts a version of the state beside whatever is there. */
async function store(item: object): Promise<void> {
  const folder = join(stateDirectory(), 'local', 'checkpoint');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '00001000.json'), JSON.stringify(item));
}

describe('a checkpoint that lies beyond every log', { timeout: 30_000 }, () => {
  const mended = async () => {
    const typed = (await finding('checkpoint')).remedy.split('\n').at(-1).trim().split(' ');
    expect(typed.slice(0, 2)).toEqual(['npx', 'auth0-logs-to-azure']);
    expect(await cli([...typed.slice(2), '--yes'], world.env)).toMatchObject({ code: 0 });
    expect(await world.run()).toMatchObject({ code: 0 });
    expect([world.azure.received.unique, await world.missing()]).toEqual([200, []]);
  };
  const open = async (logId: string) => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(200) } });
    await store({ checkpointLogId: logId, caughtUpAt: new Date().toISOString() });
  };

  test('in the future is an error for every command, and the remedy works as it is typed', async () => {
    await open(syntheticLogId('900', Date.now() + 365 * DAY_MS));
    expect(await finding('checkpoint')).toMatchObject({ level: 'error' });
    const run = await world.run();
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('ended early: the checkpoint does not lead to newer logs\n');
    expect(run.stderr).toMatch(
      /error: pipeline "local": the checkpoint \d+ is after the tenant's newest log/,
    );
    const status = await command('status');
    expect(status.stdout).toContain('local: unhealthy: the checkpoint does not lead to newer logs');
    expect(status.stdout).toContain('docs/runbook.md#checkpoint-astray');
    expect(status.code).toBe(1);
    expect((await json('status')).pipelines[0]).toMatchObject({
      health: 'unhealthy',
      well: false,
      lastRun: { outcome: 'astray', checkpointAstray: true },
    });
    expect(await finding('last run')).toMatchObject({ level: 'error', remedy: 'see “checkpoint”' });
    const audit = await command('audit', '--from', '4h');
    expect(audit.stdout).not.toContain('Nothing is missing');
    expect(audit.code).toBe(1);
    await mended();
    expect(await finding('checkpoint')).toMatchObject({ level: 'ok' });
    expect(await command('status')).toMatchObject({ code: 0 });
  });

  test.each([
    ['of no time', '9'.repeat(56)],
    ['of another prefix', syntheticLogId('999', Date.now() - DAY_MS)],
  ])('%s is one too', async (_, logId) => {
    await open(logId);
    expect(await world.run()).toMatchObject({ code: 1 });
    await mended();
  });

  test('is not set by hand, whatever the options', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(50) } });
    await world.run();
    const before = (await stored()).checkpoint;
    for (const [where, problem] of [
      [syntheticLogId('900', Date.now() + DAY_MS), 'which is in the future'],
      [syntheticLogId('999', Date.now() - DAY_MS), 'which is after the tenant'],
      [new Date(Date.now() + DAY_MS).toISOString().slice(0, 10), 'which is in the future'],
      ['9'.repeat(56), 'which is not a valid Auth0 log id'],
    ] as const) {
      const { code, stderr } = await command('checkpoint set', where, '--yes', '--skip-logs');
      expect(stderr).toContain(problem);
      expect(code).toBe(2);
    }
    expect((await stored()).checkpoint).toEqual(before);
  });

  test('is set by hand where Auth0 cannot be asked: a log id of the past needs no asking', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(50) } });
    await world.run();
    world.auth0.faults.token.always({ kind: 'status', status: 503 });
    const where = syntheticLogId('900', Date.now() - 4 * 3_600_000);
    expect(await command('checkpoint set', where, '--yes')).toMatchObject({ code: 0 });
  });

  test('is not where a first run begins: auth0.startFrom in the future is a configuration error', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(200) } });
    world.config['auth0'] = { ...Object(world.config['auth0']), startFrom: '2062-07-01' };
    const { code, stdout, stderr } = await world.run();
    expect(stderr).toMatch(
      /^error: [^\n]+\n {2}- auth0.startFrom: is 2062-07-01[^\n]* in the future[^\n]*\n$/,
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect((await stored()).checkpoint).toBeUndefined();
  });
});

describe('Auth0 answers [] although it has newer logs', { timeout: 30_000 }, () => {
  const empty: SimulatedFault = { kind: 'status', status: 200, body: '[]' };

  test('a first run finds them by search, ships them, and says so', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(200) } });
    world.auth0.faults.checkpointPages.always(empty);
    const { code, stdout, stderr } = await world.run();
    expect(stdout).toContain(
      '200 of them found by search, because the checkpoint did not lead to them; caught up',
    );
    expect(stderr).toContain('warning: pipeline "local": the checkpoint did not lead to Auth0’s newer logs');
    expect(code).toBe(0);
    expect([world.azure.received.unique, await world.missing()]).toEqual([200, []]);
    expect((await command('status')).stdout).toContain('degraded: newer logs were found only by search');
  });

  test('where a search brings nothing either, the run is astray, and doctor sees it before any run', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(200) } });
    world.auth0.faults.checkpointPages.always(empty);
    // Of a place without a time, nobody knows what to search for.
    await store({ checkpointLogId: 'opaque' });
    expect(await finding('checkpoint')).toMatchObject({
      level: 'error',
      text: expect.stringContaining('returns none after the checkpoint'),
      remedy: expect.stringContaining('checkpoint set oldest'),
    });
    const run = await world.run();
    expect(run.code).toBe(1);
    expect((await stored()).lastRun).toMatchObject({ outcome: 'astray', checkpointAstray: true });
    expect((await stored()).checkpoint?.logId).toBe('opaque');
    const checkpoint = await finding('checkpoint');
    expect(checkpoint).toMatchObject({
      level: 'error',
      text: expect.stringContaining('returns none after the checkpoint'),
    });
  });
});

describe('something between us and Azure', { timeout: 30_000 }, () => {
  test('answers in its place: every command says so, and none vouches for a log', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(300) } });
    world.posts.always({ kind: 'html' });
    const run = await world.run();
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('the answer is not from Azure: 200 with a body that is not JSON');
    expect(run.stderr).toContain('configure the proxy, gateway or firewall');
    expect(run.stdout).toContain('local: 0 logs shipped; ended early\n');
    expect(world.azure.received.posts).toBeLessThanOrEqual(3);
    const status = await command('status');
    expect(status.stdout).toContain('local: unhealthy: something else answers instead of Azure');
    expect(status.stdout).toContain('docs/runbook.md#intercepted');
    expect(status.code).toBe(1);
    expect(await finding('azure')).toMatchObject({
      level: 'error',
      remedy: expect.stringContaining('configure the proxy'),
    });
    expect(await finding('last run')).toMatchObject({
      level: 'error',
      remedy: expect.stringContaining('configure the proxy'),
    });
    const { logs } = await json('audit', '--from', '4h');
    expect(logs).toMatchObject({ settled: 0, notYet: 300 });
    world.posts.clear();
    expect(await world.run()).toMatchObject({ code: 0 });
    expect([world.azure.received.unique, world.azure.received.duplicates]).toEqual([300, 0]);
  });
});

describe('a vendor that asks to be left alone', { timeout: 30_000 }, () => {
  test('for an hour is asked once, however often a run is started; doctor says until when', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(50) } });
    const quota = { 'retry-after': '3600' };
    world.auth0.faults.token.always({ kind: 'status', status: 429, headers: quota });
    for (let n = 0; n < 4; n++) {
      const { code, stderr } = await world.run();
      if (n > 0) expect(stderr).toMatch(/; next attempt at 20[\d:TZ.-]+\n$/);
      expect(code).toBe(1);
    }
    expect(world.auth0.requests.token).toBe(1);
    const status = await command('status');
    expect(status.stdout).toContain('local: unhealthy: Auth0 is rate limiting (429)');
    expect(status.stdout.replaceAll(/\s+/g, ' ')).toMatch(/next attempt at 20[\d:TZ.-]+/);
    expect(await finding('last run')).toMatchObject({
      level: 'error',
      text: expect.stringMatching(
        /; the next attempt is at 20[\d:TZ.-]+: if the findings above are ✓ by now, wait for it$/,
      ),
    });
  });
});

test('a report of version 0.1.0, still stored, breaks no command and shows nothing undefined', async () => {
  const logs = recentLogs(20);
  world = await openLocalWorld({ auth0: { logs } });
  const last = logs.at(-1)!;
  await store({
    checkpointLogId: last.log_id,
    checkpointLogDate: last.date,
    caughtUpAt: new Date().toISOString(),
    lastRun: JSON.stringify({ ...OLD_RUN, endedAtMs: Date.now() }),
  });
  for (const name of ['status', 'doctor', 'checkpoint get']) {
    for (const args of [[], ['--json']]) {
      const { code, stdout, stderr } = await command(name, ...args);
      expect(stdout + stderr).not.toMatch(/undefined|NaN/);
      expect([name, code, stderr]).toEqual([name, 0, '']);
    }
  }
  expect((await json('status')).pipelines[0]).toMatchObject({
    health: 'healthy',
    well: true,
    lastRun: { logsLate: 1, logsBridged: 0, checkpointAstray: false, batches: { intercepted: 0 } },
  });
});
