import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cleanMessage,
  faultVerdict,
  jsonObject,
  networkFailure,
  readText,
  retryAfterMs,
  withinLimit,
  withTimeLimit,
} from '../../lambda/core/http.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');

test.each([
  ['120', 120_000],
  ['0', 0],
  ['1.5', 1500],
  ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['999999999', 3_600_000],
  ['soon', undefined],
  ['-5', undefined],
  ['', undefined],
  [null, undefined],
])('Retry-After %j is %s ms', (header, expected) => {
  expect(retryAfterMs(header, NOW)).toBe(expected);
});

test.each([
  'Authorization: Bearer abc.def.ghi',
  'SharedKey 0123:9WOOz5W3lYV8+wcm1hn0Z+Qbwms0CpeReXxZI4uyNik=',
  'token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln is bad',
  `key ${'aB3+'.repeat(22)}`,
])('nothing like a credential is left of %j', text => {
  const clean = cleanMessage(text);
  expect(clean).toContain('[removed]');
  expect(clean).not.toMatch(/abc\.def|9WOO|eyJ|aB3/);
});

test('a clean message is one line of at most 300 characters, whatever it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), text => {
      const clean = cleanMessage(text);
      expect(clean.length).toBeLessThanOrEqual(300);
      expect(clean).not.toMatch(/[\r\n\t]/);
    }),
  );
  expect(cleanMessage('word '.repeat(200))).toHaveLength(300);
});

test('a GUID stays in a message, since support asks for it', () => {
  const text = 'Trace ID: 01234567-89ab-cdef-0123-456789abcdef';
  expect(cleanMessage(text)).toBe(text);
});

test('the cause of a failure is found below the errors that wrap it', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  const wrapped = new Error('outer', { cause: new TypeError('failed', { cause: refused }) });
  expect(networkFailure(wrapped)).toEqual({
    code: 'ECONNREFUSED',
    message: 'connect ECONNREFUSED 127.0.0.1:1',
  });
  expect(networkFailure(new DOMException('x', 'TimeoutError')).code).toBe('TIMEOUT');
});

test('an error without a code is named but not quoted: it may hold a token', () => {
  const failure = networkFailure(new TypeError('"Bearer tok" is an invalid header value'));
  expect(failure).toEqual({ code: 'NETWORK', message: 'no connection (TypeError)' });
  expect(networkFailure('a string').code).toBe('NETWORK');
});

test('work that is done in time is not disturbed by its limit', async () => {
  const within = <T>(work: Promise<T>) => withTimeLimit(60_000, limit => withinLimit(work, limit));
  expect(await within(Promise.resolve('done'))).toBe('done');
  await expect(within(Promise.reject(new Error('own')))).rejects.toThrow('own');
});

test('a limit ends with its work', async () => {
  const limit = await withTimeLimit(0, async limit => limit);
  await new Promise(resolve => setTimeout(resolve, 5));
  expect(limit.aborted).toBe(false);
});

test('work that never ends is given up at its limit', async () => {
  const forEver = withTimeLimit(-5, limit => withinLimit(new Promise(() => undefined), limit));
  await expect(forEver).rejects.toMatchObject({ name: 'TimeoutError' });
  await expect(withinLimit(new Promise(() => undefined), AbortSignal.abort())).rejects.toBeDefined();
});

test('a body is read as text up to 64 KiB and no further', async () => {
  expect(await readText(new Response('größer'))).toBe('größer');
  expect(await readText(new Response(null))).toBe('');
  expect(await readText(new Response('x'.repeat(1_000_000)))).toHaveLength(65_536);
});

test('only a JSON object counts as one', () => {
  expect(jsonObject('{"a":1}')).toEqual({ a: 1 });
  for (const text of ['', '[1]', 'null', '"a"', '{']) expect(jsonObject(text)).toBeUndefined();
});

test.each([
  [429, 'throttled'],
  [408, 'unavailable'],
  [500, 'unavailable'],
  [503, 'unavailable'],
  [302, 'denied'],
  [400, 'denied'],
  [404, 'denied'],
] as const)('status %i means %s', (status, verdict) => {
  expect(faultVerdict(status)).toBe(verdict);
});
