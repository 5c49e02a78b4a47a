/** What an operator reads at the default width of 80 columns, in a pipe. */
import { describe, expect, test } from 'vitest';
import { wrappedLines } from '../../../cli/terminal/text.ts';
import { cli, EIGHTY, tooLong } from '../cli.ts';
import { openLocalWorld } from '../local-world.ts';

test.each([
  [['run', '--config', `/${'a-folder/'.repeat(9)}config.json`]],
  [['run']],
  [['statsu']],
  [['status', 'too', 'many']],
  [['demo', '--logs', 'many']],
  [['demo', '--destination', 'elsewhere']],
  [['backfill', '--from', 'then']],
  [['audit', '--from', '2h', '--to', '2090-01-01']],
  [['checkpoint', 'set', 'somewhere', '--stack', 'x', '--config', 'y']],
  [['replay', '--list', '--yes']],
  [['status', '--watch', 'often']],
  [['dry-run', '--max', 'all']],
  [['completion', 'cmd']],
  [['azure', 'outputs', 'none.json', '--domain', 'acme.eu.auth0.com']],
  [['azure', 'outputs', 'package.json', '--domain', 'acme.eu.auth0.com']],
  [['azure', 'outputs', 'none.json']],
  [['run', '--config', 'package.json']],
])('the error of %j fits', async args => {
  const { code, stderr } = await cli(args, EIGHTY);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: /);
  expect(tooLong(stderr)).toEqual([]);
});

test('what a command prints about a pipeline fits, before its first run and after it', {
  timeout: 120_000,
}, async () => {
  const world = await openLocalWorld();
  const file = await world.write('pipeline.json', world.config);
  const [target, state] = [
    ['--config', file],
    ['--state', world.directory],
  ];
  const print = async (words: string, more = [...target, ...state]) => {
    const { stdout, stderr } = await cli([...words.split(' '), ...more], { ...world.env, ...EIGHTY });
    return tooLong(stdout + stderr).map(line => `${words}: ${line}`);
  };
  const looks = [
    'status',
    'doctor',
    'dry-run --from 1h',
    'audit --from 1h',
    'checkpoint get',
    'replay --list',
  ];
  const all: string[] = await print('validate', [file]);
  for (const words of [
    ...looks,
    'run --once',
    ...looks,
    'backfill --from 1h --dry-run',
    'checkpoint set 6h --dry-run',
  ])
    all.push(...(await print(words)));
  await world.close();
  expect(all).toEqual([]);
});

test('COLUMNS asks for another width', async () => {
  const lines = async (columns: string) =>
    (await cli(['backfill', '--from', 'then'], { COLUMNS: columns })).stderr.trim().split('\n');
  expect((await lines('1000')).length).toBe(1);
  expect(Math.max(...(await lines('60')).map(line => line.length))).toBeLessThanOrEqual(60);
});

describe('lines', () => {
  test('are broken as far in as they begin', () => {
    expect(wrappedLines('one two three\n  - four five six', 11)).toBe(
      'one two\nthree\n  - four\n    five\n    six',
    );
  });

  test('that hold a command stay whole', () => {
    expect(wrappedLines('make it:\n  az deployment group show', 11)).toBe(
      'make it:\n  az deployment group show',
    );
  });
});
