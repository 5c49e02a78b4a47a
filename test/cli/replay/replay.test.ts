/** `replay`: dead letters back to the retry queue of a state directory. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startCli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { messageOf, messagesOn, putDeadLetters, queueIn, REJECTED } from './dead-letters.ts';

const logs = recentLogs(60);
const letters = [
  messageOf({ logs: logs.slice(0, 10) }),
  messageOf({ logs: logs.slice(10, 30) }),
  messageOf({ logs: logs.slice(30, 31), reason: REJECTED }),
  'hello there',
  messageOf({ logs: logs.slice(31, 32), pipeline: 'another' }),
];

let world: LocalWorld;
let config: string;
beforeAll(async () => {
  world = await openLocalWorld();
  config = await world.write('pipeline.json', world.config);
});
afterAll(() => world.close());
beforeEach(async () => {
  await rm(join(world.directory, 'state'), { recursive: true, force: true });
  await putDeadLetters(world.directory, letters);
});

const start = (...args: string[]) =>
  startCli(['replay', '--config', config, '--state', join(world.directory, 'state'), ...args]);
const replay = (...args: string[]) => start(...args).ended;
const dead = () => messagesOn(world.directory, 'dead-letter');
const waiting = () => messagesOn(world.directory, 'retry');

test('--dry-run says what would move, warns of what will be rejected again, and moves nothing', async () => {
  const { code, stdout, stderr } = await replay('--dry-run');
  expect(code).toBe(0);
  expect(stdout).toContain('dry run: 3 dead letters (31 logs) would be moved; nothing was done\n');
  expect(stderr).toContain('warning: 2 messages cannot be delivered and will stay on the queue');
  expect(stderr).toContain('warning: Azure rejected the content of 1 dead letter. Until');
  expect([await dead(), await waiting()]).toEqual([letters, []]);
});

test('where nobody can be asked, it wants --yes', async () => {
  const { code, stderr } = await replay();
  expect(code).toBe(2);
  expect(stderr).toContain(
    'error: 3 dead letters (31 logs) would be moved, but confirmation needs a terminal;',
  );
  expect([await dead(), await waiting()]).toEqual([letters, []]);
});

test('moves what can be delivered to the retry queue, from where the next run delivers it at once', async () => {
  const { code, stdout } = await replay('--yes');
  expect(stdout).toContain('3 dead letters moved: 31 logs\n');
  expect(code).toBe(0);
  expect([await dead(), await waiting()]).toEqual([letters.slice(3), letters.slice(0, 3)]);
  const run = await world.run();
  expect(run.stdout.match(/failed batch [0-9a-f]{8} delivered/g)).toHaveLength(3);
  expect(await waiting()).toEqual([]);
});

test('moves only what the filters mean, oldest first, and tells it in JSON', async () => {
  const { stdout, stderr } = await replay('--reason', '503', '--max', '1', '--yes', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    how: 'moved',
    dryRun: false,
    chosen: { letters: 1, logs: 10 },
    done: { letters: 1, logs: 10, logsDeadLettered: 0 },
    notFound: 0,
    left: 0,
  });
  expect(stderr).not.toContain('rejected');
  expect([await dead(), await waiting()]).toEqual([letters.slice(1), letters.slice(0, 1)]);
});

test('--include-undecodable moves even what cannot be delivered', async () => {
  expect((await replay('--include-undecodable', '--yes')).code).toBe(0);
  expect([await dead(), await waiting()]).toEqual([[], letters]);
});

test('nothing to move is no fault', async () => {
  const { code, stdout, stderr } = await replay('--reason', 'throttled', '--yes');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('none of 5 dead letters matches');
});

test('killed it loses nothing; ended by a signal it says how far it came, and the next one goes on', async () => {
  // So many that a busy machine sees the first of them move before the last one has.
  const many = Array.from({ length: 1500 }, (_, i) => messageOf({ logs: [logs[i % 60]!], failedAtMs: i }));
  await rm(join(world.directory, 'state'), { recursive: true });
  await queueIn(world.directory).put('dead-letter', many);
  const held = async () => new Set([...(await dead()), ...(await waiting())]);
  const killed = start('--yes');
  while ((await waiting()).length === 0) await sleep(1);
  killed.child.kill('SIGKILL');
  expect((await killed.ended).signal).toBe('SIGKILL');
  expect(await held()).toEqual(new Set(many));

  const before = (await waiting()).length;
  const stopped = start('--yes', '--json');
  while ((await waiting()).length < before + 3) await sleep(1);
  stopped.child.kill('SIGTERM');
  const { code, stdout, stderr } = await stopped.ended;
  expect(stderr).toContain('stopping after this dead letter');
  const { done, left } = JSON.parse(stdout);
  expect(left).toBeGreaterThan(0);
  expect([code, left]).toEqual([130, (await dead()).length]);
  expect(done.letters).toBeGreaterThanOrEqual(3);

  const last = await replay('--yes');
  expect([last.code, await dead()]).toEqual([0, []]);
  expect((await waiting()).sort()).toEqual([...many].sort());
});

test.each<[string, string[], string]>([
  ['--reveal without --show', ['--reveal'], '--reveal requires --show'],
  ['a --since that is none', ['--since', 'yesterday'], '--since is "yesterday"; allowed: '],
  ['--list with --show', ['--list', '--show', 'a'], "'--list' cannot be used with option '--show <id>'"],
  ['--local with what cannot be delivered', ['--local', '--include-undecodable'], 'cannot be used with'],
])('%s is refused in one line', async (_, args, message) => {
  const { code, stdout, stderr } = await replay(...args);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});
