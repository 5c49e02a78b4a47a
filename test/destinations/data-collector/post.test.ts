import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { openDataCollector } from '../../../lambda/destinations/data-collector/post.ts';
import type { DataCollectorConfig } from '../../../lambda/destinations/data-collector/spec.ts';
import { httpClient } from '../../../lambda/edges/http-client.ts';
import {
  type Answerer,
  CUT,
  cutBody,
  deadUrl,
  handClock,
  heldSecrets,
  json,
  serve,
  stallBody,
} from '../../edges/server.ts';

const fetch = httpClient();

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const LIMIT_MS = 20_000;
const KEY = Buffer.from('the key of no workspace at all').toString('base64');
const BODY = '[{"LogId":"1","User":"Zoë 🦊 größer"}]';
const config: DataCollectorConfig = {
  kind: 'data-collector',
  workspaceId: '01234567-89ab-cdef-0123-456789abcdef',
  logType: 'Auth0',
  apiVersion: '2016-04-01',
  cloud: 'public',
  maxBatchBytes: 4_000_000,
  secret: 'auth0-logs/prod/azure',
};

async function workspace(answer: Answerer, more: Partial<DataCollectorConfig> = {}) {
  const { url, taken } = await serve(answer);
  const clock = handClock(NOW);
  const secrets = heldSecrets({ sharedKey: KEY });
  const { destination } = openDataCollector({ ...config, ...more }, { secrets, clock, fetch, baseUrl: url });
  const post = (limitMs = LIMIT_MS) => destination.post(Buffer.from(BODY), limitMs);
  return { destination, post, taken, clock, secrets };
}

const ok: Answerer = (_taken, response) => response.writeHead(200).end();

/** Azure's arithmetic, over what really arrived. */
function signatureOf(body: Buffer, date: unknown): string {
  const text = `POST\n${body.byteLength}\napplication/json\nx-ms-date:${date}\n/api/logs`;
  return createHmac('sha256', Buffer.from(KEY, 'base64')).update(text).digest('base64');
}

test('a post carries the bytes, their length, and a signature over it', async () => {
  const { post, taken } = await workspace(ok);
  expect(await post()).toEqual({ kind: 'answered', status: 200 });
  const [one] = taken;
  expect(one?.method).toBe('POST');
  expect(`${one?.path}?${one?.query}`).toBe('/api/logs?api-version=2016-04-01');
  expect(one?.body.toString('utf8')).toBe(BODY);
  expect(one?.headers['content-length']).toBe(String(Buffer.byteLength(BODY)));
  expect(Buffer.byteLength(BODY)).toBeGreaterThan(BODY.length);
  expect(one?.headers).toMatchObject({
    authorization: `SharedKey ${config.workspaceId}:${signatureOf(one?.body ?? Buffer.of(), 'Sun, 01 Mar 2026 12:00:00 GMT')}`,
    'content-type': 'application/json',
    'log-type': 'Auth0',
    'time-generated-field': 'event_date',
    'x-ms-date': 'Sun, 01 Mar 2026 12:00:00 GMT',
  });
  expect(one?.headers).not.toHaveProperty('x-ms-azureresourceid');
});

test('every attempt is signed afresh with its own date', async () => {
  const { post, taken, clock } = await workspace(ok);
  await post();
  clock.move(61_000);
  await post();
  const dates = taken.map(one => one.headers['x-ms-date']);
  expect(dates).toEqual(['Sun, 01 Mar 2026 12:00:00 GMT', 'Sun, 01 Mar 2026 12:01:01 GMT']);
  for (const one of taken) {
    expect(one.headers.authorization).toContain(`:${signatureOf(one.body, one.headers['x-ms-date'])}`);
  }
});

test('table, api-version and resource id are the configured ones', async () => {
  const resourceId = '/subscriptions/x/resourceGroups/y';
  const { post, taken } = await workspace(ok, {
    logType: 'MyTable',
    apiVersion: '2020-01-01',
    resourceId,
  });
  await post();
  expect(taken[0]?.headers).toMatchObject({ 'log-type': 'MyTable', 'x-ms-azureresourceid': resourceId });
  expect(taken[0]?.query.get('api-version')).toBe('2020-01-01');
});

test.each([
  ['public', 'com'],
  ['us-gov', 'us'],
  ['china', 'cn'],
] as const)('in the cloud %s the workspace is at .azure.%s', async (cloud, ending) => {
  const called: string[] = [];
  const { destination } = openDataCollector(
    { ...config, cloud },
    {
      secrets: heldSecrets({ sharedKey: KEY }),
      clock: handClock(NOW),
      fetch: async input => {
        called.push(String(input));
        return new Response('');
      },
    },
  );
  await destination.post(Buffer.from('[]'), LIMIT_MS);
  expect(called).toEqual([
    `https://${config.workspaceId}.ods.opinsights.azure.${ending}/api/logs?api-version=2016-04-01`,
  ]);
});

test.each([
  [400, 'InvalidDataFormat', {}],
  [403, 'InvalidAuthorization', {}],
  [404, undefined, {}],
  [429, undefined, { 'retry-after': '30' }],
  [503, 'ServiceUnavailable', {}],
] as const)('a %i %s is answered with Azure’s own code and words', async (status, code, headers) => {
  const body = code ? { Error: code, Message: `About ${code}.` } : '';
  const { post } = await workspace((_taken, response) => json(response, status, body, headers));
  expect(await post()).toEqual({
    kind: 'answered',
    status,
    ...(code ? { code, message: `About ${code}.` } : {}),
    ...(status === 429 ? { retryAfterMs: 30_000 } : {}),
    ...(status === 403 ? { clockAheadMs: expect.any(Number) } : {}),
  });
});

test('an answer’s words are cut, and stripped of the signature', async () => {
  const { post, taken } = await workspace((one, response) =>
    json(response, 403, { Error: 'X', Message: `${one.headers.authorization} ${'long '.repeat(500)}` }),
  );
  const answer = await post();
  const message = answer.kind === 'answered' ? (answer.message ?? '') : '';
  expect(message.length).toBe(300);
  expect(message).not.toContain(taken[0]?.headers.authorization?.split(':')[1]);
});

test('the body of an error page is not repeated', async () => {
  const { post } = await workspace((_taken, response) => response.writeHead(502).end('<html>hello'));
  expect(await post()).toEqual({ kind: 'answered', status: 502 });
});

test('a redirect is answered as it is and not followed: the signature stays here', async () => {
  const { post, taken } = await workspace((_taken, response) =>
    response.writeHead(307, { location: '/elsewhere' }).end(),
  );
  expect(await post()).toMatchObject({ kind: 'answered', status: 307, code: 'Redirect' });
  expect(taken).toHaveLength(1);
});

test.each<[string, Answerer]>([
  ['a web page', (_t, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>sign in</html>')],
  ['a web page without a type', (_t, r) => r.writeHead(200).end('  <!doctype html>')],
])('200 with %s is not Azure’s answer', async (_what, answer) => {
  const { post } = await workspace(answer);
  expect(await post()).toMatchObject({ kind: 'answered', status: 200, code: 'NOT_AZURE' });
});

test.each<[string, Answerer, unknown, number]>([
  ['headers that never come', () => undefined, 'TIMEOUT', 300],
  ['a body that stalls', (_taken, response) => stallBody(response), 'TIMEOUT', 300],
  ['a body that is cut', (_taken, response) => cutBody(response), CUT, LIMIT_MS],
  ['a cut connection', (_taken, response) => response.destroy(), CUT, LIMIT_MS],
])('%s: unanswered', async (_what, answer, code, limitMs) => {
  const { post } = await workspace(answer);
  expect(await post(limitMs)).toMatchObject({ kind: 'unanswered', code });
});

test('a host that nobody listens at: unanswered', async () => {
  const secrets = heldSecrets({ sharedKey: KEY });
  const baseUrl = await deadUrl();
  const destination = openDataCollector(config, {
    secrets,
    clock: handClock(NOW),
    fetch,
    baseUrl,
  }).destination;
  expect(await destination.post(Buffer.from('[]'), LIMIT_MS)).toMatchObject({
    kind: 'unanswered',
    code: 'ECONNREFUSED',
  });
});

test.each([
  ['is missing', {}, 'lacks "sharedKey"'],
  ['is empty', { sharedKey: '' }, 'lacks "sharedKey"'],
  ['is no base64', { sharedKey: 'not*base64' }, 'not base64'],
  ['lost its end', { sharedKey: KEY.slice(0, -3) }, 'not base64'],
])('a shared key that %s is denied before anything is posted', async (_what, fields, said) => {
  const { post, taken, secrets } = await workspace(ok);
  secrets.hold(fields);
  const answer = await post();
  expect(answer).toMatchObject({ kind: 'unauthorised', fault: { verdict: 'denied' } });
  const message = answer.kind === 'unauthorised' ? answer.fault.message : '';
  expect(message).toContain(said);
  expect(message).toContain(config.secret);
  expect(message).not.toMatch(/not\*base64|dGhl/);
  expect(taken).toHaveLength(0);
});

test('a secret that cannot be read, or not in time, is passed on and nothing is posted', async () => {
  const fault = { verdict: 'denied', message: 'no such secret' } as const;
  const options = { clock: handClock(NOW), fetch, baseUrl: await deadUrl() };
  const without = openDataCollector(config, { ...options, secrets: heldSecrets(fault) }).destination;
  expect(await without.post(Buffer.from('[]'), LIMIT_MS)).toEqual({ kind: 'unauthorised', fault });
  const secrets = { read: () => new Promise<never>(() => undefined), forget: () => undefined };
  expect(
    await openDataCollector(config, { ...options, secrets }).destination.post(Buffer.from('[]'), 30),
  ).toMatchObject({
    kind: 'unauthorised',
    fault: { verdict: 'unavailable', code: 'TIMEOUT' },
  });
});

test('refreshing forgets the secret', async () => {
  const { destination, secrets } = await workspace(ok);
  destination.refresh();
  expect(secrets.forgotten).toBe(1);
  expect(destination).toMatchObject({
    form: { layout: 'text' },
    isCompressed: false,
    maxBatchBytes: 4_000_000,
  });
});
