import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import type { AzureSimulator } from '../../../simulator/azure/server.ts';
import {
  type Answered,
  askToken,
  azureForTest,
  bytesOf,
  collect,
  collectHeaders,
  ingest,
  newToken,
} from './calls.ts';

const BODY = [{ LogId: 'a' }];

const APIS = [
  ['dataCollector', (azure: AzureSimulator) => collect(azure, BODY), 200],
  [
    'logsIngestion',
    async (azure: AzureSimulator) =>
      ingest(azure, BODY, { headers: { authorization: `Bearer ${await newToken(azure)}` } }),
    204,
  ],
  ['entra', (azure: AzureSimulator) => askToken(azure), 200],
] as const;

/** How often the API's work was done. */
function done(azure: AzureSimulator, api: (typeof APIS)[number][0]): number {
  return api === 'entra' ? azure.tokensIssued : azure.received.count('a');
}

describe.each(APIS)('%s', (api, send, ok) => {
  /** Tokens that `send` asks for by itself do not count. */
  const doneBy = async (azure: AzureSimulator, attempt: () => Promise<Answered>) => {
    const before = done(azure, api);
    const outcome = await attempt().then(
      answered => answered.status,
      error => String(error),
    );
    return [outcome, done(azure, api) - before];
  };

  test('answers a forced status with its headers and body, does nothing, and is itself again', async () => {
    const azure = await azureForTest();
    azure.faults[api].add({ kind: 'status', status: 429, body: '{"wait":true}' }, 2);
    expect(await doneBy(azure, () => send(azure))).toEqual([429, 0]);
    expect(await send(azure)).toEqual({ status: 429, text: '{"wait":true}' });
    expect(await doneBy(azure, () => send(azure))).toEqual([ok, 1]);
  });

  test('cuts the connection before doing anything', async () => {
    const azure = await azureForTest();
    azure.faults[api].add({ kind: 'cut' });
    expect(await doneBy(azure, () => send(azure))).toEqual(['TypeError: fetch failed', 0]);
    expect(await doneBy(azure, () => send(azure))).toEqual([ok, 1]);
  });

  test('does the work and cuts the connection instead of answering', async () => {
    const azure = await azureForTest();
    azure.faults[api].add({ kind: 'accept-then-cut' });
    expect(await doneBy(azure, () => send(azure))).toEqual(['TypeError: fetch failed', 1]);
    expect(await doneBy(azure, () => send(azure))).toEqual([ok, 1]);
  });

  test('answers HTML with 200, as a proxy would, and does nothing', async () => {
    const azure = await azureForTest();
    azure.faults[api].add({ kind: 'html' });
    const before = done(azure, api);
    const answered = await send(azure);
    expect([answered.status, done(azure, api) - before]).toEqual([200, 0]);
    expect(answered.text).toContain('<html>');
  });

  test('answers late, by at least the time asked for', async () => {
    const azure = await azureForTest();
    azure.faults[api].add({ kind: 'slow', ms: 40 });
    const start = performance.now();
    expect(await doneBy(azure, () => send(azure))).toEqual([ok, 1]);
    expect(performance.now() - start).toBeGreaterThan(35);
  });

  test('takes the request and never answers, until the simulator is closed', async () => {
    const azure = await azureForTest();
    azure.faults[api].always({ kind: 'hang-headers' });
    const attempt = expect(send(azure)).rejects.toThrow('fetch failed');
    await vi.waitFor(() => expect(azure.tokenRequests + azure.received.posts).toBeGreaterThan(0));
    await azure.close();
    await attempt;
    expect(azure.received.records).toBe(0);
  });

  test('answers half a body and never the rest, though the work is done', async () => {
    const azure = await azureForTest();
    const { tenantId, clientId, clientSecret, scope } = azure.settings.entra;
    const form = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope,
    };
    const bytes = bytesOf(BODY);
    const json = { 'content-type': 'application/json' };
    const requests = {
      dataCollector: ['/api/logs?api-version=2016-04-01', collectHeaders(azure, bytes), bytes],
      logsIngestion: [
        `/dataCollectionRules/${azure.settings.dcrImmutableId}/streams/${azure.settings.stream}?api-version=2023-01-01`,
        { ...json, authorization: `Bearer ${await newToken(azure)}` },
        bytes,
      ],
      entra: [`/${tenantId}/oauth2/v2.0/token`, {}, new URLSearchParams(form)],
    } as const;
    const before = done(azure, api);
    azure.faults[api].add({ kind: 'hang-body' });
    const [path, headers, body] = requests[api];
    const response = await fetch(azure.url + path, {
      method: 'POST',
      headers,
      body: body instanceof URLSearchParams ? body : Buffer.from(body),
    });
    expect(response.status).toBe(200);
    const reader = response.body!.getReader();
    const half = await reader.read();
    expect(() => JSON.parse(Buffer.from(half.value!).toString())).toThrow();
    const rest = expect(reader.read()).rejects.toThrow('terminated');
    await azure.close();
    await rest;
    expect(done(azure, api) - before).toBe(1);
  });
});

test('faults of one API leave the others alone', async () => {
  const azure = await azureForTest();
  azure.faults.dataCollector.always({ kind: 'status', status: 503 });
  expect((await collect(azure, BODY)).status).toBe(503);
  expect((await ingest(azure, BODY)).status).toBe(204);
  azure.faults.dataCollector.clear();
  expect((await collect(azure, BODY)).status).toBe(200);
});

test('a post that meets a fault counts as a post, and not among the refusals', async () => {
  const azure = await azureForTest();
  azure.faults.dataCollector.add({ kind: 'status', status: 503 });
  azure.faults.dataCollector.add({ kind: 'cut' });
  await collect(azure, BODY);
  await collect(azure, BODY).catch(() => undefined);
  expect(azure.received).toMatchObject({ posts: 2, acceptedPosts: 0, refusals: {} });
  expect(azure.received.bytes).toBe(bytesOf(BODY).length);
});

test('latency delays every answer', async () => {
  const azure = await azureForTest({ latencyMs: 40 });
  for (const [, send] of APIS) {
    const start = performance.now();
    await send(azure);
    expect(performance.now() - start).toBeGreaterThan(35);
  }
});

test('a caller that goes away in the middle of its body leaves no row and does no harm', async () => {
  const azure = await azureForTest();
  const headers = Object.entries(collectHeaders(azure, bytesOf(BODY)));
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const socket = connect(Number(new URL(azure.url).port), '127.0.0.1');
  socket.write(
    `POST /api/logs?api-version=2016-04-01 HTTP/1.1\r\nhost: x\r\n${lines}content-length: 500\r\n\r\n[{"LogId":"a"}`,
  );
  await vi.waitFor(() => expect(azure.received.posts).toBe(1));
  socket.destroy();
  expect((await collect(azure, [{ LogId: 'b' }])).status).toBe(200);
  expect(azure.received.has('a')).toBe(false);
});

test('a caller that gives up waiting does no harm', async () => {
  const azure = await azureForTest();
  azure.faults.dataCollector.add({ kind: 'slow', ms: 30 });
  const controller = new AbortController();
  const body = Buffer.from(bytesOf(BODY));
  const url = `${azure.url}/api/logs?api-version=2016-04-01`;
  const attempt = fetch(url, {
    method: 'POST',
    headers: collectHeaders(azure, body),
    body,
    signal: controller.signal,
  });
  await vi.waitFor(() => expect(azure.received.has('a')).toBe(true), { interval: 1 });
  controller.abort();
  await expect(attempt).rejects.toThrow('aborted');
  azure.faults.dataCollector.add({ kind: 'slow', ms: 60 });
  expect((await collect(azure, BODY)).status).toBe(200);
});

test('closing twice is closing once, and frees the port', async () => {
  const azure = await azureForTest();
  await collect(azure, BODY);
  await Promise.all([azure.close(), azure.close()]);
  await azure.close();
  await expect(collect(azure, BODY)).rejects.toThrow('fetch failed');
});
