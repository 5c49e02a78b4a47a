import { afterEach, describe, expect, it } from 'vitest';
import { type Auth0Options, type Auth0Simulator, startAuth0 } from '../../../simulator/auth0/server.ts';
import { generateLogs, type Log } from '../../../simulator/auth0/tenant.ts';
import type { SimulatedFault } from '../../../simulator/faults.ts';

const FROM = Date.parse('2026-03-01T10:00:00.000Z');
const NOW = FROM + 3_600_000;
const OLDEST = `900${'0'.repeat(53)}`;
const logs = generateLogs({ seed: 3, count: 120, fromMs: FROM, toMs: NOW });

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

const get = (query: string, signal?: AbortSignal) =>
  fetch(`${auth0.baseUrl}/api/v2/logs${query}`, { headers: { authorization: `Bearer ${token}` }, signal });
const getLogs = async (query: string) => (await (await get(query)).json()) as Log[];

describe('faults', () => {
  const page = `?from=${OLDEST}&take=100`;
  const patience = () => AbortSignal.timeout(150);

  it('answer with the status, headers and body asked for, so many times, then all is well', async () => {
    await start();
    const fault: SimulatedFault = {
      kind: 'status',
      status: 503,
      headers: { 'retry-after': '7' },
      body: 'busy',
    };
    auth0.faults.logs.add(fault, 2);
    for (let i = 0; i < 2; i++) {
      const response = await get(page);
      expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
        503,
        '7',
        'busy',
      ]);
    }
    expect(await getLogs(page)).toEqual(logs.slice(0, 100));
    expect(auth0.requests.pages).toBe(3);
  });

  it('hang before the headers', async () => {
    await start();
    auth0.faults.logs.add({ kind: 'hang-headers' });
    await expect(get(page, patience())).rejects.toThrow(/timeout/);
  });

  it('hang in the middle of the body', async () => {
    await start();
    auth0.faults.logs.add({ kind: 'hang-body' });
    const response = await get(page, AbortSignal.timeout(1_000));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(/timeout/);
  });

  it.each(['cut', 'accept-then-cut'] as const)('break the connection (%s)', async kind => {
    await start();
    auth0.faults.logs.add({ kind });
    await expect(get(page)).rejects.toThrow('fetch failed');
    expect(await getLogs(page)).toHaveLength(100);
  });

  it('give a web page with status 200', async () => {
    await start();
    auth0.faults.logs.add({ kind: 'html' });
    const response = await get(page);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html']);
    await expect(response.json()).rejects.toThrow(SyntaxError);
  });

  it('answer late but properly', async () => {
    await start();
    auth0.faults.logs.add({ kind: 'slow', ms: 30 });
    expect(await getLogs(page)).toEqual(logs.slice(0, 100));
  });

  it('stand until they are cleared', async () => {
    await start();
    auth0.faults.logs.always({ kind: 'status', status: 500 });
    for (let i = 0; i < 3; i++) expect((await get(page)).status).toBe(500);
    auth0.faults.logs.clear();
    expect((await get(page)).status).toBe(200);
  });

  it('strike the token endpoint on their own, and a token lost on its way was still given out', async () => {
    await start({ writeTokenLogs: true });
    auth0.faults.token.add({ kind: 'status', status: 500 });
    auth0.faults.token.add({ kind: 'accept-then-cut' });
    expect(await getLogs(page)).toHaveLength(100);
    await expect(getToken()).rejects.toThrow();
    const before = auth0.tenant.ids().size;
    await expect(getToken()).rejects.toThrow('fetch failed');
    expect(auth0.tenant.ids().size).toBe(before + 1);
    token = await getToken();
    expect(await getLogs(page)).toHaveLength(100);
  });

  it('do not keep the simulator from closing at once', async () => {
    await start();
    auth0.faults.logs.add({ kind: 'hang-headers' });
    const hanging = expect(get(page)).rejects.toThrow('fetch failed');
    while (auth0.requests.pages === 0) await new Promise(setImmediate);
    await auth0.close();
    await hanging;
    await expect(get(page)).rejects.toThrow('fetch failed');
  });
});

it('waits its latency before each answer', async () => {
  await start({ latencyMs: 40 });
  const startMs = performance.now();
  await get('?from=9&take=1');
  expect(performance.now() - startMs).toBeGreaterThan(35);
});
