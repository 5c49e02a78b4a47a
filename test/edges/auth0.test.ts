import { expect, test, vi } from 'vitest';
import { auth0Logs } from '../../lambda/edges/auth0.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
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
import { config, giving, ID, LIMIT_MS, NOW, RATE, RATE_READ, refusing, tenant } from './tenant.ts';

const fetch = httpClient();

test('what goes over the wire for a page is from and take, and nothing else', async () => {
  const { source, calls } = await tenant(giving([]));
  await source.page(ID, LIMIT_MS);
  expect(calls()).toHaveLength(1);
  expect(calls()[0]).toMatchObject({ method: 'GET', path: '/api/v2/logs' });
  expect(calls()[0]?.query.toString()).toBe(`from=${ID}&take=100`);
  expect(calls()[0]?.headers.authorization).toBe('Bearer token-1');
});

test('the package adds no telemetry and no cookie to a request', async () => {
  const { source, calls } = await tenant(giving([]));
  await source.page(ID, LIMIT_MS);
  const names = Object.keys(calls()[0]?.headers ?? {}).filter(name => !/^(accept|sec-fetch)/.test(name));
  expect(names.sort()).toEqual(['authorization', 'connection', 'host', 'user-agent']);
});

test('a page holds whatever the array held, the next log id and the rate limit', async () => {
  const logs = [{ log_id: ID, type: 's' }, null, 'text', { log_id: 5 }];
  const link = `<https://acme.eu.auth0.com/api/v2/logs?from=${ID}&take=100>; rel="next"`;
  const { source } = await tenant(giving(logs, { ...RATE, link }));
  expect(await source.page('1', LIMIT_MS)).toEqual({
    kind: 'page',
    logs,
    nextLogId: ID,
    rateLimit: RATE_READ,
  });
});

test('an empty array is an empty page', async () => {
  const { source } = await tenant(giving([]));
  expect(await source.page(ID, LIMIT_MS)).toEqual({ kind: 'page', logs: [] });
});

test.each([
  ['no Link', {}],
  ['a Link to another page', { link: `<https://x/api/v2/logs?from=${ID}>; rel="prev"` }],
  ['a Link without an id', { link: '<https://x/api/v2/logs?take=100>; rel="next"' }],
  ['a Link that is no address', { link: '<%%%>; rel=next' }],
])('with %s the next log id is unknown', async (_what, headers) => {
  const { source } = await tenant(giving([{}], headers));
  expect(await source.page('1', LIMIT_MS)).toEqual({ kind: 'page', logs: [{}] });
});

test('the next link is found behind another one', async () => {
  const link = `<https://x/?from=1>; rel="prev", <https://x/?take=100&from=${ID}>; rel=next`;
  const { source } = await tenant(giving([{}], { link }));
  expect(await source.page('1', LIMIT_MS)).toMatchObject({ nextLogId: ID });
});

test('half a rate limit is none', async () => {
  const { source } = await tenant(giving([], { 'x-ratelimit-limit': '10', 'x-ratelimit-reset': 'soon' }));
  expect(await source.page(ID, LIMIT_MS)).not.toHaveProperty('rateLimit');
});

test('the token is had once for many pages', async () => {
  const { source, exchanges, calls } = await tenant(giving([]));
  for (let i = 0; i < 3; i++) await source.page(ID, LIMIT_MS);
  expect([exchanges(), calls().length]).toEqual([1, 3]);
});

test.each<[string, Answerer]>([
  ['a web page', (_t, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>sign in</html>')],
  ['an object of logs', giving({ logs: [], total: 0 })],
  ['null', giving(null)],
  ['nothing', (_t, r) => r.writeHead(200).end()],
  ['an array, but as 203', (_t, r) => json(r, 203, [])],
  ['half a JSON array', (_t, r) => r.writeHead(200).end('[{"a":1},')],
])('%s is unavailable and never an empty page', async (_what, answer) => {
  const { source } = await tenant(answer);
  const got = await source.page(ID, LIMIT_MS);
  expect(got).toMatchObject({ kind: 'fault', fault: { verdict: 'unavailable' } });
  expect(got.kind === 'fault' && got.fault.message).toContain('without a JSON array');
});

test('a refused token is dropped with its secret, and the page asked for once more', async () => {
  const { source, calls, exchanges, secrets } = await tenant((one, response) =>
    one.headers.authorization === 'Bearer token-2'
      ? json(response, 200, [{ log_id: ID }])
      : json(response, 401, { statusCode: 401, message: 'Expired token' }),
  );
  expect(await source.page(ID, LIMIT_MS)).toMatchObject({ kind: 'page' });
  expect([calls().length, exchanges(), secrets.reads, secrets.forgotten]).toEqual([2, 2, 2, 1]);
  await source.page(ID, LIMIT_MS);
  expect([calls().length, exchanges()]).toEqual([3, 2]);
});

test('a token refused twice is denied', async () => {
  const { source, calls } = await tenant(refusing(401, 'invalid_token', 'Invalid token'));
  const got = await source.page(ID, LIMIT_MS);
  expect(got).toMatchObject({
    kind: 'fault',
    fault: { verdict: 'denied', status: 401, code: 'invalid_token' },
  });
  expect(got.kind === 'fault' && got.fault.message).toContain('acme.eu.auth0.com');
  expect(calls()).toHaveLength(2);
});

test('a missing scope is denied with the sentence that mends it', async () => {
  const { source } = await tenant(refusing(403, 'insufficient_scope', 'Insufficient scope', RATE));
  const got = await source.page(ID, LIMIT_MS);
  expect(got).toMatchObject({ fault: { verdict: 'denied', status: 403 }, rateLimit: RATE_READ });
  expect(got.kind === 'fault' && got.fault.message).toContain('grant the scope read:logs to the application');
});

test('credentials that the token endpoint refuses are read anew once, then denied', async () => {
  const { url, taken } = await serve((_taken, response) => json(response, 401, { error: 'access_denied' }));
  const secrets = heldSecrets({ clientId: 'c', clientSecret: 's' });
  const source = auth0Logs({ config, secrets, clock: handClock(NOW), fetch, baseUrl: url });
  const got = await source.page(ID, LIMIT_MS);
  expect(got).toMatchObject({ fault: { verdict: 'denied', status: 401 } });
  expect(taken.map(one => one.path)).toEqual(['/oauth/token', '/oauth/token']);
  expect(secrets.forgotten).toBeGreaterThan(0);
});

test('a rotated secret is found within the same call', async () => {
  const { url } = await serve((one, response) => {
    if (one.path !== '/oauth/token') return json(response, 200, []);
    const right = one.body.toString().includes('client_secret=new');
    json(response, right ? 200 : 401, right ? { access_token: 't', expires_in: 60 } : { error: 'x' });
    secrets.hold({ clientId: 'c', clientSecret: 'new' });
  });
  const secrets = heldSecrets({ clientId: 'c', clientSecret: 'old' });
  const source = auth0Logs({ config, secrets, clock: handClock(NOW), fetch, baseUrl: url });
  expect(await source.page(ID, LIMIT_MS)).toEqual({ kind: 'page', logs: [] });
});

test.each([
  ['Retry-After', { ...RATE, 'retry-after': '7' }, 7000],
  ['only the rate limit’s reset', RATE, 3000],
  ['neither', {}, undefined],
])('a 429 with %s is throttled, and not retried here', async (_what, headers, retryAfterMs) => {
  const { source, calls } = await tenant(refusing(429, 'too_many_requests', 'Too many', headers));
  const got = await source.page(ID, LIMIT_MS);
  expect(got).toMatchObject({ fault: { verdict: 'throttled', status: 429, code: 'too_many_requests' } });
  expect(got.kind === 'fault' && got.fault.retryAfterMs).toBe(retryAfterMs);
  expect(got.kind === 'fault' && got.rateLimit).toEqual(
    'x-ratelimit-limit' in headers ? RATE_READ : undefined,
  );
  expect(calls()).toHaveLength(1);
});

test.each([
  ['Retry-After', { ...RATE, 'retry-after': '7' }, 7000],
  ['only the rate limit’s reset, which every answer has', RATE, undefined],
])('a 403 with %s is denied, with what it asks to wait', async (_what, headers, retryAfterMs) => {
  const { source } = await tenant(refusing(403, 'blocked', 'No', headers));
  const got = await source.page(ID, LIMIT_MS);
  expect(got).toMatchObject({ fault: { verdict: 'denied', status: 403 }, rateLimit: RATE_READ });
  expect(got.kind === 'fault' && got.fault.retryAfterMs).toBe(retryAfterMs);
});

test('a 429 whose body is broken JSON is still throttled', async () => {
  const { source } = await tenant((_taken, response) => {
    response.writeHead(429, { 'content-type': 'application/json', ...RATE }).end('{"statusCode":');
  });
  expect(await source.page(ID, LIMIT_MS)).toMatchObject({
    fault: { verdict: 'throttled', retryAfterMs: 3000 },
    rateLimit: RATE_READ,
  });
});

test.each([500, 502, 503, 408])('a %i is unavailable, and not retried here', async status => {
  const { source, calls } = await tenant((_taken, response) => response.writeHead(status).end('<html>oops'));
  expect(await source.page(ID, LIMIT_MS)).toMatchObject({ fault: { verdict: 'unavailable', status } });
  expect(calls()).toHaveLength(1);
});

test.each([
  [400, 'invalid_query_string', 'set the checkpoint or auth0.startFrom to a log of this tenant'],
  [404, 'not_found', 'auth0.customDomain'],
  [402, 'tenant_suspended', 'auth0.domain'],
])('a %i is denied: repeating does not mend it', async (status, code, said) => {
  const { source, calls } = await tenant(refusing(status, code, 'No'));
  const got = await source.page(ID, LIMIT_MS);
  expect(got).toMatchObject({ fault: { verdict: 'denied', status, code } });
  expect(got.kind === 'fault' && got.fault.message).toContain(said);
  expect(calls()).toHaveLength(1);
});

test('a redirect is denied and not followed: the token stays here', async () => {
  const { source, calls } = await tenant((_taken, response) =>
    response.writeHead(302, { location: '/elsewhere' }).end(),
  );
  expect(await source.page(ID, LIMIT_MS)).toMatchObject({ fault: { verdict: 'denied', status: 302 } });
  expect(calls()).toHaveLength(1);
});

test.each<[string, Answerer, unknown, number]>([
  ['headers that never come', () => undefined, 'TIMEOUT', 300],
  ['a body that stalls', (_taken, response) => stallBody(response), 'TIMEOUT', 300],
  ['a body that is cut', (_taken, response) => cutBody(response), CUT, LIMIT_MS],
  ['a cut connection', (_taken, response) => response.destroy(), CUT, LIMIT_MS],
])('%s: unavailable with code', async (_what, answer, code, limitMs) => {
  const { source } = await tenant(answer);
  expect(await source.page(ID, limitMs)).toMatchObject({
    kind: 'fault',
    fault: { verdict: 'unavailable', code },
  });
});

test('a host that nobody listens at is unavailable', async () => {
  const secrets = heldSecrets({ clientId: 'c', clientSecret: 's' });
  const source = auth0Logs({ config, secrets, clock: handClock(NOW), fetch, baseUrl: await deadUrl() });
  expect(await source.page(ID, LIMIT_MS)).toMatchObject({
    fault: { verdict: 'unavailable', code: 'ECONNREFUSED' },
  });
});

test('a secret that never comes ends with the call’s time', async () => {
  const secrets = { read: () => new Promise<never>(() => undefined), forget: () => undefined };
  const source = auth0Logs({ config, secrets, clock: handClock(NOW), fetch, baseUrl: await deadUrl() });
  expect(await source.page(ID, 50)).toMatchObject({ fault: { verdict: 'unavailable', code: 'TIMEOUT' } });
});

test('pages come from the custom domain, else from the tenant', async () => {
  const called: string[] = [];
  const secrets = heldSecrets({ clientId: 'c', clientSecret: 's' });
  const record = async (input: string | URL | Request) => {
    called.push(String(input));
    return Response.json(String(input).endsWith('/token') ? { access_token: 't', expires_in: 60 } : []);
  };
  const options = { secrets, clock: handClock(NOW), fetch: record };
  await auth0Logs({ ...options, config }).page('1', LIMIT_MS);
  await auth0Logs({ ...options, config: { ...config, customDomain: 'login.acme.com' } }).page('1', LIMIT_MS);
  expect(called.filter(url => !url.endsWith('/token'))).toEqual([
    'https://acme.eu.auth0.com/api/v2/logs?from=1&take=100',
    'https://login.acme.com/api/v2/logs?from=1&take=100',
  ]);
});

test('no fault quotes the token or the secret', async () => {
  const { source } = await tenant((one, response) =>
    json(response, 400, { message: `bad ${one.headers.authorization} eyJhbGciOi.x.y` }),
  );
  const got = await source.page(ID, LIMIT_MS);
  expect(JSON.stringify(got)).not.toMatch(/token-1|eyJ|the-client-secret/);
});

test('a connection that fails leaves no timer behind to keep the process waiting', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const secrets = heldSecrets({ clientId: 'c', clientSecret: 's' });
    const failing = async (input: string | URL | Request) => {
      if (String(input).endsWith('/token')) return Response.json({ access_token: 't', expires_in: 60 });
      throw new TypeError('failed', { cause: Object.assign(new Error('gone'), { code: 'ENOTFOUND' }) });
    };
    const source = auth0Logs({ config, secrets, clock: handClock(NOW), fetch: failing });
    expect(await source.page(ID, LIMIT_MS)).toMatchObject({ fault: { code: 'ENOTFOUND' } });
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
