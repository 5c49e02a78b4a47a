import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { entraClientSecret } from '../../../lambda/destinations/entra.ts';
import { openLogsIngestion } from '../../../lambda/destinations/logs-ingestion/post.ts';
import type { LogsIngestionConfig } from '../../../lambda/destinations/logs-ingestion/spec.ts';
import { httpClient } from '../../../lambda/edges/http-client.ts';
import {
  type Answerer,
  CUT,
  cutBody,
  handClock,
  heldSecrets,
  json,
  serve,
  stallBody,
  type Taken,
} from '../../edges/server.ts';

const fetch = httpClient();

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const LIMIT_MS = 20_000;
const BODY = '[{"LogId":"1","User":"Zoë 🦊"}]';
const TENANT = '01234567-89ab-cdef-0123-456789abcdef';
const config: LogsIngestionConfig = {
  kind: 'logs-ingestion',
  endpoint: 'https://acme-x1y2.westeurope-1.ingest.monitor.azure.com',
  dcrImmutableId: `dcr-${'0a'.repeat(16)}`,
  stream: 'Custom-Auth0Logs_CL',
  tenantId: TENANT,
  clientId: '11111111-89ab-cdef-0123-456789abcdef',
  cloud: 'public',
  auth: 'client-secret',
  secret: 'auth0-logs/prod/azure',
  maxBatchBytes: 1_000_000,
};
const PATH = `/dataCollectionRules/${config.dcrImmutableId}/streams/Custom-Auth0Logs_CL`;

const isToken = (taken: Taken) => taken.path.endsWith('/oauth2/v2.0/token');
const granting: Answerer = (_taken, response) =>
  json(response, 200, { access_token: 'entra-token', expires_in: 3599, token_type: 'Bearer' });

/** Entra and the ingestion endpoint on one port. */
async function azure(ingest: Answerer, entra: Answerer = granting, more: Partial<LogsIngestionConfig> = {}) {
  const { url, taken } = await serve((one, response) => (isToken(one) ? entra : ingest)(one, response));
  const clock = handClock(NOW);
  const secrets = heldSecrets({ clientSecret: 'the~client.secret' });
  const urls = { baseUrl: url, tokenBaseUrl: url };
  const { destination, token } = openLogsIngestion(
    { ...config, ...more },
    { secrets, clock, fetch, fetchToken: fetch, ...urls, identity: 'nobody' },
  );
  const post = (limitMs = LIMIT_MS) => destination.post(Buffer.from(BODY), limitMs);
  const exchanges = () => taken.filter(isToken);
  const posts = () => taken.filter(one => !isToken(one));
  return { destination, token, post, exchanges, posts, clock, secrets };
}

const noContent: Answerer = (_taken, response) => response.writeHead(204).end();

test('a post is a gzipped JSON array to the stream of the rule, with the token', async () => {
  const { post, posts } = await azure(noContent);
  expect(await post()).toEqual({ kind: 'answered', status: 204 });
  const [one] = posts();
  expect(one?.method).toBe('POST');
  expect(`${one?.path}?${one?.query}`).toBe(`${PATH}?api-version=2023-01-01`);
  expect(gunzipSync(one?.body ?? '').toString('utf8')).toBe(BODY);
  expect(one?.headers).toMatchObject({
    authorization: 'Bearer entra-token',
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'content-length': String(one?.body.byteLength),
  });
});

test('without a base address it posts to the configured endpoint', async () => {
  const called: string[] = [];
  const record = async (input: string | URL | Request) => {
    called.push(String(input));
    return String(input).endsWith('/token')
      ? Response.json({ access_token: 't', expires_in: 60 })
      : new Response(null, { status: 204 });
  };
  const { destination } = openLogsIngestion(config, {
    secrets: heldSecrets({ clientSecret: 'x' }),
    clock: handClock(NOW),
    fetch: record,
    fetchToken: record,
    identity: 'nobody',
  });
  await destination.post(Buffer.from('[]'), LIMIT_MS);
  expect(called[1]).toBe(`${config.endpoint}${PATH}?api-version=2023-01-01`);
});

test.each([
  ['public', 'https://login.microsoftonline.com', 'https://monitor.azure.com/.default'],
  ['us-gov', 'https://login.microsoftonline.us', 'https://monitor.azure.us/.default'],
  ['china', 'https://login.partner.microsoftonline.cn', 'https://monitor.azure.cn/.default'],
] as const)(
  'in the cloud %s tokens come from its own authority for its own scope',
  async (cloud, host, scope) => {
    const called: { url: string; scope: string | null }[] = [];
    const authoriser = entraClientSecret({
      config: { ...config, cloud },
      secrets: heldSecrets({ clientSecret: 'x' }),
      clock: handClock(NOW),
      fetch: async (input, init) => {
        called.push({ url: String(input), scope: new URLSearchParams(String(init?.body)).get('scope') });
        return Response.json({ access_token: 't', expires_in: 60 });
      },
    });
    await authoriser.authorise(LIMIT_MS);
    expect(called).toEqual([{ url: `${host}/${TENANT}/oauth2/v2.0/token`, scope }]);
  },
);

test('the token is had by client credentials, once for many posts', async () => {
  const { post, exchanges, posts } = await azure(noContent);
  await Promise.all([post(), post()]);
  await post();
  expect(posts()).toHaveLength(3);
  expect(exchanges()).toHaveLength(1);
  expect(Object.fromEntries(new URLSearchParams(exchanges()[0]?.body.toString()))).toEqual({
    grant_type: 'client_credentials',
    client_id: config.clientId,
    client_secret: 'the~client.secret',
    scope: 'https://monitor.azure.com/.default',
  });
});

test('the token is renewed five minutes before it expires', async () => {
  const { post, exchanges, clock } = await azure(noContent);
  await post();
  clock.move(3_599_000 - 300_001);
  await post();
  expect(exchanges()).toHaveLength(1);
  clock.move(1);
  await post();
  expect(exchanges()).toHaveLength(2);
});

test('a refused token is answered 401; after a refresh token and secret are had anew', async () => {
  let tokens = 0;
  const { post, destination, secrets, exchanges } = await azure(
    (one, response) =>
      one.headers.authorization === 'Bearer token-2'
        ? response.writeHead(204).end()
        : json(response, 401, { error: { code: 'InvalidToken', message: 'Expired.' } }),
    (_taken, response) => json(response, 200, { access_token: `token-${++tokens}`, expires_in: 3599 }),
  );
  expect(await post()).toEqual({
    kind: 'answered',
    status: 401,
    code: 'InvalidToken',
    message: 'Expired.',
  });
  destination.refresh();
  expect(await post()).toEqual({ kind: 'answered', status: 204 });
  expect([secrets.reads, secrets.forgotten, exchanges().length]).toEqual([2, 1, 2]);
});

test.each([
  [400, 'InvalidStream', undefined, undefined],
  [403, 'OperationFailed', undefined, undefined],
  [404, 'NotFound', undefined, undefined],
  [413, 'ContentLengthLimitExceeded', undefined, undefined],
  [429, 'TooManyRequests', '30', 30_000],
  [429, 'TooManyRequests', 'Sun, 01 Mar 2026 12:00:45 GMT', 45_000],
  [500, 'Internal', undefined, undefined],
])('a %i %s is answered with code, words and the wish to wait (%s)', async (status, code, after, waitMs) => {
  const headers = after ? { 'retry-after': after } : {};
  const { post } = await azure((_taken, response) =>
    json(response, status, { error: { code, message: `About ${code}.` } }, headers),
  );
  expect(await post()).toEqual({
    kind: 'answered',
    status,
    code,
    message: `About ${code}.`,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(status === 403 ? { clockAheadMs: expect.any(Number) } : {}),
  });
});

test('no answer’s words bring the token back', async () => {
  const { post } = await azure((one, response) =>
    json(response, 403, { error: { code: 'X', message: `no: ${one.headers.authorization}` } }),
  );
  expect(JSON.stringify(await post())).not.toContain('entra-token');
});

test.each<[string, Answerer, unknown, number]>([
  ['headers that never come', () => undefined, 'TIMEOUT', 400],
  ['a body that stalls', (_taken, response) => stallBody(response), 'TIMEOUT', 400],
  ['a body that is cut', (_taken, response) => cutBody(response), CUT, LIMIT_MS],
  ['a cut connection', (_taken, response) => response.destroy(), CUT, LIMIT_MS],
])('%s: unanswered', async (_what, answer, code, limitMs) => {
  const { post, token } = await azure(answer);
  await token?.(LIMIT_MS);
  expect(await post(limitMs)).toMatchObject({ kind: 'unanswered', code });
});

test('200 with a web page is not Azure’s answer', async () => {
  const { post } = await azure((_t, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<p>'));
  expect(await post()).toMatchObject({ kind: 'answered', status: 200, code: 'NOT_AZURE' });
});

test('a redirect is not followed: the token stays here', async () => {
  const { post, posts } = await azure((_taken, response) =>
    response.writeHead(308, { location: '/elsewhere' }).end(),
  );
  expect(await post()).toMatchObject({ kind: 'answered', status: 308 });
  expect(posts()).toHaveLength(1);
});

test.each([
  [401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.\r\nTrace ID: x', 'denied'],
  [400, 'unauthorized_client', 'AADSTS700016: Application not found.', 'denied'],
  [400, 'temporarily_unavailable', 'AADSTS90033: Try again.', 'unavailable'],
  [503, 'server_error', 'Later.', 'unavailable'],
] as const)('Entra’s %i %s is unauthorised and nothing is posted', async (status, error, words, verdict) => {
  const { post, posts } = await azure(noContent, (_taken, response) =>
    json(response, status, { error, error_description: words }),
  );
  const answer = await post();
  expect(answer).toMatchObject({ kind: 'unauthorised', fault: { verdict, status, code: error } });
  const message = answer.kind === 'unauthorised' ? answer.fault.message : '';
  expect(message).toContain(words.split('\r')[0]);
  const remedy = answer.kind === 'unauthorised' ? answer.fault.remedy : undefined;
  expect(remedy !== undefined).toBe(verdict === 'denied');
  expect(message).not.toContain('the~client.secret');
  expect(posts()).toHaveLength(0);
});

test('a refused exchange forgets the secret, so that the next post finds a rotated one', async () => {
  const { post, secrets } = await azure(noContent, (one, response) => {
    const right = one.body.toString().includes('client_secret=rotated');
    json(response, right ? 200 : 401, right ? { access_token: 't', expires_in: 60 } : { error: 'x' });
  });
  expect((await post()).kind).toBe('unauthorised');
  expect(secrets.forgotten).toBe(1);
  secrets.hold({ clientSecret: 'rotated' });
  expect(await post()).toEqual({ kind: 'answered', status: 204 });
});

test.each([
  [429, 'throttled'],
  [503, 'unavailable'],
  [403, 'denied'],
])('Entra’s %i is %s for as long as it asks', async (status, verdict) => {
  const { post } = await azure(noContent, (_taken, response) =>
    json(response, status, {}, { 'retry-after': '11' }),
  );
  expect(await post()).toMatchObject({ kind: 'unauthorised', fault: { verdict, retryAfterMs: 11_000 } });
});

test.each<[string, Answerer]>([
  ['never answers', () => undefined],
  ['stalls in its body', (_taken, response) => stallBody(response)],
])('an Entra that %s costs the post’s time and no more', async (_what, entra) => {
  const { post, posts } = await azure(noContent, entra);
  expect(await post(200)).toMatchObject({
    kind: 'unauthorised',
    fault: { verdict: 'unavailable', code: 'TIMEOUT' },
  });
  expect(posts()).toHaveLength(0);
});

test('a secret without a client secret is denied, and says what it must be', async () => {
  const { post, secrets, exchanges } = await azure(noContent);
  secrets.hold({ sharedKey: 'x' });
  const answer = await post();
  expect(answer).toMatchObject({ kind: 'unauthorised', fault: { verdict: 'denied' } });
  expect(answer.kind === 'unauthorised' && answer.fault.message).toContain('lacks "clientSecret"');
  expect(exchanges()).toHaveLength(0);
});
