/**
 * The HTTP Data Collector API, as strict as it is documented, and stricter where a mistake would be silent.
 * https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api
 * It checks signatures with its own arithmetic: it never shares code with the pipeline.
 */
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from '../faults.ts';
import type { Call } from '../loopback.ts';
import type { Api, CommonSettings, OpenApi } from './api.ts';
import type { StoredRecord } from './received.ts';
import { isIsoTime, parseJson, recordsOf } from './record.ts';
import type { Workspace } from './workspace.ts';
import { demand, GUID, wholeNumber } from './workspace-settings.ts';

export interface DataCollectorSettings {
  readonly workspaceId: string;
  /** Keys that are accepted, in base64: Azure has a primary and a secondary one. */
  readonly sharedKeys: readonly string[];
  /** Log types that are accepted; every well-formed one when left out. */
  readonly logTypes?: readonly string[];
  readonly dataCollectorMaxBytes: number;
  /** What a post above the limit meets: both are seen in the field. */
  readonly whenTooLarge: '404' | 'cut';
}

const DEFAULTS: DataCollectorSettings = {
  workspaceId: '5ca1ab1e-0000-4000-8000-000000000001',
  sharedKeys: [Buffer.from('the shared key of a simulated workspace').toString('base64')],
  dataCollectorMaxBytes: 30_000_000,
  whenTooLarge: '404',
};

export const DATA_COLLECTOR = {
  kind: 'data-collector',
  title: 'Data Collector API',
  path: /^\/api\/logs$/,
  defaults: DEFAULTS,
  settings: ({ workspaceId }: Pick<DataCollectorSettings, 'workspaceId'>) => ({ workspaceId }),
  arrive: (workspace: Workspace, records: StoredRecord[], atMs: number) =>
    workspace.collect({ logType: 'Auth0', records, timeField: 'event_date' }, atMs),
  secretField: 'sharedKey',
  secret: ({ sharedKeys }: Pick<DataCollectorSettings, 'sharedKeys'>) => sharedKeys[0] ?? '',
  withSecret: (key: string) => ({ sharedKeys: [key] }),
  upTo: (bytes: number) => ({ dataCollectorMaxBytes: bytes }),
  open,
} as const satisfies Api<DataCollectorSettings>;

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const API_VERSION = '2016-04-01';
const CLOCK_SKEW_MS = 15 * 60_000;
const RESERVED = ['tenant', 'TimeGenerated', 'RawData'];
const PROPERTY_NAME = /^[A-Za-z0-9_]{1,45}$/;
const LOG_TYPE = /^[A-Za-z0-9_]{1,100}$/;

type Settings = DataCollectorSettings & CommonSettings;

/** Limits may be lower than Azure's. */
function refuseSettings({ workspaceId, sharedKeys, logTypes = [], dataCollectorMaxBytes }: Settings): void {
  demand('workspaceId', workspaceId, GUID.test(workspaceId), 'a GUID');
  // A key is a secret: it is not shown.
  demand('sharedKeys', '(not shown)', sharedKeys.length > 0 && sharedKeys.every(isBase64), 'keys in base64');
  for (const logType of logTypes) {
    demand('logTypes', logType, LOG_TYPE.test(logType), 'letters, digits and _, at most 100');
  }
  // https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#data-limits
  wholeNumber('dataCollectorMaxBytes', dataCollectorMaxBytes, 1, 30_000_000);
}

function isBase64(key: string): boolean {
  return key !== '' && Buffer.from(key, 'base64').toString('base64') === key;
}

/** Answers posts, and gives the workspace what it accepts. */
function open(settings: Settings, workspace: Workspace): OpenApi {
  refuseSettings(settings);
  const ledger = workspace.received;
  let keys = settings.sharedKeys;
  const signatures = new Set<string>();

  const answer = (call: Call): Answer => {
    if (call.body.length > settings.dataCollectorMaxBytes) {
      ledger.refuse('TooLarge');
      return { status: 404 };
    }
    const refusal =
      headersRefusal(call, settings) ?? authorizationRefusal(call, keys, settings) ?? take(call);
    if (!refusal) return { status: 200, ...settings.acceptedAnswer };
    ledger.refuse(refusal.code);
    return {
      status: refusal.status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ Error: refusal.code, Message: refusal.message }),
    };
  };

  /** Accepts all records of the post, or none and says why. */
  const take = (call: Call): Refusal | undefined => {
    const records = recordsOf(parseJson(call.body));
    if (!records) return invalidData('The body is not a JSON array of objects.');
    if (records.length === 0 && settings.emptyArray === 'refused')
      return invalidData('The body is an empty array.');
    if (settings.poisonMark !== '' && call.body.includes(settings.poisonMark))
      return invalidData('A record could not be processed.');
    const timeField = header(call.headers, 'time-generated-field');
    const logType = header(call.headers, 'log-type') ?? '';
    const knows = (property: string) =>
      workspace.hasProperty(logType, property) || records.some(one => (one[property] ?? null) !== null);
    const problem = propertiesProblem(records) ?? timeProblem(records, timeField, knows);
    if (problem) return invalidData(problem);
    const resourceId = header(call.headers, 'x-ms-azureresourceid');
    workspace.collect({ logType, records, timeField, resourceId }, settings.now());
    return undefined;
  };

  /** Counts a signature that was seen before. */
  const noteSignature = (headers: IncomingHttpHeaders) => {
    // Dates have whole seconds: two honest posts of one length within one second share a signature too.
    if (headers.authorization === undefined) return;
    const signature = `${header(headers, 'x-ms-date')} ${headers.authorization}`;
    if (signatures.has(signature)) ledger.reusedSignatures++;
    signatures.add(signature);
  };

  return {
    answer,
    cutsOff: headers => {
      noteSignature(headers);
      const tooLarge = Number(headers['content-length']) > settings.dataCollectorMaxBytes;
      if (!tooLarge || settings.whenTooLarge !== 'cut') return false;
      ledger.refuse('TooLarge');
      return true;
    },
    setSecret: key => {
      keys = [key];
    },
  };
}

function headersRefusal(call: Call, settings: Settings): Refusal | undefined {
  const version = call.url.searchParams.get('api-version');
  if (!version) return refuse(400, 'MissingApiVersion', 'The API version was not specified.');
  if (version !== API_VERSION) return refuse(400, 'InvalidApiVersion', 'The API version was not recognized.');
  const contentType = header(call.headers, 'content-type');
  if (!contentType) return refuse(400, 'MissingContentType', 'The content type was not specified.');
  if (contentType !== 'application/json') {
    return refuse(400, 'UnsupportedContentType', 'The content type was not set to application/json.');
  }
  if (header(call.headers, 'content-encoding') !== undefined) {
    return invalidData('The body must not be compressed or encoded.');
  }
  const logType = header(call.headers, 'log-type');
  if (!logType) return refuse(400, 'MissingLogType', 'The log type was not specified.');
  if (!LOG_TYPE.test(logType) || settings.logTypes?.includes(logType) === false) {
    return refuse(400, 'InvalidLogType', 'The log type is not valid.');
  }
  return undefined;
}

function authorizationRefusal(call: Call, keys: readonly string[], settings: Settings): Refusal | undefined {
  const match = /^SharedKey ([^:]+):(.+)$/.exec(call.headers.authorization ?? '');
  if (!match) return unauthorized('An invalid scheme was specified in the Authorization header');
  const [, workspaceId, signature] = match;
  if (workspaceId !== settings.workspaceId) {
    return refuse(400, 'InvalidCustomerId', 'The specified workspace ID is not valid.');
  }
  const date = header(call.headers, 'x-ms-date');
  if (!date || !isRfc1123(date)) return unauthorized('The x-ms-date header is missing or not RFC 1123');
  if (Math.abs(settings.now() - Date.parse(date)) > CLOCK_SKEW_MS) {
    return unauthorized('The x-ms-date header is more than 15 minutes away from the time of receipt');
  }
  if (call.headers['content-length'] === undefined)
    return unauthorized('The Content-Length header is missing');
  if (!keys.some(key => signatureBy(key, call.body.length, date) === signature)) {
    return unauthorized('An invalid signature was specified in the Authorization header');
  }
  return undefined;
}

function signatureBy(key: string, bytes: number, date: string): string {
  const signed = `POST\n${bytes}\napplication/json\nx-ms-date:${date}\n/api/logs`;
  return createHmac('sha256', Buffer.from(key, 'base64')).update(signed, 'utf8').digest('base64');
}

/** Such as `Mon, 04 Apr 2016 08:00:00 GMT`, weekday included. */
function isRfc1123(date: string): boolean {
  return new Date(Date.parse(date)).toUTCString() === date;
}

function propertiesProblem(records: readonly StoredRecord[]): string | undefined {
  const names = new Set<string>();
  for (const record of records) for (const name of Object.keys(record)) names.add(name);
  for (const name of names) {
    if (RESERVED.includes(name)) return `The property name ${name} is reserved.`;
    if (!PROPERTY_NAME.test(name)) {
      return 'A property name may have letters, digits and _ only, and at most 45 of them.';
    }
  }
  return undefined;
}

function timeProblem(
  records: readonly StoredRecord[],
  field: string | undefined,
  knows: (property: string) => boolean,
): string | undefined {
  if (field === undefined || records.length === 0) return undefined;
  // A wrong name is a mistake that the service passes over; a record without a value is not one.
  if (!knows(field)) return 'The time-generated-field names a property that the table does not have.';
  const readable = (value: unknown) => value === undefined || value === null || isIsoTime(value);
  return records.every(record => readable(record[field]))
    ? undefined
    : 'A value of the time-generated-field is not ISO 8601.';
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  return headers[name]?.toString();
}

function refuse(status: number, code: string, message: string): Refusal {
  return { status, code, message };
}

function unauthorized(message: string): Refusal {
  return refuse(403, 'InvalidAuthorization', message);
}

function invalidData(message: string): Refusal {
  return refuse(400, 'InvalidDataFormat', message);
}
