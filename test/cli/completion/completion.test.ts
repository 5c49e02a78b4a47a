import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { KINDS } from '../../../simulator/azure/apis.ts';
import { cli } from '../cli.ts';

const COMMANDS = ['demo', 'status', 'dry-run', 'doctor', 'audit', 'replay', 'backfill', 'run'];
const NESTED = ['checkpoint get', 'checkpoint set', 'azure outputs'];

const scripts: Record<string, string> = {};
beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout, stderr } = await cli(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    scripts[shell] = stdout;
  }
});

/** Runs this in a real bash that has evaluated the script. */
const bash = (then: string, args: readonly string[] = []) =>
  spawnSync('bash', ['--norc', '-uc', `${scripts['bash']}\n${then}`, 'bash', ...args], { encoding: 'utf8' });

/** What it offers at the end of this line. */
function offered(line: string): string[] {
  const call = 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _auth0_logs_to_azure; echo $' + '{COMPREPLY[*]-}';
  const { stdout, stderr } = bash(call, line.split(' '));
  expect(stderr).toBe('');
  return stdout.trim().split(' ').filter(Boolean);
}

describe('in a bash', () => {
  test('the script registers its function for the program', () => {
    expect(bash('complete -p auth0-logs-to-azure').stdout).toBe(
      'complete -o default -F _auth0_logs_to_azure auth0-logs-to-azure\n',
    );
  });

  test.each([
    ['auth0-logs-to-azure st', ['status']],
    ['auth0-logs-to-azure d', ['demo', 'dry-run', 'doctor', 'deploy']],
    ['auth0-logs-to-azure --ver', ['--version', '--verbose']],
    ['auth0-logs-to-azure checkpoint ', ['get', 'set', 'help', '--help', '--version', '--verbose']],
    ['auth0-logs-to-azure checkpoint set 2h --sk', ['--skip-logs']],
    ['auth0-logs-to-azure --verbose status --js', ['--json']],
    ['auth0-logs-to-azure demo --destination ', [...KINDS]],
    ['auth0-logs-to-azure completion ', ['bash', 'zsh', 'fish', '--help', '--version', '--verbose']],
    // Nothing of ours: bash goes on with names of files.
    ['auth0-logs-to-azure run --config ', []],
    ['auth0-logs-to-azure azure outputs out', []],
  ])('after "%s" stand %j', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  test('every option of every command is offered that its help shows', { timeout: 60_000 }, async () => {
    for (const command of [...COMMANDS, ...NESTED]) {
      const { stdout } = await cli([...command.split(' '), '--help']);
      const shown = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option);
      expect(shown.length).toBeGreaterThan(3);
      expect(offered(`auth0-logs-to-azure ${command} --`).toSorted()).toEqual(shown.toSorted());
    }
  });
});

const has = (shell: string) => spawnSync(shell, ['--version']).error === undefined;
test.each(['zsh', 'fish'].filter(has))('a %s understands its script', shell => {
  const { status, stderr } = spawnSync(shell, ['-n', '-c', scripts[shell] ?? ''], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

test('the scripts of zsh and fish have every command and option that the one of bash has', () => {
  const names = [...(scripts['bash'] ?? '').matchAll(/list='([^']+)'/g)].flatMap(([, list = '']) =>
    list.split(' '),
  );
  expect(names.length).toBeGreaterThan(50);
  const lacks = (shell: string, form: (name: string) => string) =>
    names.filter(name => !scripts[shell]?.includes(form(name)));
  expect(lacks('zsh', name => name)).toEqual([]);
  expect(lacks('fish', name => (name.startsWith('--') ? ` -l ${name.slice(2)} ` : name))).toEqual([]);
});
