import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { type Auth0Options, type Auth0Simulator, startAuth0 } from '../../../simulator/auth0/server.ts';

const NOW = Date.parse('2026-03-01T10:00:00.000Z');
const CLIENT = 'ShipperClient0000000000000000000';
const SECRET = 'simulated-client-secret';
const AUDIENCE = 'https://demo.eu.auth0.com/api/v2/';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = createPublicKey(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  .export({ type: 'spki', format: 'pem' })
  .toString();

let auth0: Auth0Simulator;
afterEach(() => auth0.close());

const start = async (options: Partial<Auth0Options> = {}) => {
  auth0 = await startAuth0({
    domain: 'demo.eu.auth0.com',
    clientId: CLIENT,
    clientSecret: SECRET,
    now: () => NOW,
    ...options,
  });
};
const good = {
  grant_type: 'client_credentials',
  client_id: CLIENT,
  client_secret: SECRET,
  audience: AUDIENCE,
};

async function exchange(body: Record<string, unknown>, form = false) {
  const response = await fetch(`${auth0.baseUrl}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' },
    body: form ? new URLSearchParams(body as Record<string, string>) : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function readLogs(token: unknown) {
  const response = await fetch(`${auth0.baseUrl}/api/v2/logs?from=9&take=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: await response.json() };
}

describe('the token endpoint, by client secret', () => {
  it.each([false, true])('gives a token that reads logs (form body: %s)', async form => {
    await start();
    const { status, body } = await exchange(good, form);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 86_400, scope: 'read:logs' });
    expect((await readLogs(body['access_token'])).status).toBe(200);
    expect(auth0.requests).toMatchObject({ token: 1, pages: 1, refused: 0 });
  });

  it.each([
    ['a wrong secret', { client_secret: 'other' }, 401, 'access_denied'],
    ['no secret', { client_secret: undefined }, 401, 'access_denied'],
    ['an unknown client', { client_id: 'other' }, 401, 'access_denied'],
    ['the audience without its slash', { audience: AUDIENCE.slice(0, -1) }, 403, 'access_denied'],
    [
      'the audience of a custom domain',
      { audience: 'https://login.example.com/api/v2/' },
      403,
      'access_denied',
    ],
    ['no audience', { audience: undefined }, 403, 'access_denied'],
    ['another grant', { grant_type: 'password' }, 403, 'unsupported_grant_type'],
    ['a parameter that is no string', { client_id: 5 }, 400, 'invalid_request'],
    ['an assertion though it has no key', { client_assertion: 'a.b.c' }, 400, 'invalid_request'],
  ])('refuses %s', async (_, change, status, error) => {
    await start({ customDomain: 'login.example.com' });
    expect(await exchange({ ...good, ...change })).toMatchObject({ status, body: { error } });
    expect(auth0.requests).toMatchObject({ token: 1, refused: 1 });
  });

  it('refuses a body of another content type, and one that is no JSON', async () => {
    await start();
    const post = (type: string, body: string) =>
      fetch(`${auth0.baseUrl}/oauth/token`, { method: 'POST', headers: { 'content-type': type }, body });
    expect((await post('text/plain', JSON.stringify(good))).status).toBe(400);
    expect((await post('application/json', '{"grant_type":')).status).toBe(400);
    expect((await post('application/json', '[]')).status).toBe(400);
  });

  it('takes only the new secret after a rotation, while older tokens stay good', async () => {
    await start();
    const { body } = await exchange(good);
    auth0.setClientSecret('rotated');
    expect((await exchange(good)).status).toBe(401);
    expect((await exchange({ ...good, client_secret: 'rotated' })).status).toBe(200);
    expect((await readLogs(body['access_token'])).status).toBe(200);
  });

  it('lets a token expire to the millisecond', async () => {
    let now = NOW;
    await start({ now: () => now, tokenLifetimeSeconds: 60 });
    const { body } = await exchange(good);
    expect(body['expires_in']).toBe(60);
    now = NOW + 59_999;
    expect((await readLogs(body['access_token'])).status).toBe(200);
    now = NOW + 60_000;
    expect(await readLogs(body['access_token'])).toMatchObject({
      status: 401,
      body: { statusCode: 401, error: 'Unauthorized', message: expect.stringContaining('Expired') },
    });
  });

  it('revokes every token given out so far, and no later one', async () => {
    await start();
    const first = await exchange(good);
    auth0.revokeTokens();
    expect((await readLogs(first.body['access_token'])).status).toBe(401);
    const second = await exchange(good);
    expect((await readLogs(second.body['access_token'])).status).toBe(200);
  });

  it('answers 403 insufficient_scope on logs when the grant lacks read:logs', async () => {
    await start({ grantedScope: 'read:users read:logs_users' });
    const { body } = await exchange(good);
    expect(body['scope']).toBe('read:users read:logs_users');
    expect(await readLogs(body['access_token'])).toMatchObject({
      status: 403,
      body: { statusCode: 403, error: 'Forbidden', errorCode: 'insufficient_scope' },
    });
  });

  it('writes a seccft log for every token given out, and none for a refusal, when told to', async () => {
    await start({ writeTokenLogs: true });
    await exchange({ ...good, client_secret: 'wrong' });
    await exchange(good);
    const { body } = await exchange(good);
    expect(auth0.tenant.ids().size).toBe(2);
    const page = await readLogs(body['access_token']);
    expect(page.body).toMatchObject([
      { type: 'seccft', client_id: CLIENT, date: '2026-03-01T10:00:00.000Z' },
    ]);
  });

  it('will not start when no client could ever be let in', async () => {
    await start();
    const options = { domain: 'demo.eu.auth0.com', clientId: CLIENT };
    await expect(startAuth0(options)).rejects.toThrow(/neither clientSecret nor publicKey/);
    await expect(startAuth0({ ...options, publicKey: 'no key' })).rejects.toThrow();
  });
});

describe('the token endpoint, by private_key_jwt', () => {
  interface Making {
    alg?: string;
    key?: KeyObject;
    claims?: Record<string, unknown>;
  }
  const nowSeconds = NOW / 1000;
  const assertion = ({ alg = 'RS256', key = rsa.privateKey, claims = {} }: Making = {}) =>
    new SignJWT({
      iss: CLIENT,
      sub: CLIENT,
      aud: 'https://demo.eu.auth0.com/',
      iat: nowSeconds,
      exp: nowSeconds + 60,
      jti: randomUUID(),
      ...claims,
    })
      .setProtectedHeader({ alg })
      .sign(key);
  const bodyOf = (jwt: string) => ({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: jwt,
    audience: AUDIENCE,
  });

  it.each(['RS256', 'RS384', 'PS256'])('takes an assertion signed with %s', async alg => {
    await start({ clientSecret: undefined, publicKey: pem });
    const { status, body } = await exchange(bodyOf(await assertion({ alg })));
    expect(status).toBe(200);
    expect((await readLogs(body['access_token'])).status).toBe(200);
  });

  it('takes the custom domain as aud when the tenant has one', async () => {
    await start({ publicKey: pem, customDomain: 'login.example.com' });
    const jwt = await assertion({ claims: { aud: 'https://login.example.com/' } });
    expect((await exchange(bodyOf(jwt), true)).status).toBe(200);
  });

  it('takes an assertion that lasts exactly five minutes', async () => {
    await start({ publicKey: pem });
    expect((await exchange(bodyOf(await assertion({ claims: { exp: nowSeconds + 300 } })))).status).toBe(200);
  });

  it.each([undefined, nowSeconds + 10, nowSeconds - 240])('takes an assertion issued at %s', async iat => {
    await start({ publicKey: pem });
    expect((await exchange(bodyOf(await assertion({ claims: { iat } })))).status).toBe(200);
  });

  it.each<[string, Making, RegExp]>([
    ['another algorithm', { alg: 'RS512' }, /alg RS512/],
    ['another key', { key: otherRsa.privateKey }, /signature/],
    ['another issuer', { claims: { iss: 'other' } }, /iss/],
    ['another subject', { claims: { sub: 'other' } }, /sub/],
    ['an aud without its slash', { claims: { aud: 'https://demo.eu.auth0.com' } }, /aud/],
    ['the API as aud', { claims: { aud: AUDIENCE } }, /aud/],
    ['a list as aud', { claims: { aud: ['https://demo.eu.auth0.com/'] } }, /aud/],
    ['an expiry that is past', { claims: { exp: nowSeconds } }, /exp is past/],
    ['an expiry over five minutes ahead', { claims: { exp: nowSeconds + 301 } }, /300 seconds/],
    ['no expiry', { claims: { exp: undefined } }, /exp is not a number/],
    ['an issue over ten seconds ahead', { claims: { iat: nowSeconds + 11 } }, /iat is more than 10 seconds/],
    ['an issue that is no number', { claims: { iat: String(nowSeconds) } }, /iat is not a number/],
    [
      'a life over five minutes',
      { claims: { iat: nowSeconds - 241 } },
      /exp is more than 300 seconds after iat/,
    ],
    ['no jti', { claims: { jti: undefined } }, /jti is missing/],
  ])('refuses %s', async (_, making, problem) => {
    await start({ publicKey: pem });
    expect(await exchange(bodyOf(await assertion(making)))).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_description: expect.stringMatching(problem) },
    });
  });

  it('refuses the same assertion twice', async () => {
    await start({ publicKey: pem });
    const jwt = await assertion();
    expect((await exchange(bodyOf(jwt))).status).toBe(200);
    expect(await exchange(bodyOf(jwt))).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('refuses claims changed after signing, and what is no JWT', async () => {
    await start({ publicKey: pem });
    const [head, , signature] = (await assertion()).split('.');
    const [, claims] = (await assertion()).split('.');
    for (const jwt of [`${head}.${claims}.${signature}`, `${head}.${claims}.`, 'not-a-jwt', '']) {
      expect(await exchange(bodyOf(jwt))).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    }
  });

  it('refuses another assertion type, another client id, and a client without a key', async () => {
    await start({ publicKey: pem });
    const jwt = await assertion();
    const wrongType = { ...bodyOf(jwt), client_assertion_type: 'jwt-bearer' };
    expect(await exchange(wrongType)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect((await exchange({ ...bodyOf(jwt), client_id: 'other' })).status).toBe(401);
    await auth0.close();
    await start();
    expect(await exchange(bodyOf(jwt))).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });
});
