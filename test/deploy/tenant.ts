/** The two ends of the way, in this process: a simulated Auth0 tenant and a simulated Azure, and the configuration between. */
import { type Log, logStream, poisonLog } from '../../simulator/auth0/tenant.ts';
import { APIS, KINDS } from '../../simulator/azure/apis.ts';
import { azureSecret, type Ends as BothEnds, startEnds as startBothEnds } from '../../simulator/world.ts';

/** Both pipelines read the same tenant: one ships what succeeded, the other the rest, so that no log goes to both. */
export const KIND_OF = { collector: KINDS[0], ingestion: KINDS.at(-1) ?? KINDS[0] };
export type PipelineName = keyof typeof KIND_OF;
export const PIPELINES = Object.keys(KIND_OF) as PipelineName[];
/** What each of them leaves out or takes alone. */
const PARTED = { collector: { exclude: ['s*'] }, ingestion: { include: ['s*'] } };
/** The key of the other API cannot query. */
const VERIFYING: PipelineName = 'ingestion';

export interface Ends extends Pick<BothEnds, 'auth0' | 'azure' | 'close'> {
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
  /** From now on Azure loses, or no longer loses, every third row that it accepts. */
  lose(isLosing: boolean): void;
  /** Auth0 and Azure take new credentials alone from now on, and no token of before. */
  rotate(): void;
}

export interface Written {
  readonly id: string;
  readonly dateMs: number;
  /** Whose log it is; the other one leaves it out. */
  readonly pipeline: PipelineName;
}

/** How the names of all secrets begin. */
export const SECRETS_PREFIX = 'deploy-test/';

/** More than the story writes. */
const LOGS = 4_500;
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
  let isLosing = false;
  let rows = 0;
  const auth0Secret = () => `client secret ${generation} of a simulated tenant`;
  // As long as a real key of a workspace, and in base64, as that is.
  const azureSecretText = () =>
    Buffer.from(`secret ${generation} of a simulated Azure`.padEnd(64)).toString('base64');

  const ends = await startBothEnds({
    name: 'deploy-test',
    auth0: { clientSecret: auth0Secret(), rateLimit: { burst: 100, perSecond: 50 } },
    azure: {
      ...Object.assign({}, ...KINDS.map(kind => APIS[kind].withSecret(azureSecretText()))),
      keepColumns: ['LogId'],
      queryRoles: { application: 'all', operator: 'none' },
      // Of the table that can be queried.
      loses: row => isLosing && 'LogId' in row && rows++ % 3 === 0,
    },
  });
  const { auth0, azure } = ends;
  const pipelineOf = (name: PipelineName) =>
    ends.pipeline(KIND_OF[name], name, {
      ...PARTED[name],
      ...(name === VERIFYING && { verify: 'repair' }),
      auth0: { secret: secretName(name, 'auth0') },
      azure: {
        secret: secretName(name, 'azure'),
        ...(name === VERIFYING && { workspaceId: azure.settings.workspaceId }),
      },
      alarms: { email: ['alarms@example.com'] },
    });
  /** As `pipelineOf` has them, but of this generation. */
  const secretsOf = (name: PipelineName) => {
    const fields = { ...pipelineOf(name).secrets.auth0, clientSecret: auth0Secret() };
    const azureFields = azureSecret(KIND_OF[name], azureSecretText());
    return { auth0: JSON.stringify(fields), azure: JSON.stringify(azureFields) };
  };
  const toMs = Date.now() - YOUNGEST_MS;
  const tenant = logStream({ seed: 3, count: LOGS, fromMs: toMs - SPAN_MS, toMs });
  const all: Log[] = [];

  return {
    auth0,
    azure,
    config: { pipelines: PIPELINES.map(name => pipelineOf(name).config) },
    environment: {
      ...ends.addresses,
      // Each function prints which Node it really runs on: the emulator takes the first `node` that it finds.
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
    secrets: () => ({ collector: secretsOf('collector'), ingestion: secretsOf('ingestion') }),
    lose: yes => {
      isLosing = yes;
    },
    rotate: () => {
      generation++;
      auth0.setClientSecret(auth0Secret());
      auth0.revokeTokens();
      azure.setSecret(azureSecretText());
    },
    close: ends.close,
  };
}

function writtenOf(log: Log): Written {
  const dateMs = Date.parse(log.date.replace(/ (.{12})0{6}$/, 'T$1Z'));
  return { id: log.log_id, dateMs, pipeline: isSuccess(log) ? 'ingestion' : 'collector' };
}

/** As `include` and `exclude` separate them. */
function isSuccess(log: Log): boolean {
  return log.type.startsWith('s');
}
