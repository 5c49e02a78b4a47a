import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { auth0Token } from '../../lambda/edges/auth0-token.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { startAuth0 } from '../../simulator/auth0/server.ts';
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
} from './server.ts';

const fetch = httpClient();

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const SECRET_NAME = 'auth0-logs/prod/auth0';
const BY_SECRET = { clientId: 'the-client', clientSecret: 'the-client-secret' };
const LIMIT_MS = 20_000;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PKCS8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PKCS1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

const granting: Answerer = (_taken, response) =>
  json(response, 200, { access_token: 'a-token', expires_in: 86_400, token_type: 'Bearer' });

function tokenAt(
  baseUrl: string,
  fields: Parameters<typeof heldSecrets>[0] = BY_SECRET,
  customDomain?: string,
) {
  const clock = handClock(NOW);
  const secrets = heldSecrets(fields);
  let ids = 0;
  const token = auth0Token({
    domain: 'acme.eu.auth0.com',
    customDomain,
    secrets,
    secretName: SECRET_NAME,
    clock,
    randomUuid: () => `id-${ids++}`,
    fetch,
    baseUrl,
  });
  return { token, clock, secrets };
}

async function setUp(answer: Answerer = granting, ...rest: [Record<string, string>?, string?]) {
  const { url, taken } = await serve(answer);
  return { ...tokenAt(url, ...rest), taken };
}

const form = (body: Buffer | undefined) => Object.fromEntries(new URLSearchParams(body?.toString()));

function openJwt(jwt: string) {
  const [head = '', body = '', signature = ''] = jwt.split('.');
  const part = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString());
  const signed = Buffer.from(`${head}.${body}`);
  const key = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }));
  const valid = verify('sha256', signed, key, Buffer.from(signature, 'base64url'));
  return { header: part(head), claims: part(body), valid };
}

test('a client secret is exchanged for a token, which is then kept', async () => {
  const { token, taken } = await setUp();
  const answer = await token.get(LIMIT_MS);
  expect(answer.kind === 'token' && answer.token.reveal()).toBe('a-token');
  await token.get(LIMIT_MS);
  expect(taken).toHaveLength(1);
  expect(taken[0]).toMatchObject({ method: 'POST', path: '/oauth/token' });
  expect(taken[0]?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
  expect(form(taken[0]?.body)).toEqual({
    grant_type: 'client_credentials',
    audience: 'https://acme.eu.auth0.com/api/v2/',
    client_id: 'the-client',
    client_secret: 'the-client-secret',
  });
});

test.each([
  ['PKCS#8', PKCS8],
  ['PKCS#1', PKCS1],
  ['written with \\n once too often', PKCS8.replaceAll('\n', '\\n')],
])('a private key, %s, signs an assertion that its public key verifies', async (_what, pem) => {
  const { token, taken } = await setUp(granting, {
    clientId: 'the-client',
    privateKey: pem,
    keyId: 'key-1',
  });
  expect((await token.get(LIMIT_MS)).kind).toBe('token');
  const sent = form(taken[0]?.body);
  const { header, claims, valid } = openJwt(sent['client_assertion'] ?? '');
  expect(valid).toBe(true);
  expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
  expect(claims).toEqual({
    iss: 'the-client',
    sub: 'the-client',
    aud: 'https://acme.eu.auth0.com/',
    jti: 'id-0',
    iat: NOW / 1000 - 60,
    exp: NOW / 1000 + 120,
  });
  expect(sent['client_assertion_type']).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  expect(sent['client_secret']).toBeUndefined();
});

test.each([-110, -45, 0, 45, 65])(
  'a clock that is %i seconds off gets a token by private key',
  async seconds => {
    const auth0 = await startAuth0({
      domain: 'acme.eu.auth0.com',
      clientId: 'the-client',
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      now: () => NOW - seconds * 1000,
    });
    onTestFinished(auth0.close);
    const { token } = tokenAt(auth0.baseUrl, { clientId: 'the-client', privateKey: PKCS8 });
    expect(await token.get(LIMIT_MS)).toMatchObject({ kind: 'token' });
  },
);

test('every assertion has an id of its own, and no key id unless the secret has one', async () => {
  const { token, taken } = await setUp(granting, { clientId: 'the-client', privateKey: PKCS8 });
  await token.get(LIMIT_MS);
  token.drop();
  await token.get(LIMIT_MS);
  const jwts = taken.map(one => openJwt(form(one.body)['client_assertion'] ?? ''));
  expect(jwts.map(jwt => jwt.claims.jti)).toEqual(['id-0', 'id-1']);
  expect(jwts[0]?.header).toEqual({ alg: 'RS256', typ: 'JWT' });
});

test('with a custom domain the assertion is for that domain, the token for the tenant', async () => {
  const fields = { clientId: 'the-client', privateKey: PKCS8 };
  const { token, taken } = await setUp(granting, fields, 'login.acme.com');
  await token.get(LIMIT_MS);
  const sent = form(taken[0]?.body);
  expect(sent['audience']).toBe('https://acme.eu.auth0.com/api/v2/');
  expect(openJwt(sent['client_assertion'] ?? '').claims.aud).toBe('https://login.acme.com/');
});

test('the exchange goes to the custom domain, else to the tenant', async () => {
  const called: string[] = [];
  const options = {
    domain: 'acme.eu.auth0.com',
    secrets: heldSecrets(BY_SECRET),
    secretName: SECRET_NAME,
    clock: handClock(NOW),
    randomUuid: () => 'id',
    fetch: async (input: string | URL | Request) => {
      called.push(String(input));
      return new Response('{}', { status: 503 });
    },
  };
  await auth0Token(options).get(LIMIT_MS);
  await auth0Token({ ...options, customDomain: 'login.acme.com' }).get(LIMIT_MS);
  expect(called).toEqual(['https://acme.eu.auth0.com/oauth/token', 'https://login.acme.com/oauth/token']);
});

test('a token is renewed before it expires', async () => {
  const { token, clock, taken } = await setUp();
  await token.get(LIMIT_MS);
  clock.move(86_400_000 - 300_001);
  await token.get(LIMIT_MS);
  expect(taken).toHaveLength(1);
  clock.move(1);
  await token.get(LIMIT_MS);
  expect(taken).toHaveLength(2);
});

test('callers at the same time cost one exchange', async () => {
  const { token, taken } = await setUp();
  await Promise.all([token.get(LIMIT_MS), token.get(LIMIT_MS), token.get(LIMIT_MS)]);
  expect(taken).toHaveLength(1);
});

test.each([
  [401, { error: 'access_denied', error_description: 'Unauthorized' }, SECRET_NAME],
  [
    403,
    { error: 'access_denied', error_description: 'Client is not authorized to access the API' },
    'read:logs',
  ],
  [400, { error: 'invalid_client', error_description: 'No such client' }, SECRET_NAME],
  [404, 'Not Found', 'correct auth0.domain'],
])('a %i is denied, says what to check, and forgets the secret', async (status, body, what) => {
  const { token, secrets } = await setUp((_taken, response) => json(response, status, body));
  const answer = await token.get(LIMIT_MS);
  const fault = answer.kind === 'fault' ? answer.fault : undefined;
  expect(fault).toMatchObject({ verdict: 'denied', status });
  expect(fault?.message).toContain(what);
  expect(fault?.message.endsWith(`; ${fault.remedy}`)).toBe(true);
  expect(fault?.message).not.toContain(BY_SECRET.clientSecret);
  expect(secrets.forgotten).toBe(1);
});

test('a redirect is denied and not followed: the credentials stay here', async () => {
  const { token, taken } = await setUp((_taken, response) =>
    response.writeHead(307, { location: '/elsewhere' }).end(),
  );
  expect(await token.get(LIMIT_MS)).toMatchObject({ fault: { verdict: 'denied', status: 307 } });
  expect(taken).toHaveLength(1);
});

test.each([
  [{ 'retry-after': '7' }, 7000],
  [{ 'x-ratelimit-reset': String(NOW / 1000 + 9) }, 9000],
  [{ 'retry-after': '7', 'x-ratelimit-reset': String(NOW / 1000 + 9) }, 7000],
  [{}, undefined],
])('a 429 with %j is throttled for %s ms', async (headers, retryAfterMs) => {
  const { token } = await setUp((_taken, response) => json(response, 429, { error: 'too_many' }, headers));
  const answer = await token.get(LIMIT_MS);
  expect(answer).toMatchObject({ fault: { verdict: 'throttled', status: 429 } });
  expect(answer.kind === 'fault' && answer.fault.retryAfterMs).toBe(retryAfterMs);
});

test.each([
  [429, 'throttled', 'Client quota exceeded'],
  [403, 'denied', 'access_denied'],
  [503, 'unavailable', 'maintenance'],
])('a %i with Retry-After is %s, with what to wait, up to an hour', async (status, verdict, error) => {
  const seconds = { 'retry-after': '3600' };
  const { token } = await setUp((_taken, response) => json(response, status, { error }, seconds));
  expect(await token.get(LIMIT_MS)).toMatchObject({ fault: { verdict, status, retryAfterMs: 3_600_000 } });
});

test('the reset of a rate limit says nothing about a refusal, and is an hour away at most', async () => {
  const reset = (status: number, seconds: number) =>
    setUp((_taken, response) =>
      json(response, status, {}, { 'x-ratelimit-reset': String(NOW / 1000 + seconds) }),
    ).then(({ token }) => token.get(LIMIT_MS));
  expect(await reset(403, 9)).toMatchObject({ fault: { verdict: 'denied' } });
  expect(await reset(403, 9)).not.toMatchObject({ fault: { retryAfterMs: expect.anything() } });
  expect(await reset(429, 86_400)).toMatchObject({
    fault: { verdict: 'throttled', retryAfterMs: 3_600_000 },
  });
});

const asPage: Answerer = (_taken, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>sign in</html>');
};

test.each<[string, Answerer, unknown, number]>([
  ['headers that never come', () => undefined, 'TIMEOUT', 200],
  ['a body that stalls', (_taken, response) => stallBody(response), 'TIMEOUT', 200],
  ['a body that is cut', (_taken, response) => cutBody(response), CUT, LIMIT_MS],
  ['a cut connection', (_taken, response) => response.destroy(), CUT, LIMIT_MS],
  ['a 500', (_taken, response) => json(response, 500, {}), undefined, LIMIT_MS],
  ['a web page with 200', asPage, undefined, LIMIT_MS],
])('%s: unavailable', async (_what, answer, code, limitMs) => {
  const { token } = await setUp(answer);
  const got = await token.get(limitMs);
  expect(got).toMatchObject({ fault: { verdict: 'unavailable', ...(code ? { code } : {}) } });
});

test('a host that nobody listens at is unavailable', async () => {
  const { token } = tokenAt(await deadUrl());
  expect(await token.get(LIMIT_MS)).toMatchObject({
    fault: { verdict: 'unavailable', code: 'ECONNREFUSED' },
  });
});

test.each([
  ['no client id', { clientSecret: 'x' }, 'lacks "clientId"'],
  ['no secret and no key', { clientId: 'x' }, 'lacks "clientSecret" or "privateKey"'],
  ['an empty secret', { clientId: 'x', clientSecret: '' }, 'lacks "clientSecret" or "privateKey"'],
  ['a key that is none', { clientId: 'x', privateKey: 'KEY-MATERIAL' }, 'not an RSA key'],
  [
    'an elliptic key',
    {
      clientId: 'x',
      privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    },
    'not an RSA key',
  ],
])('a secret with %s is denied before anything is sent', async (_what, fields, said) => {
  const { token, taken, secrets } = await setUp(granting, fields);
  const answer = await token.get(LIMIT_MS);
  const message = answer.kind === 'fault' ? answer.fault.message : '';
  expect(answer).toMatchObject({ fault: { verdict: 'denied' } });
  expect(message).toContain(said);
  expect(message).toContain(SECRET_NAME);
  expect(message).not.toMatch(/KEY-MATERIAL|BEGIN/);
  expect([taken.length, secrets.forgotten]).toEqual([0, 1]);
});

test('a secret that cannot be read is passed on as it is', async () => {
  const fault = { verdict: 'unavailable', message: 'no secrets today' } as const;
  const { token } = tokenAt(await deadUrl(), fault);
  expect(await token.get(LIMIT_MS)).toEqual({ kind: 'fault', fault });
});

test('after a drop both the token and the secret are had anew', async () => {
  const { token, secrets, taken } = await setUp();
  await token.get(LIMIT_MS);
  secrets.hold({ clientId: 'the-client', clientSecret: 'rotated' });
  token.drop();
  await token.get(LIMIT_MS);
  expect(secrets.forgotten).toBe(1);
  expect(form(taken[1]?.body)['client_secret']).toBe('rotated');
});
