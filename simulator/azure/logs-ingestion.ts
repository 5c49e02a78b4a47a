/**
 * The Logs Ingestion API: one data collection rule with one stream.
 * https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview
 */
import { gunzipSync } from 'node:zlib';
import type { Answer } from '../faults.ts';
import type { Call } from '../loopback.ts';
import type { Api, CommonSettings, OpenApi } from './api.ts';
import type { Entra, EntraSettings } from './entra.ts';
import type { Ledger, StoredRecord } from './received.ts';
import { isObject, parseJson, recordsOf, storeTime, truncateFields } from './record.ts';

export interface LogsIngestionSettings {
  readonly dcrImmutableId: string;
  readonly stream: string;
  /** Columns that the stream declares: every other field is dropped without a word. All are kept when left out. */
  readonly declaredColumns?: readonly string[];
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
const FIELD_MAX_BYTES = 65_536;
const COLUMN_NAME = /^[A-Za-z][A-Za-z0-9_]{0,44}$/;
const RESERVED = ['_ResourceId', 'id', '_SubscriptionId', 'TenantId', 'Type', 'UniqueId', 'Title'];

/** Throws when `declaredColumns` has a name that no table can have. */
function open(settings: Settings, ledger: Ledger, entra: Entra): OpenApi {
  const declared = settings.declaredColumns && new Set(settings.declaredColumns);
  for (const name of declared ?? []) {
    if (COLUMN_NAME.test(name) && !RESERVED.includes(name)) continue;
    throw new Error(
      `declaredColumns has ${JSON.stringify(name)}: a column has a letter first, then letters, digits and _, ` +
        `at most 45 in all, and is none of ${RESERVED.join(', ')}; rename it`,
    );
  }

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
    if (settings.poisonMark !== '' && raw.includes(settings.poisonMark))
      return refuse(400, 'InvalidRecord', 'A record could not be processed.');
    for (const record of records) {
      dropUndeclared(record, declared, ledger);
      truncateFields(record, FIELD_MAX_BYTES, ledger);
      storeTime(record, record['TimeGenerated'], settings.now(), ledger);
    }
    ledger.accept(records);
    return undefined;
  };

  const answer = (call: Call): Answer => {
    const refusal = tokenRefusal(call, entra, settings) ?? addressRefusal(call, settings) ?? take(call);
    if (!refusal) return { status: 204 };
    ledger.refuse(refusal.code);
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

function dropUndeclared(record: StoredRecord, declared: Set<string> | undefined, ledger: Ledger): void {
  if (!declared) return;
  for (const name of Object.keys(record)) {
    if (declared.has(name)) continue;
    ledger.drop(name);
    delete record[name];
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
