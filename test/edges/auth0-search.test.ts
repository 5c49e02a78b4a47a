/** The tenant's newest log, and logs by date. */
import { expect, onTestFinished, test } from 'vitest';
import { logDateOf } from '../../lambda/core/record/log.ts';
import { auth0Logs } from '../../lambda/edges/auth0.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { startAuth0 } from '../../simulator/auth0/server.ts';
import { generateLogs, type Log } from '../../simulator/auth0/tenant.ts';
import { type Answerer, handClock, heldSecrets, json } from './server.ts';
import { config, giving, ID, LIMIT_MS, NOW, RATE, RATE_READ, refusing, tenant } from './tenant.ts';

const BEFORE = NOW - 14_300;
const old = { log_id: ID, date: '2026-03-01T11:58:57.000Z' };
const young = { log_id: ID, date: new Date(BEFORE).toISOString() };
const badQuery = refusing(400, 'invalid_query_string', 'Query validation error', RATE);
/** Refuses `q`, or does not understand it. */
const withoutDates =
  (plain: Answerer, dated: Answerer): Answerer =>
  (taken, response) =>
    (taken.query.has('q') ? dated : plain)(taken, response);

test('the newest log is looked for by date, to the whole second before', async () => {
  const { source, calls } = await tenant(giving([old], RATE));
  expect(await source.newest(BEFORE, LIMIT_MS)).toEqual({ kind: 'newest', log: old, rateLimit: RATE_READ });
  expect(calls().map(({ query }) => Object.fromEntries(query))).toEqual([
    {
      page: '0',
      per_page: '1',
      sort: 'date:-1',
      include_totals: 'false',
      q: 'date:[2000-01-01T00:00:00 TO 2026-03-01T11:59:45}',
    },
  ]);
});

test.each([
  ['no log', [], undefined],
  ['a log whose date cannot be read', [{ date: 'soon' }], { date: 'soon' }],
])('%s is what Auth0 says', async (_what, logs, log) => {
  const { source, calls } = await tenant(giving(logs));
  expect(await source.newest(BEFORE, LIMIT_MS)).toEqual({ kind: 'newest', ...(log ? { log } : {}) });
  expect(calls()).toHaveLength(1);
});

test.each([
  ['refuses', badQuery],
  ['ignores', giving([young])],
])('a tenant that %s the search by date is asked once more without it', async (_what, dated) => {
  const undated = { log_id: ID };
  const plain = giving([young, undated, old, { ...old, date: '2026-03-01T11:00:00.000Z' }], RATE);
  const { source, calls } = await tenant(withoutDates(plain, dated));
  expect(await source.newest(BEFORE, LIMIT_MS)).toEqual({ kind: 'newest', log: old, rateLimit: RATE_READ });
  expect(calls().map(({ query }) => query.has('q'))).toEqual([true, false]);
});

test('without the search by date an empty tenant has no log, and one with young logs only cannot be judged', async () => {
  const empty = await tenant(withoutDates(giving([]), badQuery));
  expect(await empty.source.newest(BEFORE, LIMIT_MS)).toEqual({ kind: 'newest' });
  const busy = await tenant(withoutDates(giving([young], RATE), badQuery));
  expect(await busy.source.newest(BEFORE, LIMIT_MS)).toMatchObject({
    kind: 'fault',
    fault: { verdict: 'unavailable', code: 'NO_SEARCH_BY_DATE' },
    rateLimit: RATE_READ,
  });
});

test('both questions are within the one time limit', async () => {
  const { source, calls } = await tenant(withoutDates(() => undefined, badQuery));
  expect(await source.newest(BEFORE, 300)).toMatchObject({
    fault: { verdict: 'unavailable', code: 'TIMEOUT' },
  });
  expect(calls()).toHaveLength(2);
});

test('logs by date are asked for oldest first, a hundred a page, and lead to no log id', async () => {
  const link = `<https://acme.eu.auth0.com/api/v2/logs?from=${ID}&take=100>; rel="next"`;
  const { source, calls } = await tenant(giving([old, null], { ...RATE, link }));
  const found = await source.search(NOW - 3_600_500, BEFORE, 3, LIMIT_MS);
  expect(found).toEqual({ kind: 'page', logs: [old, null], rateLimit: RATE_READ });
  expect(calls().map(({ query }) => Object.fromEntries(query))).toEqual([
    {
      page: '3',
      per_page: '100',
      sort: 'date:1',
      include_totals: 'false',
      q: 'date:[2026-03-01T10:59:59 TO 2026-03-01T11:59:45}',
    },
  ]);
});

type Ask = (source: Awaited<ReturnType<typeof tenant>>['source'], timeoutMs: number) => Promise<unknown>;
const asks: [string, Ask][] = [
  ['newest', (source, timeoutMs) => source.newest(BEFORE, timeoutMs)],
  ['search', (source, timeoutMs) => source.search(NOW - 60_000, BEFORE, 0, timeoutMs)],
];

test.each(asks)('%s: a refused token is dropped and the call made once more', async (_name, ask) => {
  for (const status of [401, 403]) {
    let refusals = 0;
    const { source, exchanges, calls } = await tenant((taken, response) =>
      refusals++ === 0 ? json(response, status, {}) : giving([old])(taken, response),
    );
    expect(await ask(source, LIMIT_MS)).not.toHaveProperty('fault');
    expect([exchanges(), calls().length]).toEqual([2, 2]);
  }
});

test.each(asks)(
  '%s: what is no JSON array is unavailable, and says nothing about the tenant',
  async (_name, ask) => {
    for (const body of [{ logs: [], total: 0 }, null, 'sign in']) {
      const { source } = await tenant(giving(body, RATE));
      const fault = { verdict: 'unavailable', status: 200 };
      expect(await ask(source, LIMIT_MS)).toMatchObject({ kind: 'fault', fault, rateLimit: RATE_READ });
    }
  },
);

test.each(asks)('%s: a rate limit is passed on with what to wait', async (_name, ask) => {
  const { source } = await tenant(refusing(429, 'too_many_requests', 'Too many', RATE));
  expect(await ask(source, LIMIT_MS)).toMatchObject({
    fault: { verdict: 'throttled', retryAfterMs: 3000 },
    rateLimit: RATE_READ,
  });
});

test('a search that Auth0 refuses is denied, and not for the checkpoint', async () => {
  const { source } = await tenant(badQuery);
  const answer = await source.search(0, 1, 0, LIMIT_MS);
  expect(answer).toMatchObject({ kind: 'fault', fault: { verdict: 'denied', status: 400 } });
  expect(answer.kind === 'fault' && answer.fault.message).toContain('while logs arrive');
  expect(answer.kind === 'fault' && answer.fault.message).not.toContain('set the checkpoint');
});

test('against the simulator: every log of a window once, in the order of dates, and the newest before a time', async () => {
  const fromMs = NOW - 3_600_000;
  const logs = generateLogs({ seed: 5, count: 450, fromMs, toMs: NOW });
  const auth0 = await startAuth0({ ...config, clientId: 'c', clientSecret: 's', now: () => NOW, logs });
  onTestFinished(auth0.close);
  const source = auth0Logs({
    config,
    secrets: heldSecrets({ clientId: 'c', clientSecret: 's' }),
    clock: handClock(NOW),
    fetch: httpClient(),
    baseUrl: auth0.baseUrl,
  });
  const dates = (some: readonly unknown[]) => some.map(log => logDateOf(log)!);
  const found: unknown[] = [];
  // Two windows that meet within a second.
  for (const [from, before] of [
    [fromMs - 60_000, NOW - 1_799_500],
    [NOW - 1_799_500, NOW],
  ] as const) {
    for (let page = 0, length = 100; length === 100; page++) {
      const answer = await source.search(from, before, page, LIMIT_MS);
      const some = answer.kind === 'page' ? answer.logs : [];
      found.push(...some);
      length = some.length;
    }
  }
  expect(dates(found)).toEqual(dates(logs).sort((a, b) => a - b));
  expect(new Set(found.map(log => (log as Log).log_id)).size).toBe(450);
  const newest = await source.newest(NOW - 600_000, LIMIT_MS);
  const before = dates(logs).filter(ms => ms < NOW - 600_000);
  expect(newest.kind === 'newest' && logDateOf(newest.log)).toBe(Math.max(...before));
  expect(await source.newest(Date.parse('2026-01-01'), LIMIT_MS)).toEqual({ kind: 'newest' });
  expect(await source.search(fromMs, NOW, 10, LIMIT_MS)).toMatchObject({
    fault: { verdict: 'denied', status: 400 },
  });
});
