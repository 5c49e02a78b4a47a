/** A virtual environment with the pinned emulator, made once and kept in .venv/ of the project. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from './child.ts';

const FOLDER = resolve(import.meta.dirname, '../../../.venv/ministack');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
/** Written last, from the pins: an environment that was broken off, or is out of date, is made anew. */
const STAMP = join(FOLDER, 'requirements.sha256');
const ON_DEBIAN = 'on Debian and Ubuntu: apt-get install python3 python3-venv';

/** The folder of its programs. Throws with what to do when Python, or its module venv, is missing. */
export async function pythonPrograms(say: (line: string) => void, signal: AbortSignal): Promise<string> {
  const programs = join(FOLDER, 'bin');
  const pins = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex');
  if (existsSync(STAMP) && (await readFile(STAMP, 'utf8')) === pins) return programs;
  say('making a Python environment for the emulator of AWS in .venv/: once, about 20 s');
  // pip has settings of the user's own there, such as a proxy.
  const python = async (problem: string, program: string, ...args: string[]) =>
    run(program, args, { env: process.env, signal }).catch((error: Error) => {
      throw signal.aborted ? error : new Error(`${problem}\n${error.message}`);
    });
  const oldEnough = 'import sys; sys.exit(sys.version_info < (3, 10))';
  await python(`the emulator needs python3, 3.10 or newer; ${ON_DEBIAN}`, 'python3', '-c', oldEnough);
  const noVenv = `python3 cannot make a virtual environment; ${ON_DEBIAN}`;
  await python(noVenv, 'python3', '-m', 'venv', '--clear', FOLDER);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
  const noPip = 'pip could not install the emulator; is a package index reachable?';
  await python(noPip, join(programs, 'python'), ...pip, '--requirement', REQUIREMENTS);
  await writeFile(STAMP, pins);
  return programs;
}
