/** A folder of an operator who begins, a tenant and an Azure on loopback, and an Azure CLI that knows its deployment. */

import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { KINDS, type Kind } from '../../../simulator/azure/apis.ts';
import { type Ends, startEnds } from '../../../simulator/world.ts';
import { type Ended, OWN_ENV, ROOT } from '../cli.ts';
import { recentLogs } from '../local-world.ts';

export const DOMAIN = 'begin.eu.auth0.com';
export const CLIENT_SECRET = 'begin-client-secret';

export interface InitWorld extends Ends {
  readonly folder: string;
  readonly kind: Kind;
  /** The environment of the shell, without any secret. */
  readonly env: Readonly<Record<string, string>>;
  /** The secret of Azure, as its file holds it. */
  readonly azureSecret: Readonly<Record<string, string>>;
  write(name: string, content: unknown): Promise<string>;
  /** Runs `init` in the folder, without a terminal. */
  init(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** What the Azure CLI was called with, a line each. */
  azCalls(): Promise<string[]>;
}

/** As az prints outputs of the template: https://learn.microsoft.com/cli/azure/deployment/group */
export function outputsOf(settings: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, { type: 'String', value }]),
  );
}

export async function openInitWorld(kind: Kind = KINDS.at(-1)!): Promise<InitWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'init-'));
  const ends = await startEnds({ name: 'begin', auth0: { logs: recentLogs(20) } });
  const { config, secrets } = ends.pipeline(kind, 'prod');
  const { secret: _, ...settings } = config.azure;
  const azure = { workspaceId: ends.azure.settings.workspaceId, ...settings };
  const write = async (name: string, content: unknown) => {
    const path = join(folder, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
    return path;
  };
  await write('outputs.json', outputsOf(azure));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/az'), AZ);
  await chmod(join(folder, 'bin/az'), 0o755);
  const env = { ...ends.addresses, PATH: `${join(folder, 'bin')}${delimiter}${OWN_ENV.PATH}`, HOME: folder };
  return {
    ...ends,
    folder,
    kind,
    env,
    azureSecret: secrets.azure,
    write,
    init: (args, more) => runIn(folder, ['init', ...args], { ...env, ...more }),
    azCalls: async () => {
      const { readFile } = await import('node:fs/promises');
      const lines = await readFile(join(folder, 'az.log'), 'utf8').catch(() => '');
      return lines.split('\n').filter(Boolean);
    },
    close: async () => {
      await ends.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An `az` that takes the calls of docs/setup.md. AZ_STATE: nobody has logged in, nothing is there, or it is deployed. */
const AZ = `#!${process.execPath}
const { appendFileSync, copyFileSync, existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const words = process.argv.slice(2);
const home = process.env.HOME;
appendFileSync(join(home, 'az.log'), words.join(' ') + '\\n');
const is = (...begin) => begin.every((word, i) => words[i] === word);
const fail = text => { console.error('ERROR: ' + text); process.exit(1); };
const state = process.env.AZ_STATE;
if (state === undefined) fail("Please run 'az login' to setup account.");
if (is('account', 'show')) console.log('Security');
else if (is('deployment', 'group', 'show')) {
  if (state !== 'deployed') fail("(DeploymentNotFound) Deployment 'auth0-logs' could not be found.");
  process.stdout.write(readFileSync(join(home, 'outputs.json')));
} else if (is('group', 'exists')) console.log(state === 'nothing' ? 'false' : 'true');
else if (is('monitor', 'log-analytics', 'workspace', 'show')) fail('(ResourceNotFound) not found');
else if (is('group', 'create') || is('monitor', 'log-analytics', 'workspace', 'create')) console.log('');
else if (is('deployment', 'group', 'create')) {
  const at = name => words[words.indexOf(name) + 1];
  if (!existsSync(at('-f'))) fail('no template');
  copyFileSync(at('-p').slice(1), join(home, 'parameters.json'));
  process.stdout.write(readFileSync(join(home, 'outputs.json')));
} else fail('unknown: ' + words.join(' '));
`;

async function runIn(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const child = spawn(process.execPath, [join(ROOT, 'cli/main.ts'), ...args], {
    cwd: folder,
    env: { ...OWN_ENV, COLUMNS: '10000', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<Pick<Ended, 'code' | 'signal'>>(done =>
    child.once('close', (code, signal) => done({ code, signal })),
  );
  const [how, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { ...how, stdout, stderr };
}
