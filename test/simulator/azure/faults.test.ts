import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { KINDS } from '../../../simulator/azure/apis.ts';
import type { AzureSimulator } from '../../../simulator/azure/server.ts';
import { SAMPLES } from '../../destinations/samples.ts';
import { type Answered, azureForTest, bytesOf, call, type Request, tokenRequest } from './calls.ts';

const BODY = bytesOf([{ LogId: 'a' }]);

type Door = keyof AzureSimulator['faults'];
type Asking = (azure: AzureSimulator) => Request | Promise<Request>;

/** Where one may knock, with what is taken there, and how that is answered. */
const DOORS: readonly (readonly [Door, Asking, number])[] = [
  ...KINDS.map(
    kind =>
      [kind, (azure: AzureSimulator) => SAMPLES[kind].request(azure, BODY), SAMPLES[kind].status] as const,
  ),
  ['entra', tokenRequest, 200],
];
const [[FIRST, asking, ok], ...OTHERS] = DOORS as [(typeof DOORS)[number], ...typeof DOORS];

async function knock(azure: AzureSimulator, ask: Asking = asking): Promise<Answered> {
  const { path, headers, body } = await ask(azure);
  return call(azure.url + path, headers, body);
}

/** How often the work was done. */
function done(azure: AzureSimulator, door: Door): number {
  return door === 'entra' ? azure.tokensIssued : azure.received.count('a');
}

describe.each(DOORS)('%s', (door, ask, ok) => {
  const send = (azure: AzureSimulator) => knock(azure, ask);
  /** Tokens that `send` requests do not count. */
  const doneBy = async (azure: AzureSimulator, attempt: () => Promise<Answered>) => {
    const before = done(azure, door);
    const outcome = await attempt().then(
      answered => answered.status,
      error => String(error),
    );
    return [outcome, done(azure, door) - before];
  };

  test('answers a forced status with its headers and body, does nothing, and is itself again', async () => {
    const azure = await azureForTest();
    azure.faults[door].add({ kind: 'status', status: 429, body: '{"wait":true}' }, 2);
    expect(await doneBy(azure, () => send(azure))).toEqual([429, 0]);
    expect(await send(azure)).toEqual({ status: 429, text: '{"wait":true}' });
    expect(await doneBy(azure, () => send(azure))).toEqual([ok, 1]);
  });

  test('cuts the connection before doing anything', async () => {
    const azure = await azureForTest();
    azure.faults[door].add({ kind: 'cut' });
    expect(await doneBy(azure, () => send(azure))).toEqual(['TypeError: fetch failed', 0]);
    expect(await doneBy(azure, () => send(azure))).toEqual([ok, 1]);
  });

  test('does the work and cuts the connection instead of answering', async () => {
    const azure = await azureForTest();
    azure.faults[door].add({ kind: 'accept-then-cut' });
    expect(await doneBy(azure, () => send(azure))).toEqual(['TypeError: fetch failed', 1]);
    expect(await doneBy(azure, () => send(azure))).toEqual([ok, 1]);
  });

  test('answers HTML with 200, as a proxy would, and does nothing', async () => {
    const azure = await azureForTest();
    azure.faults[door].add({ kind: 'html' });
    const before = done(azure, door);
    const answered = await send(azure);
    expect([answered.status, done(azure, door) - before]).toEqual([200, 0]);
    expect(answered.text).toContain('<html>');
  });

  test('answers late, by at least the time asked for', async () => {
    const azure = await azureForTest();
    azure.faults[door].add({ kind: 'slow', ms: 40 });
    const start = performance.now();
    expect(await doneBy(azure, () => send(azure))).toEqual([ok, 1]);
    expect(performance.now() - start).toBeGreaterThan(35);
  });

  test('takes the request and never answers, until the simulator is closed', async () => {
    const azure = await azureForTest();
    azure.faults[door].always({ kind: 'hang-headers' });
    const attempt = expect(send(azure)).rejects.toThrow('fetch failed');
    await vi.waitFor(() => expect(azure.tokenRequests + azure.received.posts).toBeGreaterThan(0));
    await azure.close();
    await attempt;
    expect(azure.received.records).toBe(0);
  });

  test('does the work, says so, and never answers', async () => {
    const azure = await azureForTest();
    const { promise, resolve } = Promise.withResolvers<number>();
    const request = await ask(azure);
    const before = done(azure, door);
    azure.faults[door].add({ kind: 'accept-then-hold', done: () => resolve(done(azure, door)) });
    const attempt = expect(call(azure.url + request.path, request.headers, request.body)).rejects.toThrow(
      'fetch failed',
    );
    expect((await promise) - before).toBe(1);
    await azure.close();
    await attempt;
  });

  test('answers half a body and never the rest, though the work is done', async () => {
    const azure = await azureForTest();
    const { path, headers, body } = await ask(azure);
    const before = done(azure, door);
    azure.faults[door].add({ kind: 'hang-body' });
    const response = await fetch(azure.url + path, { method: 'POST', headers, body: Buffer.from(body) });
    expect(response.status).toBe(200);
    const reader = response.body!.getReader();
    const half = await reader.read();
    expect(() => JSON.parse(Buffer.from(half.value!).toString())).toThrow();
    const rest = expect(reader.read()).rejects.toThrow('terminated');
    await azure.close();
    await rest;
    expect(done(azure, door) - before).toBe(1);
  });
});

test('faults of one API leave the others alone', async () => {
  const azure = await azureForTest();
  azure.faults[FIRST].always({ kind: 'status', status: 503 });
  expect((await knock(azure)).status).toBe(503);
  for (const [, ask, right] of OTHERS) expect((await knock(azure, ask)).status).toBe(right);
  azure.faults[FIRST].clear();
  expect((await knock(azure)).status).toBe(ok);
});

test('a post that meets a fault counts as a post, and not among the refusals', async () => {
  const azure = await azureForTest();
  azure.faults[FIRST].add({ kind: 'status', status: 503 });
  azure.faults[FIRST].add({ kind: 'cut' });
  await knock(azure);
  await knock(azure).catch(() => undefined);
  expect(azure.received).toMatchObject({ posts: 2, acceptedPosts: 0, refusals: {} });
  expect(azure.received.bytes).toBe(BODY.length);
});

test('latency delays every answer', async () => {
  const azure = await azureForTest({ latencyMs: 40 });
  for (const [, ask] of DOORS) {
    const request = await ask(azure);
    const start = performance.now();
    await knock(azure, () => request);
    expect(performance.now() - start).toBeGreaterThan(35);
  }
});

test('a caller that goes away in the middle of its body leaves no row and does no harm', async () => {
  const azure = await azureForTest();
  const { path, headers } = await asking(azure);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(Number(new URL(azure.url).port), '127.0.0.1');
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\n${lines.join('')}content-length: 500\r\n\r\n[{"LogId":"a"}`,
  );
  await vi.waitFor(() => expect(azure.received.posts).toBe(1));
  socket.destroy();
  const other = bytesOf([{ LogId: 'b' }]);
  expect((await knock(azure, () => SAMPLES[KINDS[0]].request(azure, other))).status).toBe(ok);
  expect(azure.received.has('b')).toBe(true);
  expect(azure.received.has('a')).toBe(false);
});

test('a caller that gives up waiting does no harm', async () => {
  const azure = await azureForTest();
  azure.faults[FIRST].add({ kind: 'slow', ms: 30 });
  const { path, headers, body } = await asking(azure);
  const controller = new AbortController();
  const attempt = fetch(azure.url + path, {
    method: 'POST',
    headers,
    body: Buffer.from(body),
    signal: controller.signal,
  });
  await vi.waitFor(() => expect(azure.received.has('a')).toBe(true), { interval: 1 });
  controller.abort();
  await expect(attempt).rejects.toThrow('aborted');
  azure.faults[FIRST].add({ kind: 'slow', ms: 60 });
  expect((await knock(azure)).status).toBe(ok);
});

test('closing twice is closing once, and frees the port', async () => {
  const azure = await azureForTest();
  const request = await asking(azure);
  await knock(azure, () => request);
  await Promise.all([azure.close(), azure.close()]);
  await azure.close();
  await expect(knock(azure, () => request)).rejects.toThrow('fetch failed');
});
