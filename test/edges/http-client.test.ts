import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Answer, networkFailure, readText } from '../../lambda/core/http.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { CUT, cutBody, deadUrl, json, serve, stallBody } from './server.ts';

/** What went wrong, as the edges report it. */
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it resolved'),
    (error: unknown) => networkFailure(error),
  );

test('asks as fetch would: its own headers last, a form as a form, bytes as bytes', async () => {
  const { url, taken } = await serve((_, response) => json(response, 200, {}));
  const fetch = httpClient();
  await (await fetch(`${url}/a?b=c%20d`)).text();
  const form = new URLSearchParams({ grant_type: 'client_credentials', secret: 'é&=' });
  await (await fetch(`${url}/token`, { method: 'POST', body: form })).text();
  const body = Buffer.from('[{"a":"日本"}]');
  const headers = { Authorization: 'Bearer x', 'user-agent': 'other' };
  await (await fetch(url, { method: 'POST', headers, body })).text();
  await (await fetch(url, { headers: { 'X-One': '1' } })).text();
  expect(taken[0]).toMatchObject({ method: 'GET', path: '/a', headers: { 'accept-encoding': 'gzip' } });
  expect(taken[0]?.query.get('b')).toBe('c d');
  expect(taken[0]?.headers['content-length']).toBeUndefined();
  expect(taken[1]?.body.toString()).toBe(form.toString());
  expect(taken[1]?.headers['content-type']).toMatch('application/x-www-form-urlencoded');
  expect(taken[2]).toMatchObject({ headers: { authorization: 'Bearer x', 'user-agent': 'other' }, body });
  expect(taken[2]?.headers['content-length']).toBe(String(body.length));
  expect(taken[3]?.headers['x-one']).toBe('1');
});

test('tells status, headers and text; a byte order mark is none of the text', async () => {
  const { url } = await serve((_, response) =>
    response.writeHead(418, { link: ['<a>', '<b>'], 'x-a': 'b' }).end('\ufeffé日本😀'),
  );
  const answer = await httpClient()(url);
  expect({ status: answer.status, ok: answer.ok }).toEqual({ status: 418, ok: false });
  expect([answer.headers.get('Link'), answer.headers.get('x-a'), answer.headers.get('no')]).toEqual([
    '<a>, <b>',
    'b',
    null,
  ]);
  expect(await answer.text()).toBe('é日本😀');
});

test('a character that arrives in two parts is whole', async () => {
  const bytes = Buffer.from('日本');
  const { url } = await serve((_, response) => {
    response.write(bytes.subarray(0, 1), () => response.end(bytes.subarray(1)));
  });
  expect(await (await httpClient()(url)).text()).toBe('日本');
});

test('a redirect is an answer, and is not followed', async () => {
  const { url, taken } = await serve((_, response) => response.writeHead(302, { location: '/else' }).end());
  expect((await httpClient()(url, { redirect: 'manual' })).status).toBe(302);
  expect(taken).toHaveLength(1);
});

test('takes gzip, whole or not at all', async () => {
  const text = JSON.stringify(Array.from({ length: 1_000 }, (_, n) => ({ n })));
  const zipped = gzipSync(text);
  const { url } = await serve(({ path }, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(path === '/cut' ? zipped.subarray(0, -20) : path === '/no' ? 'no gzip' : zipped);
  });
  const fetch = httpClient();
  expect(await (await fetch(url)).text()).toBe(text);
  expect(await readText(await fetch(url))).toBe(text);
  expect(await failureOf((await fetch(`${url}/cut`)).text())).toMatchObject({ code: 'Z_BUF_ERROR' });
  expect(await failureOf((await fetch(`${url}/no`)).text())).toMatchObject({ code: 'Z_DATA_ERROR' });
});

test.each([
  ['text', (answer: Answer) => answer.text()],
  ['parts', readText],
])('a body that breaks off is an error and no shorter body: %s', async (_, read) => {
  const { url } = await serve(({ path }, response) => {
    if (path === '/chunked') response.write('[{"a":', () => response.destroy());
    else cutBody(response);
  });
  const fetch = httpClient();
  expect(await failureOf(fetch(url).then(read))).toMatchObject({ code: CUT });
  expect(await failureOf(fetch(`${url}/chunked`).then(read))).toMatchObject({ code: CUT });
});

test('no answer, or half of one, in time says so, and closes the connection', async () => {
  const closed: Promise<unknown>[] = [];
  const { url } = await serve(({ path }, response) => {
    closed.push(once(response, 'close'));
    if (path === '/half') stallBody(response);
  });
  const fetch = httpClient();
  expect(await failureOf(fetch(url, { signal: AbortSignal.timeout(5) }))).toMatchObject({ code: 'TIMEOUT' });
  const limit = new AbortController();
  const half = await fetch(`${url}/half`, { signal: limit.signal });
  limit.abort(new DOMException('time is up', 'TimeoutError'));
  expect(await failureOf(half.text())).toMatchObject({ code: 'TIMEOUT' });
  expect(await failureOf(fetch(url, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'TIMEOUT' });
  await Promise.all(closed);
});

test('nobody there', async () => {
  expect(await failureOf(httpClient()(await deadUrl()))).toMatchObject({ code: 'ECONNREFUSED' });
});

const closed = (socket: Socket) => new Promise(resolve => socket.once('close', resolve));

/** A server that says when connections come and go. */
async function connections(answer: (response: ServerResponse) => void) {
  const server = createServer((request, response) => request.resume().on('end', () => answer(response)));
  const sockets: Socket[] = [];
  // It may end with a reset, which is as good.
  server.on('connection', socket => sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

/** Long enough for two requests in a row on a busy machine. */
const IDLE_MS = 1_000;

test('a connection serves request after request, until it idles', async () => {
  const { url, sockets } = await connections(response => response.end('{}'));
  const fetch = httpClient({ idleMs: IDLE_MS });
  for (let n = 0; n < 5; n++) await (await fetch(url, { method: 'POST', body: 'x' })).text();
  expect(sockets).toHaveLength(1);
  await closed(sockets[0]!);
});

test('of an endless body only the beginning is read, and one that nobody reads does no harm', async () => {
  const { url, sockets } = await connections(response => {
    const more = () => {
      while (response.write('x'.repeat(10_000)));
      response.once('drain', more);
    };
    more();
  });
  const fetch = httpClient();
  expect(await readText(await fetch(url))).toHaveLength(65_536);
  await closed(sockets[0]!);
  const limit = new AbortController();
  await fetch(url, { signal: limit.signal });
  limit.abort();
  await closed(sockets[1]!);
});

test('an answer may take longer than a connection may idle, on a fresh connection and on a used one', async () => {
  const { url, sockets } = await connections(response => {
    const { remotePort } = response.socket!;
    setTimeout(() => response.end(String(remotePort)), IDLE_MS + 200);
  });
  const fetch = httpClient({ idleMs: IDLE_MS });
  const first = await (await fetch(url)).text();
  expect(await (await fetch(url)).text()).toBe(first);
  expect(sockets).toHaveLength(1);
});

describe.each([
  ['text', (answer: Answer) => answer.text()],
  ['parts', readText],
])('what another side may do, read as %s', (_, read) => {
  test('half a body that goes up to the end of the connection is not whole because we end that', async () => {
    const { url } = await serve((_, response) => {
      response.shouldKeepAlive = false;
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200).write('{"half":');
    });
    const limit = new AbortController();
    const answer = await httpClient()(url, { signal: limit.signal });
    const reading = failureOf(read(answer));
    setTimeout(() => limit.abort(new DOMException('time is up', 'TimeoutError')), 5);
    expect(await reading).toMatchObject({ code: 'TIMEOUT' });
  });

  test('a whole one is', async () => {
    const { url } = await serve((_, response) => {
      response.shouldKeepAlive = false;
      response.useChunkedEncodingByDefault = false;
      response.end('{"whole":1}');
    });
    expect(await read(await httpClient()(url))).toBe('{"whole":1}');
  });

  test('a body that is read after time was up is not whole', async () => {
    const { url } = await serve((_, response) => json(response, 200, {}));
    const limit = new AbortController();
    const answer = await httpClient()(url, { signal: limit.signal });
    limit.abort();
    expect(await failureOf(read(answer))).toMatchObject({ code: 'TIMEOUT' });
  });

  test.each([
    ['204', 204, {}, undefined],
    ['no length', 200, { 'content-length': '0' }, undefined],
    ['no chunks', 200, {}, ''],
  ])('nothing, said to be gzipped, is nothing: %s', async (_, status, headers, body) => {
    const { url } = await serve((_, response) =>
      response.writeHead(status, { 'content-encoding': 'gzip', ...headers }).end(body),
    );
    const answer = await httpClient()(url);
    expect([answer.status, await read(answer)]).toEqual([status, '']);
  });
});

test('a switch of protocols that nobody asked for is an error, and not for ever', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(101, { connection: 'upgrade', upgrade: 'other' });
    response.flushHeaders();
  });
  expect(await failureOf(httpClient()(url))).toMatchObject({ code: CUT });
});

test('an answer that comes before all was sent is taken, and its connection closed', async () => {
  const server = createServer((_, response) => void json(response, 413, { error: 'too large' }));
  const sockets: Socket[] = [];
  server.on('connection', socket => sockets.push(socket.pause().on('error', () => undefined)));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = await httpClient()(url, { method: 'POST', body: Buffer.alloc(30_000_000) });
  expect([answer.status, await answer.text()]).toEqual([413, '{"error":"too large"}']);
  await closed(sockets[0]!);
});

test('a text beyond all bounds is given up, gzipped or not', async () => {
  const zipped = gzipSync(Buffer.alloc(65_000_000, ' '), { level: 1 });
  const { url } = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped),
  );
  const reading = (await httpClient()(url)).text();
  expect(await failureOf(reading)).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
});

test('a connection that is not made in time is given up before the call is', async () => {
  const silent = createTcpServer(socket => void socket.on('error', () => undefined));
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  expect(await failureOf(httpClient({ connectMs: 20 })(url))).toMatchObject({ code: 'ETIMEDOUT' });
});
