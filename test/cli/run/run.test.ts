import { hostname } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { poisonLog } from '../../../simulator/auth0/tenant.ts';
import type { Cli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { NOTICE_LINE } from '../notice.ts';
import { stateRows } from '../state-rows.ts';

let world: LocalWorld;
afterEach(() => world.close());

/** On standard error: the notice of the destination, once, and then only this. */
const noticeAnd = ({ source }: RegExp) => expect.stringMatching(new RegExp(`^${NOTICE_LINE}${source}$`));
const NOTICE = noticeAnd(/(?:)/);

/** Slow enough, in batches small enough, to be caught in the middle. */
async function slowWorld(): Promise<LocalWorld> {
  world = await openLocalWorld({
    auth0: { logs: recentLogs(3000) },
    azure: { latencyMs: 30 },
    maxBatchBytes: 200_000,
  });
  return world;
}
/** Settles when Azure has more than `count` logs. */
async function arrived(count: number): Promise<void> {
  while (world.azure.received.unique <= count) await new Promise(resolve => setImmediate(resolve));
}

describe('run --once', () => {
  test('ships everything, and the second time nothing; its last line is the pipeline’s health', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(3000) } });
    const first = await world.run();
    expect(first.stdout).toMatch(/ local: healthy: caught up\n$/);
    expect(first.stdout).toContain('local: 3,000 logs shipped; caught up\n');
    expect(first).toMatchObject({ code: 0, stderr: NOTICE });
    const second = await world.run();
    expect(second.stdout).toContain('local: nothing new; caught up\n');
    expect(second).toMatchObject({ code: 0, stderr: NOTICE });
    expect([world.azure.received.unique, world.azure.received.duplicates]).toEqual([3000, 0]);
    expect(await world.missing()).toEqual([]);
  });

  test('with --json prints a line for each run, and every word on standard error', async () => {
    world = await openLocalWorld({ auth0: { logs: [...recentLogs(40), poisonLog(recentLogs(1, 2)[0]!)] } });
    const { code, stdout, stderr } = await world.run(['--once', '--json']);
    expect(stdout).toMatch(/^\{[^\n]+\}\n$/);
    expect({ code, line: JSON.parse(stdout) }).toMatchObject({
      code: 0,
      line: {
        pipeline: 'local',
        outcome: 'caught-up',
        stopped: false,
        fault: null,
        logsAccepted: 40,
        logsDeadLettered: 1,
        lagSeconds: 0,
        queues: { retry: 0, deadLetter: 1 },
      },
    });
    expect(stderr).toContain('local: 40 logs shipped, 1 put on the dead-letter queue; caught up\n');
  });

  test('with --json is told of a fault in the line too', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(10) } });
    world.posts.always({ kind: 'status', status: 403 });
    const { code, stdout } = await world.run(['--once', '--json']);
    expect({ code, line: JSON.parse(stdout) }).toMatchObject({
      code: 1,
      line: { outcome: 'denied', fault: expect.stringContaining('403') },
    });
  });

  test('killed in the middle, again and again, loses nothing and repeats only what was on its way', async () => {
    await slowWorld();
    for (const count of [0, 700, 1500, 2500]) {
      const { child, ended } = await world.start();
      await arrived(count);
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
    }
    expect(world.azure.received.unique).toBeLessThan(3000);
    const last = await world.run();
    expect(last).toMatchObject({ code: 0, stderr: NOTICE });
    expect(world.azure.received.unique).toBe(3000);
    expect(await world.missing()).toEqual([]);
    // Four times three batches of some 110 logs.
    expect(world.azure.received.duplicates).toBeLessThan(1500);
  });

  test('ended by a signal finishes its post: exit code 0, nothing lost and nothing twice', async () => {
    await slowWorld();
    const { child, ended } = await world.start();
    await arrived(500);
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    expect(stdout).toContain('stopped by the operator');
    expect({ code, stderr }).toEqual({ code: 0, stderr: noticeAnd(/stopping after [^\n]+\n/) });
    expect(world.azure.received.unique).toBeLessThan(3000);
    expect((await world.run()).code).toBe(0);
    expect([world.azure.received.unique, world.azure.received.duplicates]).toEqual([3000, 0]);
  });

  test('a second one at the same time is held off, and says by whom; it goes on when that one is dead', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(300) } });
    world.posts.add({ kind: 'hang-headers' });
    const first = await world.start();
    while (world.azure.received.posts === 0) await new Promise(resolve => setImmediate(resolve));
    const second = await world.run();
    expect(second.stdout).toContain(
      `skipped: process ${first.child.pid} on ${hostname()} holds the lease until`,
    );
    expect(second).toMatchObject({ code: 1, stderr: NOTICE });
    first.child.kill('SIGKILL');
    await first.ended;
    expect((await world.run()).code).toBe(0);
    expect([world.azure.received.unique, world.azure.received.duplicates]).toEqual([300, 0]);
  });

  test('a poison record becomes a dead letter on disk, and the rest is shipped', async () => {
    const logs = recentLogs(200);
    logs[77] = poisonLog(logs[77]!);
    world = await openLocalWorld({ auth0: { logs } });
    const { code, stdout } = await world.run();
    expect(stdout).toContain(`a log was dead-lettered (logId ${logs[77].log_id})`);
    expect(stdout).toContain('local: 199 logs shipped, 1 put on the dead-letter queue; caught up');
    expect(stdout).toContain('local: 1 message on the dead-letter queue');
    expect(code).toBe(0);
    const dead = stateRows(world.directory, `SELECT * FROM message WHERE queue = 'dead-letter'`);
    expect(dead).toHaveLength(1);
    expect(await world.missing()).toEqual([]);
  });

  test('an outage puts a batch on the retry queue; when it is over and the batch is due, it is delivered', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(100) } });
    // So long a peace is asked for that no second try is made.
    const retryAfter = { 'retry-after': '3000' };
    world.posts.always({ kind: 'status', status: 503, headers: retryAfter });
    const during = await world.run();
    expect(during.stdout).toContain('0 logs shipped, 100 put on the retry queue');
    expect(during.stdout).toMatch(/ local: unhealthy: Azure is unavailable; see docs\/runbook.md#lag\n$/);
    expect(during).toMatchObject({
      code: 1,
      stderr: noticeAnd(/error: pipeline "local": Azure answered 503\n/),
    });
    expect(await world.missing()).toEqual([]);
    world.posts.clear();

    const early = await world.run();
    expect(early.stdout).toContain('1 failed batch on the retry queue');
    expect(world.azure.received.unique).toBe(0);
    await world.makeDue();
    const late = await world.run();
    expect(late.stdout).toMatch(/failed batch [0-9a-f]{8} delivered: 100 logs shipped/);
    expect(late.code).toBe(0);
    expect([world.azure.received.unique, await world.missing()]).toEqual([100, []]);
  });
});

describe('run, going on', () => {
  test('ships at once, waits for the next tick, and ends with 0 when told to', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(300) } });
    const { child, ended } = await world.start([]);
    child.stdout?.on('data', data => {
      if (String(data).includes('shipped; caught up')) child.kill('SIGINT');
    });
    const { code, stdout } = await ended;
    expect(stdout).toContain('a tick every 1 min; press Ctrl-C to stop');
    expect(stdout).toContain('local: 300 logs shipped; caught up');
    expect(code).toBe(0);
  });

  test('beside another one on the same state directory, it says so', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(30) } });
    const first = await world.start([]);
    const saidBy = (child: Cli['child'], words: string) =>
      new Promise<void>(done => {
        child.stdout?.on('data', data => String(data).includes(words) && done());
      });
    await saidBy(first.child, 'healthy: caught up');
    const second = await world.start([]);
    await saidBy(second.child, 'healthy: caught up');
    for (const { child } of [first, second]) child.kill('SIGINT');
    const { code, stderr } = await second.ended;
    expect(stderr).toContain(
      `warning: pipeline "local": another “run” uses this state directory: process ${first.child.pid} on ${hostname()};`,
    );
    expect((await first.ended).stderr).not.toContain('another “run”');
    expect(code).toBe(0);
    // Once the first one has ended, a restart has nobody beside it.
    expect((await world.run()).stderr).not.toContain('another “run”');
  });

  test('cron(…) is refused: cron itself can start it', async () => {
    world = await openLocalWorld();
    const config = await world.write('cron.json', { ...world.config, schedule: 'cron(0 8 * * ? *)' });
    const { code, stderr } = await world.run(['--config', config]);
    expect(stderr).toContain('schedule is "cron(0 8 * * ? *)"; allowed here: rates such as "rate(1 minute)"');
    expect(code).toBe(2);
  });
});

test('two pipelines run side by side, with secrets from a file', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(150) } });
  const config = await world.write('two.json', {
    pipelines: [world.config, { ...world.config, name: 'second' }],
  });
  const secrets = await world.writeSecrets();
  const args = ['--once', '--config', config, '--secrets', secrets];
  const { code, stdout, stderr } = await world.run(args, world.addresses);
  expect(stdout).toContain('local: 150 logs shipped; caught up');
  expect(stdout).toContain('second: 150 logs shipped; caught up');
  expect({ code, stderr }).toEqual({ code: 0, stderr: NOTICE });
  expect([world.azure.received.unique, world.azure.received.duplicates]).toEqual([150, 150]);
});
