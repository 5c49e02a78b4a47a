/** The two ends of the way, in this process: a simulated Auth0 tenant and a simulated Azure, and the configuration between. */
import { ENV } from '../../lambda/core/contract.ts';
import { type Auth0Simulator, startAuth0 } from '../../simulator/auth0/server.ts';
import { type Log, logStream, poisonLog } from '../../simulator/auth0/tenant.ts';
import { type AzureSimulator, startAzure } from '../../simulator/azure/server.ts';

/** Both pipelines read the same tenant: one ships what succeeded, the other the rest, so that no log goes to both. */
export const PIPELINES = ['collector', 'ingestion'] as const;
export type PipelineName = (typeof PIPELINES)[number];

export interface Ends {
  readonly auth0: Auth0Simulator;
  readonly azure: AzureSimulator;
  /** As config.json would hold it. */
  readonly config: object;
  /** What the functions need besides, to find the simulators. */
  readonly environment: Readonly<Record<string, string>>;
  /** Writes so many logs, young but settled; with `poison`, one for each pipeline that Azure will refuse. */
  write(count: number, poison?: 'poison'): { readonly lastId: string; readonly poisonIds: readonly string[] };
  /** All that was written, in the order of ids. */
  written(): readonly Written[];
  /** What the secrets must hold now. */
  secrets(): Readonly<Record<PipelineName, { readonly auth0: string; readonly azure: string }>>;
  /** Auth0 and Azure take new credentials alone from now on, and no token of before. */
  rotate(): void;
  close(): Promise<void>;
}

export interface Written {
  readonly id: string;
  readonly dateMs: number;
  /** Whose log it is; the other one leaves it out. */
  readonly pipeline: PipelineName;
}

/** How the names of all secrets begin. */
export const SECRETS_PREFIX = 'deploy-test/';

const DOMAIN = 'deploy-test.eu.auth0.com';
const CLIENT_ID = 'deploy-test-client';
/** More than the story writes. */
const LOGS = 3_900;
/** Well within half of the retention, beyond which batches are no longer held back. */
const SPAN_MS = 6 * 3_600_000;
/** Older than the settling time, so that no log is left for later. */
const YOUNGEST_MS = 60_000;

/** Name of a secret in Secrets Manager. */
export function secretName(pipeline: string, of: 'auth0' | 'azure'): string {
  return `${SECRETS_PREFIX}${pipeline}/${of}`;
}

export async function startEnds(): Promise<Ends> {
  let generation = 1;
  const auth0Secret = () => `client secret ${generation} of a simulated tenant`;
  const azureSecret = () => `client secret ${generation} of a simulated application`;
  // As long as a real one.
  const sharedKey = () =>
    Buffer.from(`shared key ${generation} of a simulated workspace`.padEnd(64)).toString('base64');

  const rateLimit = { burst: 100, perSecond: 50 };
  const client = { clientId: CLIENT_ID, clientSecret: auth0Secret() };
  const auth0 = await startAuth0({ domain: DOMAIN, ...client, rateLimit });
  const azure = await startAzure({ sharedKeys: [sharedKey()], entra: { clientSecret: azureSecret() } });
  const toMs = Date.now() - YOUNGEST_MS;
  const tenant = logStream({ seed: 3, count: LOGS, fromMs: toMs - SPAN_MS, toMs });
  const all: Log[] = [];

  return {
    auth0,
    azure,
    config: configOf(azure),
    environment: {
      [ENV.auth0BaseUrl]: auth0.baseUrl,
      [ENV.azureBaseUrl]: azure.url,
      [ENV.entraBaseUrl]: azure.url,
      // Each function tells which Node it really runs on: the emulator takes whatever `node` it finds.
      NODE_OPTIONS: '--import=data:text/javascript,console.error(process.version)',
    },
    write: (count, poison) => {
      const logs = Array.from({ length: count }, () => tenant.next().value as Log);
      const spoilt = poison ? [logs.findIndex(isSuccess), logs.findIndex(log => !isSuccess(log))] : [];
      auth0.tenant.add(logs.map((log, i) => (spoilt.includes(i) ? poisonLog(log) : log)));
      all.push(...logs);
      return { lastId: logs.at(-1)!.log_id, poisonIds: spoilt.map(i => logs[i]!.log_id) };
    },
    written: () => all.map(writtenOf),
    secrets: () => {
      const auth0Fields = JSON.stringify({ clientId: CLIENT_ID, clientSecret: auth0Secret() });
      return {
        collector: { auth0: auth0Fields, azure: JSON.stringify({ sharedKey: sharedKey() }) },
        ingestion: { auth0: auth0Fields, azure: JSON.stringify({ clientSecret: azureSecret() }) },
      };
    },
    rotate: () => {
      generation++;
      auth0.setClientSecret(auth0Secret());
      auth0.revokeTokens();
      azure.setSharedKeys([sharedKey()]);
      azure.setClientSecret(azureSecret());
      azure.expireTokens();
    },
    close: async () => {
      await Promise.all([auth0.close(), azure.close()]);
    },
  };
}

function writtenOf(log: Log): Written {
  const dateMs = Date.parse(log.date.replace(/ (.{12})0{6}$/, 'T$1Z'));
  return { id: log.log_id, dateMs, pipeline: isSuccess(log) ? 'ingestion' : 'collector' };
}

/** As `include` and `exclude` tell them apart. */
function isSuccess(log: Log): boolean {
  return log.type.startsWith('s');
}

function configOf({ settings }: AzureSimulator): object {
  const { workspaceId, dcrImmutableId, stream, entra } = settings;
  const common = (name: PipelineName) => ({
    name,
    auth0: { domain: DOMAIN, secret: secretName(name, 'auth0'), logRetentionDays: 1 },
    alarms: { email: ['alarms@example.com'] },
  });
  const collector = {
    ...common('collector'),
    exclude: ['s*'],
    azure: { kind: 'data-collector', workspaceId, secret: secretName('collector', 'azure') },
  };
  const ingestion = {
    ...common('ingestion'),
    include: ['s*'],
    azure: {
      kind: 'logs-ingestion',
      endpoint: 'https://deploy-test.westeurope-1.ingest.monitor.azure.com',
      dcrImmutableId,
      stream,
      tenantId: entra.tenantId,
      clientId: entra.clientId,
      secret: secretName('ingestion', 'azure'),
    },
  };
  return { pipelines: [collector, ingestion] };
}
