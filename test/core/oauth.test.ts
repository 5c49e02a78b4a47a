import { expect, test } from 'vitest';
import { type Grant, readGrant, tokenCache } from '../../lambda/core/oauth.ts';
import { Secret } from '../../lambda/core/secret.ts';
import { handClock } from '../edges/server.ts';

const HOUR_MS = 3_600_000;
const token = (value: string, lifetimeMs = HOUR_MS): Grant => ({
  kind: 'token',
  token: new Secret(value),
  lifetimeMs,
});
const fault = (verdict: 'unavailable' | 'denied'): Grant => ({
  kind: 'fault',
  fault: { verdict, message: verdict },
});

/** A cache over a list of grants, one an exchange. */
function cacheOf(...grants: Grant[]) {
  const clock = handClock(0);
  let asked = 0;
  const cache = tokenCache(clock, async () => grants[asked++] ?? fault('unavailable'));
  const get = async () => {
    const answer = await cache.get(1000);
    return answer.kind === 'token' ? answer.token.reveal() : answer.fault.verdict;
  };
  return { clock, cache, get, asked: () => asked };
}

test('a token is kept until five minutes before it expires', async () => {
  const { clock, get, asked } = cacheOf(token('one'), token('two'));
  expect(await get()).toBe('one');
  clock.move(HOUR_MS - 300_001);
  expect([await get(), asked()]).toEqual(['one', 1]);
  clock.move(1);
  expect([await get(), asked()]).toEqual(['two', 2]);
});

test('a short-lived token is renewed a tenth of its life before it expires', async () => {
  const { clock, get } = cacheOf(token('one', 60_000), token('two'));
  await get();
  clock.move(53_999);
  expect(await get()).toBe('one');
  clock.move(1);
  expect(await get()).toBe('two');
});

test('callers at the same time share one exchange', async () => {
  const { get, asked } = cacheOf(token('one'));
  expect(await Promise.all([get(), get(), get()])).toEqual(['one', 'one', 'one']);
  expect(asked()).toBe(1);
});

test('a dropped token is asked for anew', async () => {
  const { cache, get } = cacheOf(token('one'), token('two'));
  await get();
  cache.drop();
  expect(await get()).toBe('two');
});

test('an exchange that was under way when the token was dropped is not kept, however late it ends', async () => {
  const ends: ((grant: Grant) => void)[] = [];
  const cache = tokenCache(handClock(0), () => new Promise(resolve => ends.push(resolve)));
  const early = cache.get(1000);
  cache.drop();
  const late = cache.get(1000);
  ends[1]?.(token('new'));
  await late;
  ends[0]?.(token('old'));
  await early;
  const kept = await cache.get(1000);
  expect(kept.kind === 'token' && kept.token.reveal()).toBe('new');
  expect(ends).toHaveLength(2);
});

test('when renewing gets no answer, the old token serves until it expires', async () => {
  const { clock, get } = cacheOf(token('old'), fault('unavailable'), fault('unavailable'), token('new'));
  await get();
  clock.move(HOUR_MS - 1000);
  expect(await get()).toBe('old');
  clock.move(1000);
  expect(await get()).toBe('unavailable');
  expect(await get()).toBe('new');
});

test('a refused renewal is told at once', async () => {
  const { clock, get } = cacheOf(token('old'), fault('denied'));
  await get();
  clock.move(HOUR_MS - 1000);
  expect(await get()).toBe('denied');
});

test('after a bug in the exchange, the next call tries again', async () => {
  let asked = 0;
  const cache = tokenCache(handClock(0), async () => {
    if (asked++ === 0) throw new Error('bug');
    return token('one');
  });
  await expect(cache.get(1)).rejects.toThrow('bug');
  expect((await cache.get(1)).kind).toBe('token');
});

const throttled = (retryAfterMs: number): Grant => ({
  kind: 'fault',
  fault: { verdict: 'throttled', message: 'quota', retryAfterMs },
});

test('while the vendor wishes to be left alone, nothing is asked, and the rest of that time is told', async () => {
  const { clock, cache, asked } = cacheOf(throttled(3_600_000), token('one'));
  expect(await cache.get(1)).toMatchObject({ fault: { verdict: 'throttled', retryAfterMs: 3_600_000 } });
  clock.move(3_599_999);
  expect(await cache.get(1)).toEqual({
    kind: 'fault',
    fault: { verdict: 'throttled', message: 'quota', retryAfterMs: 1 },
  });
  expect(asked()).toBe(1);
  clock.move(1);
  expect([(await cache.get(1)).kind, asked()]).toEqual(['token', 2]);
});

test('meanwhile the old token serves, as long as it lives', async () => {
  const { clock, get, asked } = cacheOf(token('old'), throttled(600_000), token('new'));
  await get();
  clock.move(HOUR_MS - 300_000);
  for (let n = 0; n < 3; n++) expect(await get()).toBe('old');
  clock.move(300_000);
  expect([await get(), asked()]).toEqual(['throttled', 2]);
  clock.move(300_000);
  expect(await get()).toBe('new');
});

test('a refusal is asked about again at once, and so is everything after a drop', async () => {
  const denied: Grant = { kind: 'fault', fault: { verdict: 'denied', message: 'no', retryAfterMs: 60_000 } };
  const { cache, get } = cacheOf(denied, throttled(60_000), token('one'));
  expect([await get(), await get()]).toEqual(['denied', 'throttled']);
  cache.drop();
  expect(await get()).toBe('one');
});

test.each([200, 400, 403, 429, 503])('what a %i asks to wait is passed on', status => {
  const grant = read(status, {}, 3_600_000);
  expect(grant.kind === 'fault' && grant.fault.retryAfterMs).toBe(3_600_000);
});

const read = (status: number, body: unknown, retryAfterMs?: number, secrets: string[] = []) =>
  readGrant(
    { status, text: typeof body === 'string' ? body : JSON.stringify(body), retryAfterMs },
    'Entra',
    () => 'do this',
    secrets,
  );

test('a granted token comes with its lifetime, and prints as nothing', () => {
  const grant = read(200, { access_token: 'abc', expires_in: 86_400 });
  expect(grant).toMatchObject({ kind: 'token', lifetimeMs: 86_400_000 });
  expect(JSON.stringify(grant)).not.toContain('abc');
});

test.each([undefined, 'x', -1, 0, null])(
  'with expires_in %j a token is kept for five minutes',
  expires_in => {
    expect(read(200, { access_token: 'abc', expires_in })).toMatchObject({ lifetimeMs: 300_000 });
  },
);

test.each([
  ['a web page', '<html>sign in</html>'],
  ['nothing', ''],
  ['an empty token', { access_token: '' }],
  ['a token that no header can carry', { access_token: 'a\nb' }],
  ['an array', []],
])('200 with %s is no token and no refusal', (_what, body) => {
  expect(read(200, body)).toMatchObject({ kind: 'fault', fault: { verdict: 'unavailable', status: 200 } });
});

test.each([
  [400, 'invalid_client', 'denied'],
  [401, 'invalid_client', 'denied'],
  [403, 'access_denied', 'denied'],
  [302, undefined, 'denied'],
  [400, 'temporarily_unavailable', 'unavailable'],
  [429, 'too_many_requests', 'throttled'],
  [503, undefined, 'unavailable'],
] as const)('%i %s is %s', (status, error, verdict) => {
  const grant = read(status, { error, error_description: 'Because.' });
  expect(grant).toMatchObject({ kind: 'fault', fault: { verdict, status } });
  const message = grant.kind === 'fault' ? grant.fault.message : '';
  expect(message).toContain('Because.');
  expect(message.includes('do this')).toBe(verdict !== 'unavailable');
});

test('the wish to be left alone is passed on', () => {
  expect(read(429, '', 7000)).toMatchObject({ fault: { retryAfterMs: 7000 } });
});

test('a vendor that repeats the secret does not get it told', () => {
  const body = { error: 'no s3cret', error_description: "client_secret=s3cret%2Bx is not 's3cret+x'" };
  expect(read(401, body, undefined, ['s3cret+x', 's3cret'])).toMatchObject({
    fault: {
      code: 'no [removed]',
      message:
        "Entra rejected the token request (401 no [removed]: client_secret=[removed] is not '[removed]'); do this",
    },
  });
});
