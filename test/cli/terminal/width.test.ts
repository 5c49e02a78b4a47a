/** What an operator reads at the default width of 80 columns, in a pipe. */
import { describe, expect, test } from 'vitest';
import { wrappedLines } from '../../../cli/terminal/text.ts';
import { cli, EIGHTY } from '../cli.ts';

/** A command or a path cannot be broken. */
const isTooLong = (line: string) =>
  [...line].length > 80 && !/^ +(\$ |npx |az )/.test(line) && !line.split(' ').some(word => word.length > 40);

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
  expect(stderr.split('\n').filter(isTooLong)).toEqual([]);
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
