import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LEDGER_MESSAGE } from '../../../lambda/core/contract.ts';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import { type Deployed, openStackWorld, type StackWorld } from '../stack-world.ts';

const HOUR_MS = 3_600_000;
const logsBetween = (count: number, oldestMs: number, youngestMs: number) =>
  generateLogs({ seed: count, count, fromMs: Date.now() - oldestMs, toMs: Date.now() - youngestMs });
async function untilCaughtUp(pipeline: Deployed): Promise<void> {
  let outcome: string;
  do outcome = (await pipeline.run()).outcome;
  while (outcome === 'out-of-time');
  expect(outcome).toBe('caught-up');
}

let world: StackWorld;
let state: string;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'audit-'));
  const config = { sweepMinutes: 0, exclude: ['s*'] };
  world = await openStackWorld({ auth0: { logs: logsBetween(300, 3 * HOUR_MS, 2 * HOUR_MS) }, config });
  for (const one of Object.values(world.pipelines)) {
    await untilCaughtUp(one);
    one.auth0.tenant.add(logsBetween(100, HOUR_MS, 60_000));
    await untilCaughtUp(one);
  }
});
afterAll(async () => {
  await world.close();
  await rm(state, { recursive: true });
});

const audit = (...args: string[]) => world.run(['audit', '--from', '4h', '--state', state, ...args]);

test('of a stack with several pipelines, one is to be chosen', async () => {
  const { code, stderr } = await audit();
  expect(stderr).toContain('choose one with --pipeline: "prod", "prod-eu"');
  expect(code).toBe(2);
});

test('the ledger is read off the function’s log lines', async () => {
  const { code, stdout, stderr } = await audit('--pipeline', 'prod-eu');
  expect(stdout).toContain('audit of pipeline "prod-eu", stack Auth0LogsToAzure in ');
  expect(stdout).toContain('Nothing is missing: 400 logs settled.');
  expect(stdout).toMatch(/[\d,]+ accepted,\s[1-9][\d,]* excluded/);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('what a backfill has shipped from this machine mends what the function never did', async () => {
  const group = world.operations.logGroups.get('Auth0LogsToAzure-prodShipLogs') ?? [];
  // As if the checkpoint had been set past the first logs by hand: none of them was ever settled.
  const first = group.findIndex(({ message }) => message.includes(LEDGER_MESSAGE));
  const [line] = group.splice(first, 1);
  const lost = JSON.parse(line?.message ?? '').ledger;
  const start = { ...lost, lastLogId: lost.afterLogId.replace(/\d{3}$/, '001'), logs: 0 };
  const empty = { message: LEDGER_MESSAGE, ledger: { ...start, ids: Buffer.alloc(960).toString('base64') } };
  group.splice(first, 0, { atMs: line?.atMs ?? 0, message: JSON.stringify(empty) });

  const found = JSON.parse((await audit('--pipeline', 'prod', '--json')).stdout);
  expect(found.logs).toMatchObject({ atAuth0: 400, settled: 400 - lost.logs, missing: lost.logs });
  expect(found.remedy).toHaveLength(1);
  const words: string[] = found.remedy[0].command.split(' ').slice(2);
  expect(words.slice(-4)).toEqual(['--state', state, '--pipeline', 'prod']);
  expect((await world.run([...words, '--yes'])).code).toBe(0);
  const after = await audit('--pipeline', 'prod');
  expect(after.stdout).toContain('Nothing is missing: 400 logs settled.');
  expect(after.code).toBe(0);
});

test('a log group that may not be read ends it with 2 and what to do', async () => {
  world.operations.refuse('logs:FilterLogEvents', 'AccessDeniedException');
  const { code, stdout, stderr } = await audit('--pipeline', 'prod');
  world.operations.refuse('logs:FilterLogEvents', undefined);
  expect(stderr).toMatch(/^error: [^\n]*logs:FilterLogEvents[^\n]*\n$/);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});
