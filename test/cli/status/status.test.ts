import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import { EIGHTY, startCli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { openStackWorld, type StackWorld } from '../stack-world.ts';

const CONTROL = /[^\P{Cc}\n]/u;

describe('status of a deployed stack', { timeout: 30_000 }, () => {
  let world: StackWorld;
  beforeAll(async () => {
    world = await openStackWorld();
    world.pipelines.prod.auth0.tenant.add(recentLogs(30));
    await Promise.all([world.pipelines.prod.run(), world.pipelines['prod-eu'].run()]);
  });
  afterAll(() => world.close());

  test('of which all are healthy is told so, on 80 columns, without colour, and exits with 0', async () => {
    const { code, stdout, stderr } = await world.run(['status'], { CI: 'true', COLUMNS: '' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('stack Auth0LogsToAzure in us-east-1, at 2');
    expect(stdout).toContain('\nprod: healthy: caught up\n');
    expect(stdout).toContain('\nprod-eu: healthy: caught up\n');
    expect(stdout).toMatch(/last run +ended \d+ s ago, took .*: 30 logs shipped; caught up/);
    expect(stdout).not.toMatch(CONTROL);
    expect(stdout.split('\n').filter(line => line.length > 80)).toEqual([]);
  });

  test('is coloured in a pipe where FORCE_COLOR asks for it, unless NO_COLOR forbids it', async () => {
    const painted = async (env: Record<string, string>) =>
      (await world.run(['status'], { FORCE_COLOR: '1', ...env })).stdout.includes('\x1b[');
    expect([await painted({}), await painted({ NO_COLOR: '1' })]).toEqual([true, false]);
  });

  test('as JSON is one document with what the table and the function left behind', async () => {
    const { code, stdout } = await world.run(['status', '--json', '--pipeline', 'prod']);
    const item = await world.pipelines.prod.aws.readCheckpoint('prod');
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ kind: 'stack', health: 'healthy', well: true });
    expect(result.pipelines).toHaveLength(1);
    expect(result.pipelines[0]).toMatchObject({
      pipeline: 'prod',
      health: 'healthy',
      well: true,
      findings: [],
      unanswered: [],
      running: false,
      lagLimitSeconds: 900,
      silenceLimitSeconds: 300,
      checkpoint: { logId: item?.['checkpointLogId'], loggedAt: item?.['checkpointLogDate'] },
      lease: null,
      lastRun: { outcome: 'caught-up', logsAccepted: 30, fault: null },
      queues: { retry: { messages: 0 }, deadLetter: { messages: 0, oldestAgeSeconds: null } },
      alarms: [],
    });
    expect(code).toBe(0);
  });

  test('of which Azure denies one, with a dead letter and alarms, exits with 1 and says where to read', async () => {
    const { prod } = world.pipelines;
    const letter = { QueueUrl: prod.output.deadLetterQueueUrl, MessageBody: 'a dead letter' };
    await prod.aws.sqs.send(new SendMessageCommand(letter));
    prod.setOldestAge('dead-letter', 7200);
    prod.setAlarm('denied-by-azure', 'ALARM', 'Azure denies what is posted.');
    prod.posts.always({
      kind: 'status',
      status: 403,
      body: JSON.stringify({ Error: 'InvalidAuthorization', Message: 'The signature is wrong' }),
    });
    const nowMs = Date.now();
    prod.auth0.tenant.add(generateLogs({ seed: 2, count: 10, fromMs: nowMs - 40_000, toMs: nowMs - 20_000 }));
    const report = await prod.run();
    expect(report.outcome).toBe('denied');
    const { code, stdout } = await world.run(['status'], EIGHTY);
    expect(stdout).toContain(
      '\nprod: unhealthy: Azure rejected the credentials (403); 1 dead letter; see\ndocs/runbook.md#denied-by-azure\n',
    );
    expect(stdout).toContain('\nprod-eu: healthy');
    expect(stdout).toContain('The signature is wrong');
    expect(stdout).toMatch(
      /1 message, the oldest queued 2 h( \d min)? ago\n +list: npx auth0-logs-to-azure replay --list --pipeline prod\n/,
    );
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /alarms denied-by-azure is in ALARM state \(1\d min\): Azure denies what is posted\./,
    );
    expect(code).toBe(1);
    expect((await world.run(['status', '--pipeline', 'prod-eu'])).code).toBe(0);
    // Looking takes nothing away and hides nothing.
    expect(await prod.aws.queueDepths()).toMatchObject({ 'dead-letter': 1 });
    expect(world.operations.calls).not.toContain('dynamodb:UpdateItem');
  });

  test('what may not be asked does not hide the rest, and makes it 2 when the rest is well', async () => {
    world.operations.refuse('cloudwatch:DescribeAlarms', 'AccessDenied', 403);
    const { code, stdout } = await world.run(['status', '--pipeline', 'prod-eu']);
    world.operations.refuse('cloudwatch:DescribeAlarms', undefined);
    expect(stdout).toContain('prod-eu: unknown: some of the state could not be read');
    expect(stdout).toContain('does not allow cloudwatch:DescribeAlarms');
    expect(stdout).toContain('dead letters  none');
    expect(code).toBe(2);
  });

  test('with --watch is told again and again until Ctrl-C, as JSON in a line each', async () => {
    const { child, ended } = world.start(['status', '--watch', '2', '--json', '--pipeline', 'prod-eu']);
    let looks = 0;
    child.stdout?.on('data', data => {
      looks += String(data).split('\n').length - 1;
      if (looks >= 2) child.kill('SIGINT');
    });
    const { code, stdout } = await ended;
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ kind: 'stack' });
    expect(code).toBe(130);
  });
});

describe('status of a state directory', { timeout: 30_000 }, () => {
  let world: LocalWorld;
  beforeAll(async () => {
    world = await openLocalWorld();
  });
  afterAll(() => world.close());
  /** Without any secret in the environment. */
  const status = async (...more: string[]) => {
    const file = await world.write('pipeline.json', world.config);
    return startCli(['status', '--config', file, '--state', `${world.directory}/state`, ...more]).ended;
  };

  test('is degraded before the first run, and makes no directory by looking', async () => {
    const { code, stdout, stderr } = await status();
    expect(stdout.replaceAll('\n', ' ')).toContain('(which does not exist yet)');
    expect(stdout).toContain('local: degraded: no run has ended yet; see docs/runbook.md#silent');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect((await status()).stdout.replaceAll('\n', ' ')).toContain('(which does not exist yet)');
  });

  test('is healthy after a run that caught up', async () => {
    world.auth0.tenant.add(recentLogs(20));
    await world.run();
    const { code, stdout } = await status();
    expect(stdout).toContain('local: healthy: caught up');
    expect(stdout).not.toContain('alarms');
    expect(code).toBe(0);
  });

  test.each([
    [['--stack', 'S'], 'both --config and --stack are given'],
    [['--region', 'r'], 'both --config and --region are given'],
    [['--pipeline', 'nope'], '--pipeline is "nope"; allowed in '],
    [['--watch', '1'], '--watch is "1"; allowed: whole seconds, 2 to 3600'],
    [['--secrets', '/nowhere/at/all'], 'the secrets file /nowhere/at/all does not exist'],
  ])('%j is one line and exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await status(...args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
