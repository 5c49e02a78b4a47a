/**
 * The Logs Ingestion API: one data collection rule with one stream.
 * https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview
 */
import { gunzipSync } from 'node:zlib';
import type { Answer } from '../faults.ts';
import type { Call } from '../loopback.ts';
import type { Api, CommonSettings, OpenApi } from './api.ts';
import type { Entra, EntraSettings } from './entra.ts';
import type { StoredRecord } from './received.ts';
import { isObject, parseJson, recordsOf } from './record.ts';
import type { Workspace } from './workspace.ts';
import { demand, wholeNumber } from './workspace-settings.ts';

export interface LogsIngestionSettings {
  readonly dcrImmutableId: string;
  readonly stream: string;
  /** The scope that a token must have been issued for; Entra's own when left out. */
  readonly ingestionScope?: string;
  /** Of the body on the wire, after gzip. */
  readonly logsIngestionMaxBytes: number;
  /** Of the body after decompression. */
  readonly logsIngestionMaxRawBytes: number;
}

const DEFAULTS: LogsIngestionSettings = {
  dcrImmutableId: `dcr-${'5ca1ab1e'.repeat(4)}`,
  stream: 'Custom-Auth0Logs_CL',
  logsIngestionMaxBytes: 1_048_576,
  logsIngestionMaxRawBytes: 1_048_576,
};

export const LOGS_INGESTION = {
  kind: 'logs-ingestion',
  title: 'Logs Ingestion API',
  path: /^\/dataCollectionRules\/[^/]+\/streams\/[^/]+$/,
  defaults: DEFAULTS,
  settings: ({ dcrImmutableId, stream, entra }: RuleOptions) => ({
    endpoint: 'https://simulated.westeurope-1.ingest.monitor.azure.com',
    dcrImmutableId,
    stream,
    tenantId: entra.tenantId,
    clientId: entra.clientId,
  }),
  arrive: (workspace: Workspace, records: StoredRecord[], atMs: number) => workspace.ingest(records, atMs),
  secretField: 'clientSecret',
  secret: ({ entra }: { readonly entra: Pick<EntraSettings, 'clientSecret'> }) => entra.clientSecret,
  withSecret: (clientSecret: string) => ({ entra: { clientSecret } }),
  upTo: (bytes: number) => ({ logsIngestionMaxRawBytes: bytes }),
  open,
} as const satisfies Api<LogsIngestionSettings>;

type RuleOptions = Pick<LogsIngestionSettings, 'dcrImmutableId' | 'stream'> & {
  readonly entra: Pick<EntraSettings, 'tenantId' | 'clientId'>;
};
type Settings = LogsIngestionSettings & CommonSettings;

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const API_VERSION = '2023-01-01';

/** https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview, and its likes in other clouds. */
const INGESTION_SCOPE = /^https:\/\/monitor\.azure\.(com|us|cn)\/\.default$/;

/** Limits may be lower than Azure's. */
function refuseSettings(settings: Settings): void {
  const { dcrImmutableId, ingestionScope = settings.entra.scope } = settings;
  // "1 MB of compressed or uncompressed data"; a peer has seen 50 MiB after decompression pass.
  wholeNumber('logsIngestionMaxBytes', settings.logsIngestionMaxBytes, 1, 1_048_576);
  wholeNumber('logsIngestionMaxRawBytes', settings.logsIngestionMaxRawBytes, 1, 50 * 1_048_576);
  const isId = /^dcr-[0-9a-f]{32}$/.test(dcrImmutableId);
  demand('dcrImmutableId', dcrImmutableId, isId, 'dcr- and 32 hex digits');
  const scopes = 'https://monitor.azure.com/.default, or its like in .us or .cn';
  demand('ingestionScope', ingestionScope, INGESTION_SCOPE.test(ingestionScope), scopes);
}

/** Answers posts, and gives the workspace what it accepts. */
function open(settings: Settings, workspace: Workspace, entra: Entra): OpenApi {
  refuseSettings(settings);
  const ledger = workspace.received;
  /** Accepts all records of the post, or none and says why. */
  const take = (call: Call): Refusal | undefined => {
    const raw = rawBody(call, settings);
    if ('code' in raw) return raw;
    ledger.noteRaw(raw.length);
    const parsed = parseJson(raw);
    if (isObject(parsed)) {
      ledger.bareObjects++;
      ledger.accept([]);
      return undefined;
    }
    const records = recordsOf(parsed);
    if (!records) return refuse(400, 'InvalidPayload', 'The body is not a JSON array of objects.');
    if (records.length === 0 && settings.emptyArray === 'refused')
      return refuse(400, 'InvalidPayload', 'The body is an empty array.');
    if (settings.poisonMark !== '' && raw.includes(settings.poisonMark))
      return refuse(400, 'InvalidRecord', 'A record could not be processed.');
    workspace.ingest(records, settings.now());
    return undefined;
  };

  /**
   * The rule logs every call that it did not answer with 2xx, except those that found no rule (404).
   * https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-monitor#dcr-error-logs
   */
  const noteError = (call: Call, { status, code, message }: Refusal): void => {
    if (status === 404) return;
    workspace.operations.dcrError(settings.now(), {
      OperationName: 'Ingestion',
      InputStreamId: settings.stream,
      Message: `${code}: ${message}`,
      ClientRequestId: call.headers['x-ms-client-request-id']?.toString() ?? '',
    });
  };

  const answer = (call: Call): Answer => {
    const refusal = tokenRefusal(call, entra, settings) ?? addressRefusal(call, settings) ?? take(call);
    if (!refusal) return { status: 204, ...settings.acceptedAnswer };
    ledger.refuse(refusal.code);
    noteError(call, refusal);
    return {
      status: refusal.status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ error: { code: refusal.code, message: refusal.message } }),
    };
  };
  return {
    answer,
    setSecret: secret => {
      entra.setClientSecret(secret);
      entra.expireTokens();
    },
  };
}

function tokenRefusal(call: Call, entra: Entra, settings: Settings): Refusal | undefined {
  const match = /^Bearer (.+)$/.exec(call.headers.authorization ?? '');
  const scope = match?.[1] === undefined ? undefined : entra.scopeOf(match[1]);
  if (scope === undefined) return refuse(401, 'InvalidToken', 'The token is missing, unknown or expired.');
  if (scope !== (settings.ingestionScope ?? settings.entra.scope)) {
    return refuse(401, 'InvalidAudience', 'The token was issued for another audience.');
  }
  return undefined;
}

function addressRefusal(call: Call, settings: Settings): Refusal | undefined {
  const [, , dcr, , stream] = call.url.pathname.split('/');
  const version = call.url.searchParams.get('api-version');
  if (!version) return refuse(400, 'MissingApiVersion', 'The api-version query parameter is missing.');
  if (version !== API_VERSION) return refuse(400, 'InvalidApiVersion', 'The api-version is not supported.');
  if (dcr !== settings.dcrImmutableId) {
    return refuse(404, 'NotFound', `Data collection rule with immutable Id '${dcr}' not found.`);
  }
  if (stream !== settings.stream) {
    return refuse(400, 'InvalidStream', `The stream '${stream}' is not in the data collection rule.`);
  }
  if (!/^application\/json(; ?charset=utf-8)?$/i.test(call.headers['content-type'] ?? '')) {
    return refuse(400, 'InvalidContentType', 'The content type must be application/json.');
  }
  return undefined;
}

/** The body, decompressed and within both limits, or why not. */
function rawBody(call: Call, settings: Settings): Buffer | Refusal {
  if (call.body.length > settings.logsIngestionMaxBytes) {
    return tooLarge(settings.logsIngestionMaxBytes, call.body.length);
  }
  const encoding = call.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'gzip') {
    return refuse(400, 'InvalidContentEncoding', 'The content encoding must be gzip or none.');
  }
  const maxOutputLength = settings.logsIngestionMaxRawBytes;
  try {
    const raw = encoding === 'gzip' ? gunzipSync(call.body, { maxOutputLength }) : call.body;
    return raw.length > maxOutputLength ? tooLarge(maxOutputLength, raw.length) : raw;
  } catch (error) {
    if (error instanceof RangeError) return tooLarge(maxOutputLength);
    return refuse(400, 'InvalidPayload', 'The body is not gzip.');
  }
}

function tooLarge(limitBytes: number, bytes?: number): Refusal {
  const provided = bytes === undefined ? '' : ` Provided content length: ${bytes} bytes.`;
  return refuse(
    413,
    'ContentLengthLimitExceeded',
    `Maximum allowed content length: ${limitBytes} bytes.${provided}`,
  );
}

function refuse(status: number, code: string, message: string): Refusal {
  return { status, code, message };
}
