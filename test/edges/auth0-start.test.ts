import { expect, test } from 'vitest';
import { giving, ID, LIMIT_MS, NOW, RATE, refusing, tenant } from './tenant.ts';

const newest = { log_id: ID, date: '2026-03-01T11:58:57.000Z' };
const synthetic = (prefix: string, second: string) => `${prefix}${second}${'0'.repeat(39)}`;

test('the newest log is looked for in search mode, one log, by date', async () => {
  const { source, calls } = await tenant(giving([newest]));
  await source.start({ kind: 'now' }, NOW, LIMIT_MS);
  expect(Object.fromEntries(calls()[0]?.query ?? [])).toEqual({
    page: '0',
    per_page: '1',
    sort: 'date:-1',
    include_totals: 'false',
  });
});

test('starting now is starting after the newest log, with its date', async () => {
  const { source } = await tenant(giving([newest]));
  expect(await source.start({ kind: 'now' }, NOW, LIMIT_MS)).toEqual({
    kind: 'start',
    checkpoint: { logId: ID, logDateMs: Date.parse(newest.date) },
  });
});

test('starting at a log id asks nobody', async () => {
  const { source, calls, exchanges } = await tenant(giving([newest]));
  const started = await source.start({ kind: 'log', logId: ID }, NOW, LIMIT_MS);
  expect(started).toEqual({ kind: 'start', checkpoint: { logId: ID } });
  expect([calls().length, exchanges()]).toEqual([0, 0]);
});

test.each([
  ['900', ID],
  ['800', ID.replace('900', '800')],
])('dates and the oldest log become positions with the tenant’s prefix %s', async (prefix, logId) => {
  const { source } = await tenant(giving([{ ...newest, log_id: logId }]));
  const date = { kind: 'date', dateMs: Date.parse('2026-02-27T08:09:10.500Z') } as const;
  expect(await source.start(date, NOW, LIMIT_MS)).toEqual({
    kind: 'start',
    checkpoint: { logId: synthetic(prefix, '20260227080910') },
  });
  // Retention of five days and one to spare.
  expect(await source.start({ kind: 'oldest' }, NOW, LIMIT_MS)).toEqual({
    kind: 'start',
    checkpoint: { logId: synthetic(prefix, '20260223120000') },
  });
});

test.each([
  ['an empty tenant', []],
  ['a newest log without an id', [{ date: newest.date }]],
  ['a newest log whose id is no place', [{ ...newest, log_id: 'nobody' }]],
  ['a newest log whose id lies in the future', [{ ...newest, log_id: ID.replace('2026', '2027') }]],
  ['a newest log whose id is nines', [{ ...newest, log_id: '9'.repeat(56) }]],
])('%s starts before any log that may follow, whatever its prefix', async (_what, logs) => {
  const { source } = await tenant(giving(logs));
  expect(await source.start({ kind: 'now' }, NOW, LIMIT_MS)).toEqual({
    kind: 'start',
    checkpoint: { logId: synthetic('800', '20260301120000') },
  });
});

test('a start that Auth0 does not answer is a fault', async () => {
  const { source } = await tenant(refusing(429, 'too_many_requests', 'Too many', RATE));
  expect(await source.start({ kind: 'oldest' }, NOW, LIMIT_MS)).toMatchObject({
    kind: 'fault',
    fault: { verdict: 'throttled', retryAfterMs: 3000 },
  });
});
