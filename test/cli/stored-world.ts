/** A local world whose workspace can be asked what it has stored, and an Azure CLI that somebody has logged in to. */
import { chmod, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Ended, OWN_ENV, startCli } from './cli.ts';
import { type LocalWorld, openLocalWorld } from './local-world.ts';

type Setup = NonNullable<Parameters<typeof openLocalWorld>[0]>;

export interface StoredWorld extends LocalWorld {
  /** Ships until it is caught up. */
  ship(config?: object): Promise<Ended>;
  /** `audit --stored` of the last four hours, where a row takes no time to be stored. */
  audit(more?: readonly string[], config?: object, env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** What it prints with `--json`, and its exit code. */
  auditJson(more?: readonly string[], config?: object): Promise<{ code: number | null; told: Told }>;
  /** Any command, with the pipeline's configuration. */
  command(words: readonly string[], config?: object): Promise<Ended>;
}

/** The part of the document that tests look at. */
export interface Told {
  readonly isWell: boolean;
  readonly stored: {
    readonly isStored: boolean;
    readonly logs: Readonly<Record<string, number>>;
    readonly lostLogIds: readonly string[];
    readonly notStoredByHour: readonly { readonly fromAt: string; readonly logs: number }[];
    readonly reasons: readonly { readonly from: string; readonly cause?: string; readonly message: string }[];
    readonly readAs: string;
  };
}

export async function openStoredWorld(setup: Setup): Promise<StoredWorld> {
  const world = await openLocalWorld({ ...setup, azure: { keepRecords: true, ...setup.azure } });
  const env = await withAz(world);
  const command: StoredWorld['command'] = async (words, config = {}) => {
    const file = await world.write('pipeline.json', { ...world.config, ...config });
    const [name = '', ...more] = words;
    return startCli([name, '--config', file, '--state', join(world.directory, 'state'), ...more], env).ended;
  };
  const audit: StoredWorld['audit'] = async (more = [], config = {}, others = {}) => {
    const file = await world.write('pipeline.json', { ...world.config, ...config });
    const asked = ['--from', '4h', '--stored', '--ingestion-delay', '0s', ...more];
    const words = ['audit', '--config', file, '--state', join(world.directory, 'state'), ...asked];
    return startCli(words, { ...env, ...others }).ended;
  };
  return {
    ...world,
    env,
    command,
    ship: config => command(['run', '--once'], config),
    audit,
    auditJson: async (more = [], config) => {
      const { code, stdout } = await audit([...more, '--json'], config);
      return { code, told: JSON.parse(stdout) };
    },
  };
}

/** `az account get-access-token`, as it answers: https://learn.microsoft.com/cli/azure/account#az-account-get-access-token */
async function withAz({ directory, azure, env, write }: LocalWorld) {
  const folder = join(directory, 'bin');
  await mkdir(folder);
  const accessToken = azure.login('https://api.loganalytics.io');
  const expires_on = Math.floor(Date.now() / 1000) + 3600;
  const answer = JSON.stringify({ accessToken, expires_on, tokenType: 'Bearer' });
  const words = 'account get-access-token --resource https://api.loganalytics.io --output json';
  const az = await write('bin/az', `#!/bin/sh\n[ "$*" = "${words}" ] || exit 2\necho '${answer}'\n`);
  await chmod(az, 0o700);
  return { ...env, PATH: `${folder}${delimiter}${OWN_ENV.PATH}` };
}
