/** Packages that are measured beside ours and are no dependencies of ours. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const PEERS = {
  '@azure/monitor-ingestion': '1.2.0',
  'auth0-log-extension-tools': '1.3.10',
} as const;

export type Peer = keyof typeof PEERS;

/** The command that installs them all. It changes no file of the project. */
export const INSTALL = `npm install --no-save ${Object.entries(PEERS)
  .map(([name, version]) => `${name}@${version}`)
  .join(' ')}`;

export function isInstalled(peer: Peer): boolean {
  return existsSync(join(process.cwd(), 'node_modules', peer));
}

/** What is used of `@azure/monitor-ingestion`. */
export interface Library {
  readonly LogsIngestionClient: new (
    endpoint: string,
    credential: { getToken(): Promise<{ token: string; expiresOnTimestamp: number }> },
  ) => {
    upload(ruleId: string, stream: string, records: readonly Record<string, unknown>[]): Promise<void>;
  };
}

/** What is used of `auth0-log-extension-tools`. */
export interface LogTools {
  readonly LogsProcessor: new (
    storage: { read(): Promise<object>; write(data: object): Promise<void> },
    options: Readonly<Record<'domain' | 'clientId' | 'clientSecret' | 'startFrom', string>> & {
      readonly maxRunTimeSeconds: number;
    },
  ) => {
    run(
      handler: (logs: readonly Record<string, unknown>[], done: (error?: unknown) => void) => void,
    ): Promise<unknown>;
  };
}
