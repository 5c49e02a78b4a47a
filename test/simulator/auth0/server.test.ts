import { afterEach, describe, expect, it } from 'vitest';
import { type Auth0Options, type Auth0Simulator, startAuth0 } from '../../../simulator/auth0/server.ts';
import { generateLogs, type Log, logIdAt } from '../../../simulator/auth0/tenant.ts';

const FROM = Date.parse('2026-03-01T10:00:00.000Z');
const NOW = FROM + 3_600_000;
const OLDEST = `900${'0'.repeat(53)}`;
const logs = generateLogs({ seed: 3, count: 250, fromMs: FROM, toMs: NOW });
const ids = (some: readonly Log[]) => some.map(log => log.log_id);

let auth0: Auth0Simulator;
let token = '';
afterEach(() => auth0.close());

async function start(options: Partial<Auth0Options> = {}) {
  auth0 = await startAuth0({
    domain: 'demo.eu.auth0.com',
    clientId: 'client',
    clientSecret: 'secret',
    now: () => NOW,
    logs,
    ...options,
  });
  token = await getToken();
}

async function getToken(): Promise<string> {
  const response = await fetch(`${auth0.baseUrl}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: 'client',
      client_secret: 'secret',
      audience: 'https://demo.eu.auth0.com/api/v2/',
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

const get = (query: string) =>
  fetch(`${auth0.baseUrl}/api/v2/logs${query}`, { headers: { authorization: `Bearer ${token}` } });
const getLogs = async (query: string) => (await (await get(query)).json()) as Log[];

describe('checkpoint mode', () => {
  it('collects everything once and in order, page by page, to an empty page', async () => {
    await start();
    const collected: Log[] = [];
    let from: string | undefined = OLDEST;
    for (let length = 1; length > 0; ) {
      const response: Response = await get(`?from=${from}&take=100`);
      const page = (await response.json()) as Log[];
      const link = response.headers.get('link');
      from = /<https:\/\/demo\.eu\.auth0\.com\/api\/v2\/logs\?from=(\d+)&take=100>; rel="next"/.exec(
        link ?? '',
      )?.[1];
      expect(from).toBe(page.at(-1)?.log_id ?? logs.at(-1)?.log_id);
      collected.push(...page);
      length = page.length;
    }
    expect(collected).toEqual(logs);
    expect(auth0.requests).toEqual({ token: 1, pages: 4, throttled: 0, refused: 0 });
  });

  it('gives 50 logs when take is absent, and those newer than from even when from is no log', async () => {
    await start();
    expect(await getLogs(`?from=${OLDEST}`)).toHaveLength(50);
    expect(await getLogs(`?from=${logs[99]!.log_id}&take=3`)).toEqual(logs.slice(100, 103));
    expect(ids(await getLogs(`?from=${logIdAt(FROM + 1_800_000)}&take=1`))).toEqual(
      ids(logs.filter(log => log.log_id > logIdAt(FROM + 1_800_000)).slice(0, 1)),
    );
  });

  it.each([
    ['take=0', `?from=${OLDEST}&take=0`],
    ['take=101', `?from=${OLDEST}&take=101`],
    ['a take that is no number', `?from=${OLDEST}&take=ten`],
    ['page beside from', `?from=${OLDEST}&take=100&page=0`],
    ['per_page beside from', `?from=${OLDEST}&per_page=50`],
    ['include_totals beside from', `?from=${OLDEST}&take=100&include_totals=true`],
    ['take without from', '?take=100'],
    ['from twice', `?from=${OLDEST}&from=${OLDEST}`],
    ['an empty from', '?from=&take=100'],
    ['a from that became a number on its way', '?from=9.002026030110e%2B55&take=100'],
    ['an undefined from', '?from=undefined&take=100'],
    ['more than 100 a page', '?per_page=101'],
    ['no logs a page', '?per_page=0'],
    ['a negative page', '?page=-1'],
    ['another order', '?sort=log_id:1'],
    ['totals that are neither true nor false', '?include_totals=1'],
    ['a query that it does not understand', '?q=date%3A%5B2026-01-01%20TO%20*%5D'],
    [
      'a range of dates that is not closed',
      '?q=date%3A%5B2026-03-01T10%3A00%3A00%20TO%202026-03-01T11%3A00%3A00',
    ],
    ['a range of dates without TO', '?q=date%3A%5B2026-03-01T10%3A00%3A00%202026-03-01T11%3A00%3A00%7D'],
    ['a time that is none', '?q=date%3A%5B2026-03-01T10%3A00%3A00%20TO%202026-03-01T25%3A00%3A00%7D'],
    ['a range that runs backwards', '?q=date%3A%5B2026-03-01T11%3A00%3A00%20TO%202026-03-01T10%3A00%3A00%7D'],
    ['a field that cannot be searched', '?q=details%3Ax'],
    ['a parameter that Auth0 does not have', '?limit=100'],
    ['search beyond 1000 results', '?page=10&per_page=100'],
  ])('refuses %s with 400', async (_, query) => {
    await start();
    const response = await get(query);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      statusCode: 400,
      error: 'Bad Request',
      errorCode: 'invalid_query_string',
    });
    expect(auth0.requests.refused).toBe(1);
  });

  it('ignores what Auth0 documents to ignore when it is not strict, but never a page over 100', async () => {
    await start({ strict: false });
    expect(await getLogs(`?from=${OLDEST}&take=2&page=7&per_page=1&sort=nonsense`)).toEqual(logs.slice(0, 2));
    expect(await getLogs('?take=3')).toHaveLength(50);
    expect((await get(`?from=${OLDEST}&take=101`)).status).toBe(400);
  });

  it('hides logs that lie ahead of its clock until the clock gets there', async () => {
    let now = FROM - 1;
    await start({ now: () => now });
    expect(await getLogs(`?from=${OLDEST}&take=100`)).toEqual([]);
    now = FROM + 600_000;
    const seen = await getLogs(`?from=${OLDEST}&take=100`);
    expect(seen).toEqual(logs.filter(log => log.log_id < logIdAt(now + 1)));
    expect(seen.length).toBeGreaterThan(30);
    expect(seen.length).toBeLessThan(60);
  });

  it('loses logs over the cliff of its retention without a word', async () => {
    const early = generateLogs({ seed: 9, count: 20, fromMs: FROM - 600_000, toMs: FROM });
    let now = FROM;
    await start({ now: () => now, logs: early, retentionMs: 600_000 });
    expect(await getLogs(`?from=${OLDEST}&take=100`)).toEqual(early);
    now += 300_000;
    const left = await getLogs(`?from=${early[0]!.log_id}&take=100`);
    expect(left).toEqual(early.filter(log => log.log_id >= logIdAt(FROM - 300_000)));
    expect(left.length).toBeLessThan(15);
    expect(await getLogs('?per_page=100&sort=date:1')).toHaveLength(left.length);
    now += 300_001;
    expect(await getLogs(`?from=${OLDEST}&take=100`)).toEqual([]);
    expect(auth0.tenant.ids().size).toBe(20);
  });

  it('serves logs that are added while it runs, late ones included', async () => {
    await start({ logs: logs.filter((_, i) => i !== 100 && i < 200) });
    expect(await getLogs(`?from=${logs[98]!.log_id}&take=2`)).toEqual([logs[99], logs[101]]);
    auth0.tenant.insertLate(logs[100]!);
    auth0.tenant.add(logs.slice(200));
    expect(await getLogs(`?from=${logs[98]!.log_id}&take=3`)).toEqual(logs.slice(99, 102));
    expect(await getLogs(`?from=${logs[199]!.log_id}&take=100`)).toEqual(logs.slice(200));
    expect([...auth0.tenant.ids()].sort()).toEqual(ids(logs));
  });
});

describe('search mode', () => {
  const dateMs = (log: Log) => Date.parse(`${log.date.slice(0, 23).replace(' ', 'T')}Z`);

  it('gives a bare array of 50, newest date first', async () => {
    await start();
    const found = await getLogs('');
    expect(found).toHaveLength(50);
    expect(found.map(dateMs)).toEqual([...logs.map(dateMs)].sort((a, b) => b - a).slice(0, 50));
    expect((await get('')).headers.get('link')).toBeNull();
  });

  it('orders by date and not by id', async () => {
    await start();
    const found = await getLogs('?sort=date:1&per_page=100');
    expect(found.map(dateMs)).toEqual([...found.map(dateMs)].sort((a, b) => a - b));
    expect(ids(found)).not.toEqual([...ids(found)].sort());
  });

  it('gives the object form with totals, and later pages', async () => {
    await start();
    const response = await get('?page=2&per_page=100&sort=date:1&include_totals=true');
    expect(await response.json()).toMatchObject({ start: 200, limit: 100, length: 50, total: 250 });
    expect(await getLogs('?page=3&per_page=100')).toEqual([]);
  });

  it.each([
    ['[', '}', [0, 1]],
    ['[', ']', [0, 1, 2]],
    ['{', '}', [1]],
    ['{', ']', [1, 2]],
  ])('finds logs by date, the ends in or out by %s and %s', async (opening, closing, expected) => {
    const at = (ms: number, date: string): Log => {
      const id = logIdAt(FROM + ms);
      return { _id: id, log_id: id, type: 's', date };
    };
    const dated = [
      at(1000, '2026-03-01T10:00:01.000Z'),
      at(2000, '2026-03-01 10:00:02.500000000'),
      at(3000, '2026-03-01T10:00:03.000Z'),
    ];
    await start({ logs: dated });
    const q = `date:${opening}2026-03-01T10:00:01 TO 2026-03-01T10:00:03${closing}`;
    expect(await getLogs(`?q=${encodeURIComponent(q)}&sort=date:1`)).toEqual(expected.map(i => dated[i]));
  });

  it('finds logs of one type', async () => {
    await start();
    const found = await getLogs('?q=type:fp&per_page=100');
    expect(new Set(ids(found))).toEqual(new Set(ids(logs.filter(log => log.type === 'fp'))));
    expect(found.length).toBeGreaterThan(3);
  });
});

describe('callers', () => {
  it.each([
    ['no token', undefined],
    ['a token of its own making', 'Bearer made-up'],
    ['another scheme', 'Basic abc'],
  ])('with %s are answered 401', async (_, authorization) => {
    await start();
    const response = await fetch(`${auth0.baseUrl}/api/v2/logs?from=9&take=1`, {
      headers: authorization ? { authorization } : {},
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ statusCode: 401, error: 'Unauthorized' });
  });

  it('of another simulator are not let in', async () => {
    await start();
    const [foreign, first] = [token, auth0];
    await start();
    token = foreign;
    expect((await get('?from=9&take=1')).status).toBe(401);
    await first.close();
  });

  it('at any other address or with another method are answered 404', async () => {
    await start();
    expect((await fetch(`${auth0.baseUrl}/api/v2/users`)).status).toBe(404);
    expect((await fetch(`${auth0.baseUrl}/oauth/token`)).status).toBe(404);
    expect((await fetch(`${auth0.baseUrl}/api/v2/logs`, { method: 'POST' })).status).toBe(404);
  });
});

describe('the rate limit', () => {
  it('is told with every answer and refuses in Auth0’s words, until the clock refills it', async () => {
    let now = NOW;
    await start({ now: () => now, rateLimit: { burst: 2, perSecond: 2 } });
    const first = await get('?from=9&take=1');
    expect(first.headers.get('x-ratelimit-limit')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining')).toBe('1');
    expect((await get('?nonsense')).headers.get('x-ratelimit-remaining')).toBe('0');
    const refused = await get('?from=9&take=1');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-ratelimit-reset')).toBe(String(NOW / 1000 + 1));
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(await refused.json()).toMatchObject({
      statusCode: 429,
      error: 'Too Many Requests',
      errorCode: 'too_many_requests',
    });
    now = NOW + 1_000;
    expect((await get('?from=9&take=1')).status).toBe(200);
    expect(auth0.requests).toMatchObject({ pages: 4, throttled: 1, refused: 1 });
  });

  it('carries Retry-After when told to, and says nothing when there is none', async () => {
    await start({ rateLimit: { burst: 1, perSecond: 0.5, retryAfter: true } });
    await get('?from=9&take=1');
    expect((await get('?from=9&take=1')).headers.get('retry-after')).toBe('2');
    await auth0.close();
    await start();
    expect((await get('?from=9&take=1')).headers.has('x-ratelimit-limit')).toBe(false);
  });
});
