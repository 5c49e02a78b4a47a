/** A simulated tenant and workspace for `run`, with a configuration file, a state directory and credentials. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import type { Auth0Options } from '../../simulator/auth0/server.ts';
import { generateLogs } from '../../simulator/auth0/tenant.ts';
import { KINDS, type Kind } from '../../simulator/azure/apis.ts';
import type { AzureOptions } from '../../simulator/azure/server.ts';
import type { FaultScript } from '../../simulator/faults.ts';
import {
  type Ends,
  type Pipeline,
  type SecretFields,
  secretNames,
  startEnds,
  type Variables,
} from '../../simulator/world.ts';
import { type Cli, type Ended, startCli } from './cli.ts';
import { changeState, stateRows } from './state-rows.ts';

export const DOMAIN = 'local.eu.auth0.com';
export const SECRETS = secretNames('local');

export interface LocalWorld extends Ends {
  readonly kind: Kind;
  readonly directory: string;
  /** What the next posts meet at the API in play. */
  readonly posts: FaultScript;
  readonly config: Record<string, unknown>;
  readonly secrets: Pipeline['secrets'];
  /** The addresses of both ends, and the credentials. */
  readonly env: Variables;
  /** Writes a file into the directory and returns its path. */
  write(name: string, content: unknown): Promise<string>;
  start(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Cli>;
  run(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Writes the credentials into a file that only its owner may read, and returns its path. */
  writeSecrets(): Promise<string>;
  /** Ends the waiting of everything on the retry queue. */
  makeDue(): Promise<void>;
  /** Ids of the tenant that are neither in Azure nor in the state directory's queues. */
  missing(): Promise<string[]>;
}

/** A secret as the environment of a shell has it: `sharedKey` of AZURE is AZURE_SHARED_KEY. */
function inEnvironment(vendor: string, secret: SecretFields): Variables {
  const nameOf = (field: string) => `${vendor}_${field.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
  return Object.fromEntries(Object.entries(secret).map(([field, value]) => [nameOf(field), value]));
}

/** `count` logs of the last three hours. */
export function recentLogs(count: number, seed = 1) {
  const nowMs = Date.now();
  return generateLogs({ seed, count, fromMs: nowMs - 3 * 3_600_000, toMs: nowMs - 60_000 });
}

export async function openLocalWorld(
  setup: {
    kind?: Kind;
    auth0?: Partial<Auth0Options>;
    azure?: AzureOptions;
    maxBatchBytes?: number;
    settings?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<LocalWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'run-'));
  const { kind = KINDS[0], maxBatchBytes = 1_000_000 } = setup;
  const ends = await startEnds({ name: 'local', ...setup });
  const pipeline = ends.pipeline(kind, 'local', { azure: { maxBatchBytes, ...setup.settings } });
  const { secrets } = pipeline;
  const config: Record<string, unknown> = { ...pipeline.config };
  const env = {
    ...ends.addresses,
    ...inEnvironment('AUTH0', secrets.auth0),
    ...inEnvironment('AZURE', secrets.azure),
  };
  const write = async (name: string, content: unknown) => {
    const path = join(directory, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const start = async (
    args: readonly string[] = ['--once'],
    others: Readonly<Record<string, string>> = env,
  ) => {
    const file = await write('pipeline.json', config);
    // Of an option given twice, the last one counts.
    return startCli(['run', '--config', file, '--state', join(directory, 'state'), ...args], others);
  };
  return {
    ...ends,
    kind,
    posts: ends.azure.faults[kind],
    directory,
    config,
    secrets,
    env,
    write,
    start,
    run: async (args, others) => (await start(args, others)).ended,
    writeSecrets: async () => {
      const path = await write('secrets.json', {
        [SECRETS.auth0]: secrets.auth0,
        [SECRETS.azure]: secrets.azure,
      });
      await chmod(path, 0o600);
      return path;
    },
    makeDue: async () => changeState(directory, 'UPDATE message SET notBeforeMs = 0'),
    missing: async () => {
      const held = new Set<string>();
      for (const { message } of stateRows(directory, 'SELECT message FROM message')) {
        const decoded = decodeFailedBatch(String(message));
        if (decoded.kind === 'failed-batch') for (const { logId } of decoded.records) held.add(logId);
      }
      return [...ends.auth0.tenant.ids()].filter(id => !ends.azure.received.has(id) && !held.has(id));
    },
    close: async () => {
      await ends.close();
      await rm(directory, { recursive: true });
    },
  };
}
