/** Finds the commands in a text, and runs them as typed. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from '../cli.ts';

const MAIN = join(ROOT, 'cli/main.ts');

/** Remedies so far, by what was done with them: for the count. */
export const count = { executed: new Set<string>(), parsed: new Set<string>() };

const STARTS = /^(?:list: |\$ )?((?:npx auth0-logs-to-azure|npx cdk|aws|az|cp|chmod|sudo|timedatectl)\s.*)$/;

/** Each command of the text, whole; one that goes on in the next line ends in `\`. */
export function commandsIn(printed: string): string[] {
  const lines = printed.replaceAll(/ \\\n\s*/g, ' ').split('\n');
  return lines.flatMap(line => STARTS.exec(line.trim())?.[1] ?? []);
}

export interface Shell {
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number | undefined;
  /** The project's folder when absent. */
  readonly cwd?: string;
}

/** As the reader types it, in the project's folder. `more`: what stands for the answer to a question. */
export async function type(command: string, options: Shell, more = '') {
  count.executed.add(shape(command));
  const script = command.replace('npx auth0-logs-to-azure', `'${process.execPath}' '${MAIN}'`);
  return shell(`${script}${more}`, options);
}

/** For a command that needs an account or a clock: bash reads it, and no placeholder stands for an option of ours. */
export async function parse(command: string): Promise<string[]> {
  count.parsed.add(shape(command));
  const { stdout, code } = await shell(`set -f; printf '%s\\n' ${command}`, { env: {} });
  if (code !== 0) throw new Error(`bash does not take: ${command}`);
  return stdout.trim().split('\n');
}

/** The command without what differs from scene to scene. */
const shape = (command: string) => command.split(/ --(?:config|state|secrets|stack|region|pipeline)\b/)[0]!;

async function shell(script: string, { env, uid, cwd = ROOT }: Shell) {
  const child = spawn('bash', ['-c', script], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid }),
  });
  const ended = new Promise<number | null>(done => child.once('close', done));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, stdout, stderr };
}
