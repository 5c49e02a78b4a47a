/** Every cause of the tables, over sockets: the vendor's own body is read, and the cause's remedy is printed. */
import { afterEach, expect, test } from 'vitest';
import { inLine } from '../../../lambda/core/cause.ts';
import type { Fault } from '../../../lambda/core/model.ts';
import { waitsAfter } from '../../../lambda/core/waits.ts';
import { SPECS } from '../../../lambda/destinations/all.ts';
import { AUTH0_LOGS_CAUSES, AUTH0_TOKEN_CAUSES } from '../../../lambda/edges/auth0-causes.ts';
import { openPatient, type Patient } from './doctor-world.ts';

let patient: Patient | undefined;
afterEach(async () => {
  await patient?.world.close();
  patient = undefined;
});

const PAGE = '<html><head><title>403 Forbidden</title></head><body>Request blocked.</body></html>';
const oauth = (error: string, error_description: string) => JSON.stringify({ error, error_description });
const auth0 = (statusCode: number, error: string, message: string, errorCode: string) =>
  JSON.stringify({ statusCode, error, message, errorCode });
const entra = (error: string, code: number, words: string) =>
  JSON.stringify({ error, error_description: `AADSTS${code}: ${words}`, error_codes: [code] });
const collector = (code: string) => JSON.stringify({ Error: code, Message: 'See the code; it says why.' });
const ingestion = (code: string) =>
  JSON.stringify({ error: { code, message: 'See the code; it says why.' } });
const API_URL = 'https://local.eu.auth0.com/api/v2/';

/** Who answers, the cause, the status, and a body as the vendor sends it. */
const ANSWERS: readonly (readonly [who: Who, cause: string, status: number, body: string])[] = [
  ['auth0 token', 'proxy', 403, PAGE],
  ['auth0 token', 'quota', 429, oauth('too_many_requests', 'Client quota exceeded')],
  ['auth0 token', 'audience', 403, oauth('access_denied', `Service not enabled within domain: ${API_URL}`)],
  [
    'auth0 token',
    'not-authorized',
    403,
    oauth('access_denied', `Client is not authorized to access "${API_URL}".`),
  ],
  [
    'auth0 token',
    'grant-type',
    403,
    oauth('unauthorized_client', "Grant type 'client_credentials' not allowed for the client."),
  ],
  ['auth0 token', 'credentials', 401, oauth('access_denied', 'Unauthorized')],
  ['auth0 token', 'address', 404, 'Not Found'],
  ['auth0 logs', 'proxy', 403, PAGE],
  [
    'auth0 logs',
    'rate-limit',
    429,
    auth0(429, 'Too Many Requests', 'Global limit has been reached', 'too_many_requests'),
  ],
  [
    'auth0 logs',
    'plan',
    403,
    auth0(
      403,
      'Forbidden',
      'This feature is not available for your plan; upgrade it',
      'feature_not_available',
    ),
  ],
  [
    'auth0 logs',
    'scope',
    403,
    auth0(403, 'Forbidden', 'Insufficient scope, expected any of: read:logs', 'insufficient_scope'),
  ],
  ['auth0 logs', 'audience', 401, auth0(401, 'Unauthorized', 'Bad audience', 'invalid_token')],
  ['auth0 logs', 'address', 404, auth0(404, 'Not Found', 'Not Found', 'not_found')],
  ['entra token', 'proxy', 403, PAGE],
  [
    'entra token',
    'secret-expired',
    401,
    entra('invalid_client', 7000222, 'The provided client secret keys are expired.'),
  ],
  ['entra token', 'secret-wrong', 401, entra('invalid_client', 7000215, 'Invalid client secret provided.')],
  [
    'entra token',
    'application',
    400,
    entra('unauthorized_client', 700016, 'Application was not found in the directory.'),
  ],
  ['entra token', 'tenant', 400, entra('invalid_request', 90002, 'Tenant not found.')],
  ['entra token', 'cloud', 400, entra('invalid_resource', 500011, 'The resource principal was not found.')],
  ['logs-ingestion', 'proxy', 403, PAGE],
  ['logs-ingestion', 'role', 403, ingestion('OperationFailed')],
  ['logs-ingestion', 'audience', 401, ingestion('InvalidToken')],
  ['logs-ingestion', 'stream', 400, ingestion('InvalidStream')],
  ['logs-ingestion', 'rule', 404, ingestion('NotFound')],
  ['data-collector', 'proxy', 403, PAGE],
  ['data-collector', 'log-type', 400, collector('InvalidLogType')],
  ['data-collector', 'api-version', 400, collector('InvalidApiVersion')],
  ['data-collector', 'workspace', 400, collector('InactiveCustomer')],
  ['data-collector', 'address', 404, ''],
  ['data-collector', 'key', 403, collector('InvalidAuthorization')],
];
/** Seen elsewhere: a clock in ../remedies, a place and a search in test/edges, columns in test/cli/run, a cap in test/simulator. */
const ELSEWHERE = new Set(['clock', 'place', 'search', 'columns', 'daily-cap']);

type Who = 'auth0 token' | 'auth0 logs' | 'entra token' | 'logs-ingestion' | 'data-collector';

const ofKind = (kind: string) => SPECS.find(spec => spec.kind === kind)!;
const TABLES = {
  'auth0 token': AUTH0_TOKEN_CAUSES,
  'auth0 logs': AUTH0_LOGS_CAUSES,
  'entra token': ofKind('logs-ingestion').token!.causes,
  'logs-ingestion': ofKind('logs-ingestion').causes,
  'data-collector': ofKind('data-collector').causes,
} as const;

test.each(ANSWERS)('%s: %s, by status %i', async (who, name, status, body) => {
  const destination = who === 'data-collector' ? 'data-collector' : 'logs-ingestion';
  patient = await openPatient({ destination });
  const { faults } = patient.world.azure;
  const script = {
    'auth0 token': patient.world.auth0.faults.token,
    'auth0 logs': patient.world.auth0.faults.logs,
    'entra token': faults.entra,
    'logs-ingestion': faults['logs-ingestion'],
    'data-collector': faults['data-collector'],
  }[who];
  const type = body.startsWith('<') ? 'text/html' : 'application/json';
  script.always({ kind: 'status', status, headers: { 'content-type': type, 'retry-after': '1' }, body });
  const cause = TABLES[who].find(one => one.name === name)!;
  const found = (await patient.examine()).of(who.includes(' ') ? who : 'azure');
  expect(found?.level).toMatch(/error|warning/);
  expect(inLine(found?.remedy ?? '')).toMatch(wordsOf(inLine(cause.remedy)));
  expect(found?.remedy).not.toMatch(/\{\w+\}/);
});

/** The remedy, whatever its settings are. */
const wordsOf = (remedy: string) =>
  new RegExp(
    `^${remedy
      .split(/\{\w+\}/)
      .map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

test('every cause is there', () => {
  const seen = new Set(ANSWERS.map(([who, name]) => `${who}: ${name}`));
  const all = Object.entries(TABLES).flatMap(([who, causes]) =>
    causes.filter(({ name }) => !ELSEWHERE.has(name)).map(({ name }) => `${who}: ${name}`),
  );
  const unseen = all.filter(one => !seen.has(one));
  // The token endpoint has no rate limit of its own that is documented.
  expect(unseen).toEqual(['auth0 token: rate-limit']);
});

test.each(Object.entries(TABLES))('%s: the pipeline asks again when the table says so', (who, causes) => {
  const party = who.startsWith('auth0') ? 'auth0' : 'azure';
  const nowMs = Date.UTC(2026, 0, 1);
  for (const { next } of causes) {
    const isToken = who.endsWith('token');
    const fault: Fault = {
      verdict: next === 'asked' ? 'throttled' : 'denied',
      status: 400,
      message: 'no',
      ...(isToken && { isTokenRefused: true }),
      ...(next === 'asked' && { retryAfterMs: 3_600_000 }),
    };
    const stop = { outcome: fault.verdict, party, message: 'no', fault } as const;
    const twice = waitsAfter(waitsAfter({}, stop, nowMs), stop, nowMs)[party];
    const waits = { 'next run': undefined, refused: nowMs + 120_000, asked: nowMs + 3_600_000 };
    expect(twice?.untilMs).toBe(waits[next]);
  }
});
