import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS, cli, EIGHTY, ROOT } from './cli.ts';

const LISTED = [
  'demo',
  'status',
  'dry-run',
  'doctor',
  'audit',
  'replay',
  'checkpoint',
  'backfill',
  'init',
  'deploy',
  'validate',
  'run',
  'azure',
  'acceptance',
  'completion',
];
let root = '';
beforeAll(async () => {
  root = (await cli(['--help'], EIGHTY)).stdout;
});

describe('help', { timeout: 30_000 }, () => {
  test('names every command with a summary of its own, and every exit code', () => {
    for (const name of LISTED)
      expect(root).toMatch(new RegExp(`^ {2}${name}( \\[options\\])?( <\\w+>)?( \\[\\w+\\])? +\\w`, 'm'));
    expect(root).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}130 /);
    const listed = [...root.matchAll(/^ {2}([a-z][a-z-]*)( \[options\])?( <\w+>)?( \[\w+\])? {2,}/gm)].map(
      match => match[1],
    );
    expect(listed).toEqual([...LISTED, 'help']);
  });

  test.each(['', ...LISTED, 'checkpoint get', 'checkpoint set', 'azure outputs', 'azure trust'])(
    'of %s fits 80 columns and has examples',
    async words => {
      const { code, stdout, stderr } = await cli([...words.split(' ').filter(Boolean), '--help'], EIGHTY);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.split('\n').filter(line => [...line].length > 80)).toEqual([]);
      // A command that only holds others leaves the examples to them.
      if (!stdout.includes('\nCommands:')) expect(stdout).toContain('Examples:');
    },
  );
});

test.each(COMMANDS)('%s prints JSON on demand', async words => {
  expect((await cli([...words.split(' '), '--help'])).stdout).toMatch(/^ {2}--json /m);
});

test('the version is that of package.json', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(await cli(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
});

describe('what is no command or option', { timeout: 30_000 }, () => {
  test.each([
    [['statsu', '--json'], "unknown command 'statsu' (Did you mean status?) (--help shows what is allowed)"],
    [['--verbose', 'docter'], "unknown command 'docter' (Did you mean doctor?)"],
    [['rn'], 'Did you mean run?'],
    [['checkpont'], 'Did you mean checkpoint?'],
    [['dryrun'], 'Did you mean dry-run?'],
    [['checkpoint', 'gte'], "unknown command 'gte' (Did you mean get?)"],
    [['x'], "unknown command 'x' (--help shows what is allowed)"],
    [['shipment'], "unknown command 'shipment' (--help shows what is allowed)"],
    [['status', '--pipelin', 'x'], "unknown option '--pipelin' (Did you mean --pipeline?)"],
    [['status', 'prod'], "too many arguments for 'status'"],
    [['demo', 'prod'], "too many arguments for 'demo'"],
    [['help', 'foo'], "unknown command 'foo' (--help shows what is allowed)"],
    [['help', 'deploi'], "unknown command 'deploi' (Did you mean deploy?)"],
    [['help', 'azure', 'trsut'], "unknown command 'trsut' (Did you mean trust?)"],
    [['help', 'azure', 'foo'], "unknown command 'foo'"],
    [['help', 'status', 'foo'], "unknown command 'status foo'"],
  ])('%j is one line and exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await cli(args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

test('help of a command within a command is its own', async () => {
  const { code, stdout } = await cli(['help', 'azure', 'trust']);
  expect([code, stdout]).toEqual([0, (await cli(['azure', 'trust', '--help'])).stdout]);
});

test.each([
  [['checkpoint', 'set'], 'checkpoint set 6h --dry-run'],
  [['run', '--once'], 'run --config config.json'],
  [['azure', 'trust'], 'azure trust --group auth0-logs --dry-run'],
])('what a call lacks comes with an example: %j', async (args, example) => {
  const { code, stderr } = await cli(args);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(`^error: .*, such as:\\n {2}npx auth0-logs-to-azure ${example}`),
  ]);
});
