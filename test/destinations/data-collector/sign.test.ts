import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSharedKey, rfc1123, signSharedKey } from '../../../lambda/destinations/data-collector/sign.ts';

// A public test constant, no workspace's key.
const KEY = 'SERsIYhgMVlJB6uPsq49gCxNiruf6v0vhMYE+lfzbSGcXjdViZdV/e5pEMTYtw9f8SkVLf4LFlLCc2KxtRZfCA==';
const WORKSPACE = '01234567-89ab-cdef-0123-456789abcdef';

test('the signature is the one that two other implementations agree on', () => {
  const date = 'Mon, 04 Apr 2016 08:00:00 GMT';
  expect(signSharedKey({ workspaceId: WORKSPACE, sharedKey: KEY, contentLengthBytes: 1024, date })).toBe(
    `SharedKey ${WORKSPACE}:9WOOz5W3lYV8+wcm1hn0Z+Qbwms0CpeReXxZI4uyNik=`,
  );
});

test('the length, the date and the key are all part of the signature', () => {
  const input = { workspaceId: WORKSPACE, sharedKey: KEY, contentLengthBytes: 10, date: rfc1123(0) };
  const signatures = [
    input,
    { ...input, contentLengthBytes: 11 },
    { ...input, date: rfc1123(1000) },
    { ...input, sharedKey: Buffer.from('another key').toString('base64') },
  ].map(signSharedKey);
  expect(new Set(signatures).size).toBe(4);
});

test('the key is decoded before it signs', () => {
  const signed = 'POST\n2\napplication/json\nx-ms-date:Thu, 01 Jan 1970 00:00:00 GMT\n/api/logs';
  const byHand = createHmac('sha256', Buffer.from([1, 2, 3, 250]))
    .update(signed)
    .digest('base64');
  const sharedKey = Buffer.from([1, 2, 3, 250]).toString('base64');
  const header = signSharedKey({ workspaceId: 'w', sharedKey, contentLengthBytes: 2, date: rfc1123(0) });
  expect(header).toBe(`SharedKey w:${byHand}`);
});

test('a key that is no base64 gives a wrong signature and no exception', () => {
  const header = signSharedKey({
    workspaceId: 'w',
    sharedKey: '***',
    contentLengthBytes: 2,
    date: rfc1123(0),
  });
  expect(header).toMatch(/^SharedKey w:[A-Za-z0-9+/]{43}=$/);
});

test.each([
  [KEY, true],
  ['YWJj', true],
  ['', false],
  [KEY.slice(0, -1), false],
  [`${KEY}\n`, false],
  ['not base64!!', false],
  ['====', false],
])('%j is a shared key: %s', (text, expected) => {
  expect(isSharedKey(text)).toBe(expected);
});

test('a date is written in English and in GMT, with two digits for the day', () => {
  expect(rfc1123(Date.UTC(2016, 3, 4, 8, 0, 0, 999))).toBe('Mon, 04 Apr 2016 08:00:00 GMT');
});
