/**
 * The Logs Ingestion API: one data collection rule with one stream.
 * https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview
 */
import { gunzipSync } from 'node:zlib';
import type { Answer } from '../faults.ts';
import type { Call } from '../loopback.ts';
import type { Entra, EntraSettings } from './entra.ts';
import type { StoredRecord } from './received.ts';
import { isObject, parseJson, recordsOf } from './record.ts';
import type { Workspace } from './workspace.ts';

export interface LogsIngestionSettings {
  readonly dcrImmutableId: string;
  readonly stream: string;
  /** The scope that a token must have been issued for. */
  readonly ingestionScope: string;
  /** Of the body on the wire, after gzip. */
  readonly logsIngestionMaxBytes: number;
  /** Of the body after decompression. */
  readonly logsIngestionMaxRawBytes: number;
  readonly poisonMark: string;
  readonly now: () => number;
}

/** How a pipeline is configured for it. */
export const LOGS_INGESTION = {
  kind: 'logs-ingestion',
  title: 'Logs Ingestion API',
  faults: 'logsIngestion',
  settings: ({ dcrImmutableId, stream, entra }: RuleOptions) => ({
    endpoint: 'https://simulated.westeurope-1.ingest.monitor.azure.com',
    dcrImmutableId,
    stream,
    tenantId: entra.tenantId,
    clientId: entra.clientId,
  }),
  arrive: (workspace: Workspace, records: StoredRecord[], atMs: number) => workspace.ingest(records, atMs),
  secret: ({ entra }: { readonly entra: Pick<EntraSettings, 'clientSecret'> }) => ({
    clientSecret: entra.clientSecret,
  }),
} as const;

type RuleOptions = Pick<LogsIngestionSettings, 'dcrImmutableId' | 'stream'> & {
  readonly entra: Pick<EntraSettings, 'tenantId' | 'clientId'>;
};

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const API_VERSION = '2023-01-01';

/** Answers posts, and gives the workspace what it accepts. */
export function logsIngestion(
  settings: LogsIngestionSettings,
  entra: Entra,
  workspace: Workspace,
): (call: Call) => Answer {
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
    if (settings.poisonMark !== '' && raw.includes(settings.poisonMark))
      return refuse(400, 'InvalidRecord', 'A record could not be processed.');
    workspace.ingest(records, settings.now());
    return undefined;
  };

  /**
   * The rule tells of calls that it answered otherwise than 2xx, but for those that found no rule (404).
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

  return call => {
    const refusal = tokenRefusal(call, entra, settings) ?? addressRefusal(call, settings) ?? take(call);
    if (!refusal) return { status: 204 };
    ledger.refuse(refusal.code);
    noteError(call, refusal);
    return {
      status: refusal.status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ error: { code: refusal.code, message: refusal.message } }),
    };
  };
}

function tokenRefusal(call: Call, entra: Entra, settings: LogsIngestionSettings): Refusal | undefined {
  const match = /^Bearer (.+)$/.exec(call.headers.authorization ?? '');
  const scope = match?.[1] === undefined ? undefined : entra.scopeOf(match[1]);
  if (scope === undefined) return refuse(401, 'InvalidToken', 'The token is missing, unknown or expired.');
  if (scope !== settings.ingestionScope) {
    return refuse(401, 'InvalidAudience', 'The token was issued for another audience.');
  }
  return undefined;
}

function addressRefusal(call: Call, settings: LogsIngestionSettings): Refusal | undefined {
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
function rawBody(call: Call, settings: LogsIngestionSettings): Buffer | Refusal {
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
