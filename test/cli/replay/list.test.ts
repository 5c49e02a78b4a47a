/** `replay --list` and `--show`: what an operator sees, and what not. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, EIGHTY } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { messageOf, messagesOn, OUTAGE, putDeadLetters, REJECTED } from './dead-letters.ts';

const HOUR_MS = 3_600_000;
const logs = recentLogs(60);
const letters = [
  messageOf({ logs: logs.slice(0, 10), failedAtMs: Date.now() - 50 * HOUR_MS }),
  messageOf({ logs: logs.slice(10, 30), failedAtMs: Date.now() - 2.5 * HOUR_MS }),
  messageOf({ logs: logs.slice(30, 31), reason: REJECTED, failedAtMs: Date.now() - 2.5 * HOUR_MS }),
  'hello there',
  messageOf({ logs: logs.slice(31, 32), pipeline: 'another' }),
];

let world: LocalWorld;
let config: string;
let all: readonly { readonly id: string; readonly batchId: string }[];
beforeAll(async () => {
  world = await openLocalWorld();
  config = await world.write('pipeline.json', world.config);
  await putDeadLetters(world.directory, letters);
});
afterAll(async () => {
  // None of it has changed anything.
  expect(await messagesOn(world.directory, 'dead-letter')).toEqual(letters);
  await world.close();
});

// No credentials: to look, none are required.
const replay = (...args: string[]) =>
  cli(['replay', '--config', config, '--state', join(world.directory, 'state'), ...args]);

describe('replay --list', () => {
  test('shows the dead letters by cause, on 80 columns, and names what cannot be delivered', async () => {
    const state = join(world.directory, 'state');
    const { code, stdout, stderr } = await replay('--list');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('local: unavailable 503: 2 dead letters (30 logs)\n  Azure answered 503\n');
    expect(stdout).toContain('local: rejected 400 InvalidDataFormat: 1 dead letter (1 log)\n');
    expect(stdout).toContain('it belongs to pipeline "another"; this pipeline cannot deliver it');
    expect(stdout).toMatch(/│ +20 │ +2 h │ 90020\d{16}… │ 90020\d{16}… │/);
    expect(stdout).toMatch(/\n5 dead letters \(32 logs\)\n$/);
    const { stdout: narrow } = await cli(['replay', '--config', config, '--state', state, '--list'], EIGHTY);
    for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('with --json it is one document, whole, and each letter is in it once', async () => {
    const { stdout } = await replay('--list', '--json');
    const list = JSON.parse(stdout);
    all = list.letters;
    expect(list.totals).toEqual({ letters: 5, logs: 32, undeliverable: 2, onQueue: 5 });
    expect(new Set(all.map(({ id }) => id)).size).toBe(5);
    expect(all[0]).toMatchObject({
      pipeline: 'local',
      firstLogId: logs[0]?.log_id,
      lastLogId: logs[9]?.log_id,
      reason: OUTAGE,
      attempts: 9,
      logs: 10,
    });
    expect(stdout).not.toContain('ada@');
  });

  test('filters, and says what there would be when the filter means none', async () => {
    const some = JSON.parse((await replay('--list', '--json', '--reason', '503', '--max', '2')).stdout);
    expect(some.letters).toEqual(all.slice(0, 2));
    const { code, stdout } = await replay('--list', '--reason', '504');
    expect(stdout).toContain('none of 5 dead letters matches; their reasons: 400, 503, InvalidDataFormat,');
    expect(code).toBe(0);
  });
});

describe('replay --show', () => {
  test('decodes one by the beginning of its id, with the values masked', async () => {
    const { code, stdout, stderr } = await replay('--show', all[2]!.id.slice(14, 22));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('  reason      rejected 400 InvalidDataFormat\n');
    expect(stdout).toContain('              A record could not be processed.\n');
    expect(stdout).toContain(`  LogId            ${logs[30]?.log_id}\n`);
    expect(stdout).toContain('  ActorUsername    text(15)\n');
    expect(stdout).toMatch(/ {2}Level {12}\d\n/);
    expect(stdout).not.toContain('ada@');
  });

  test('--reveal shows the values, and nothing that a stranger typed does anything to the terminal', async () => {
    const { stdout } = await replay('--show', all[0]!.batchId.slice(0, 12), '--reveal', '--max', '2');
    expect(stdout).toContain('  ActorUsername    ada@example.com\n');
    expect(stdout).toContain('HttpUserAgent    \\u001b]0;owned\\u0007\\u009b31m\\u202e\n');
    expect(stdout).toContain('8 more logs: --max 10 shows all\n');
  });

  test('--json has all records, masked or not', async () => {
    const { records } = JSON.parse((await replay('--show', all[0]!.id, '--json')).stdout);
    expect(records).toHaveLength(10);
    expect(records[3]).toMatchObject({ LogId: logs[3]?.log_id, ActorUsername: 'text(15)' });
  });

  test('a message that is no failed batch is shown only with --reveal', async () => {
    const { stdout } = await replay('--show', all[3]!.id);
    expect(stdout).toContain('problem     it is not a failed batch: SyntaxError; it cannot be delivered');
    expect(stdout).not.toContain('hello');
    expect((await replay('--show', all[3]!.id, '--reveal')).stdout).toContain('\nhello there\n');
  });

  test('an id that none has, or more than one, is refused', async () => {
    const none = await replay('--show', 'ffff0000ffff');
    expect(none.stderr).toMatch(
      /^error: --show is "ffff0000ffff", but no dead letter has this id; [^\n]+\n$/,
    );
    // The time, with which all ids of a state directory begin.
    const many = await replay('--show', all[0]!.id.slice(0, 5));
    expect(many.stderr).toMatch(
      /^error: [^\n]+ but 5 dead letters have ids that begin with it; specify more of the id: 1[^\n]+\n$/,
    );
    expect([none.code, many.code]).toEqual([2, 2]);
  });
});
