/** A simulated tenant and workspace for `run`, with a configuration file, a state directory and credentials. */
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import { type Auth0Options, type Auth0Simulator, startAuth0 } from '../../simulator/auth0/server.ts';
import { generateLogs } from '../../simulator/auth0/tenant.ts';
import { type AzureOptions, type AzureSimulator, startAzure } from '../../simulator/azure/server.ts';
import { type Cli, type Ended, startCli } from './cli.ts';

export const DOMAIN = 'local.eu.auth0.com';
export const SECRETS = { auth0: 'local/auth0', azure: 'local/azure' };
const CLIENT = { clientId: 'local-client', clientSecret: 'local-client-secret' };

export interface LocalWorld {
  readonly auth0: Auth0Simulator;
  readonly azure: AzureSimulator;
  readonly directory: string;
  readonly config: Record<string, unknown>;
  readonly env: Readonly<Record<string, string>>;
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
  close(): Promise<void>;
}

/** `count` logs of the last three hours. */
export function recentLogs(count: number, seed = 1) {
  const nowMs = Date.now();
  return generateLogs({ seed, count, fromMs: nowMs - 3 * 3_600_000, toMs: nowMs - 60_000 });
}

export async function openLocalWorld(
  setup: { auth0?: Partial<Auth0Options>; azure?: AzureOptions; maxBatchBytes?: number } = {},
): Promise<LocalWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'run-'));
  const auth0 = await startAuth0({ domain: DOMAIN, ...CLIENT, ...setup.auth0 });
  const azure = await startAzure(setup.azure);
  const { workspaceId, sharedKeys } = azure.settings;
  const config = {
    name: 'local',
    auth0: { domain: DOMAIN, secret: SECRETS.auth0 },
    azure: {
      kind: 'data-collector',
      workspaceId,
      secret: SECRETS.azure,
      maxBatchBytes: setup.maxBatchBytes ?? 1_000_000,
    },
  };
  const env = {
    AUTH0_BASE_URL: auth0.baseUrl,
    AZURE_BASE_URL: azure.url,
    AUTH0_CLIENT_ID: CLIENT.clientId,
    AUTH0_CLIENT_SECRET: CLIENT.clientSecret,
    AZURE_SHARED_KEY: sharedKeys[0] ?? '',
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
    auth0,
    azure,
    directory,
    config,
    env,
    write,
    start,
    run: async (args, others) => (await start(args, others)).ended,
    writeSecrets: async () => {
      const content = { [SECRETS.auth0]: CLIENT, [SECRETS.azure]: { sharedKey: sharedKeys[0] } };
      const path = await write('secrets.json', content);
      await chmod(path, 0o600);
      return path;
    },
    makeDue: async () => {
      const folder = join(directory, 'state', 'local', 'retry');
      for (const name of await readdir(folder)) {
        const waiting = JSON.parse(await readFile(join(folder, name), 'utf8'));
        const notBefore = new Date(0).toISOString();
        await writeFile(join(folder, name), JSON.stringify({ ...waiting, notBefore }));
      }
    },
    missing: async () => {
      const held = new Set<string>();
      for (const queue of ['retry', 'dead-letter']) {
        const folder = join(directory, 'state', 'local', queue);
        for (const name of await readdir(folder).catch(() => [])) {
          const { message } = JSON.parse(await readFile(join(folder, name), 'utf8'));
          const decoded = decodeFailedBatch(message);
          if (decoded.kind === 'failed-batch') for (const { logId } of decoded.records) held.add(logId);
        }
      }
      return [...auth0.tenant.ids()].filter(id => !azure.received.has(id) && !held.has(id));
    },
    close: async () => {
      await Promise.all([auth0.close(), azure.close()]);
      await rm(directory, { recursive: true });
    },
  };
}
