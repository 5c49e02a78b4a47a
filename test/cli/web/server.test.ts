import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../../cli/terminal/errors.ts';
import { action } from '../../../cli/web/actions.ts';
import { serveWeb, type Web } from '../../../cli/web/server.ts';

let web: Web;
let state: unknown = { look: 1 };
const bugs: unknown[] = [];

const options = {
  page: 'status',
  title: 'A page & <more>',
  state: () => state,
  actions: {
    double: action(v.strictObject({ number: v.number() }), ({ number }) => number * 2),
    refuse: action(v.unknown(), () => {
      throw new UsageError('the queue is gone; omit --queue');
    }),
    break: action(v.unknown(), () => {
      throw new Error('secret of the inside');
    }),
  },
  onBug: (error: unknown) => bugs.push(error),
  randomBytes,
} as const;

beforeAll(async () => {
  web = await serveWeb(options);
});
afterAll(() => web.close());

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  readonly url?: string;
}

/** With node:http, which sends any Host and Origin, as a browser under DNS rebinding or at another site does. */
function open({
  method = 'GET',
  path = '',
  headers = {},
  body,
  url = web.url,
}: Asked): Promise<IncomingMessage> {
  const { origin, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(new URL(path, origin + pathname), { method, headers, agent: false }, resolve);
    sent.on('error', reject).end(body);
  });
}

async function ask(asked: Asked) {
  const response = await open(asked);
  return { status: response.statusCode, headers: response.headers, text: await text(response) };
}

/** The cookie of a browser that has opened the address. */
async function sessionOf(url = web.url): Promise<string> {
  const { headers } = await ask({ url, path: new URL(url).search });
  return headers['set-cookie']![0]!.split(';')[0]!;
}

describe('the server of a page', () => {
  let cookie: string;
  const post = (name: string, body: unknown, headers: OutgoingHttpHeaders = {}) =>
    ask({
      method: 'POST',
      path: `actions/${name}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { cookie, origin: new URL(web.url).origin, 'content-type': 'application/json', ...headers },
    });

  test('gives the session to the first browser with the token, in a cookie of its folder that no script reads', async () => {
    const { pathname, search } = new URL(web.url);
    const wrong = await ask({ path: `?token=${'A'.repeat(43)}` });
    expect([wrong.status, wrong.headers['set-cookie']]).toEqual([403, undefined]);
    const first = await ask({ path: search });
    expect([first.status, first.headers.location]).toEqual([303, pathname]);
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(/^session=[\w-]{43}; Path=\/[\w-]+\/; HttpOnly; SameSite=Strict$/),
    ]);
    cookie = first.headers['set-cookie']![0]!.split(';')[0]!;
    const second = await ask({ path: search });
    expect([second.status, second.headers['set-cookie']]).toEqual([403, undefined]);
    expect(second.text).toContain('works once');
    const again = await ask({ path: search, headers: { cookie } });
    expect([again.status, again.headers['set-cookie']]).toEqual([303, undefined]);
  });

  test('shows nothing without the session, neither page nor files, events or actions', async () => {
    const paths = ['', 'status.js', 'status.css', 'events', '/', '/events', '/status.js'];
    const answers = await Promise.all(
      paths.flatMap(path => [ask({ path }), ask({ path, headers: { cookie: 'session=wrong' } })]),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
    const done = await post('double', { number: 2 }, { cookie: 'session=wrong' });
    expect(done.status).toBe(403);
  });

  test('answers under the names of this machine alone', async () => {
    const { port } = new URL(web.url);
    const asked = (host: string) => ask({ headers: { host, cookie } });
    const hosts = [`localhost:${port}`, 'evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:1`];
    const answers = await Promise.all(hosts.map(asked));
    expect(answers.map(({ status }) => status)).toEqual([200, 421, 421, 421, 421]);
  });

  test('takes actions and readers from its own page alone', async () => {
    const { port } = new URL(web.url);
    for (const origin of [
      'https://evil.example',
      `http://127.0.0.1:${Number(port) + 1}`,
      'null',
      `http://localhost:${port}`,
    ]) {
      expect((await post('double', { number: 2 }, { origin })).status, origin).toBe(403);
    }
    const { headers } = { headers: { cookie, 'content-type': 'application/json' } };
    expect((await ask({ method: 'POST', path: 'actions/double', headers, body: '{}' })).status).toBe(403);
    expect((await post('double', { number: 2 }, { 'sec-fetch-site': 'same-site' })).status).toBe(403);
    for (const site of ['cross-site', 'same-site']) {
      const read = { cookie, 'sec-fetch-site': site };
      expect((await ask({ path: 'status.js', headers: read })).status, site).toBe(403);
    }
    const link = { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask({ headers: link })).status).toBe(200);
    expect((await post('double', { number: 2 }, { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test('says to the browser in every answer what the page may do', async () => {
    const answers = await Promise.all([
      ask({ headers: { cookie } }),
      ask({ path: 'status.js', headers: { cookie } }),
      ask({ path: 'nothing', headers: { cookie } }),
      ask({}),
      post('double', { number: 1 }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 403, 200]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self';/),
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(answers[0]!.text).toContain('<title>A page  more></title>');
    expect(answers[0]!.text).not.toMatch(/<script>|style=|https?:/);
  });

  test('does an action with values that were checked, and answers a value or a sentence', async () => {
    expect(await post('double', { number: 21 })).toMatchObject({ status: 200, text: '{"value":42}' });
    const wrong = await post('double', { number: 'many' });
    expect(wrong.status).toBe(400);
    expect(JSON.parse(wrong.text).error).toMatch(/^number: .*; reload the page$/);
    const refused = await post('refuse', null);
    expect(JSON.parse(refused.text)).toEqual({ error: 'the queue is gone; omit --queue' });
    expect((await post('toString', null)).status).toBe(404);
    expect((await post('double', '{')).status).toBe(400);
    expect((await post('double', 'x'.repeat(70_000))).status).toBe(400);
    expect((await post('double', { number: 1 }, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await ask({ path: 'actions/double', headers: { cookie } })).status).toBe(404);
    expect((await ask({ method: 'PUT', headers: { cookie } })).status).toBe(405);
  });

  test('shows nothing of an error that nobody expected, except to the terminal', async () => {
    const { status, text } = await post('break', null);
    expect([status, JSON.parse(text)]).toEqual([
      500,
      { error: 'unexpected error; the terminal of the command shows it' },
    ]);
    expect(bugs).toEqual([new Error('secret of the inside')]);
  });

  test('sends the state to every reader: now, and whenever it has changed', async () => {
    const readers = await Promise.all([1, 2].map(() => open({ path: 'events', headers: { cookie } })));
    const firsts = await Promise.all(readers.map(nextOf));
    state = { look: 2 };
    web.changed();
    const seconds = await Promise.all(readers.map(nextOf));
    expect(firsts).toEqual(['id: 1\ndata: {"look":1}\n\n', 'id: 1\ndata: {"look":1}\n\n']);
    expect(seconds).toEqual(['id: 2\ndata: {"look":2}\n\n', 'id: 2\ndata: {"look":2}\n\n']);
    for (const reader of readers) reader.destroy();
  });
});

const nextOf = async (reader: IncomingMessage) => String((await once(reader, 'data'))[0]);

test('a reader that is slow gets the newest state, not all of them, and takes no memory', async () => {
  let look = 0;
  const big = 'x'.repeat(1_000_000);
  const own = await serveWeb({ ...options, state: () => ({ look: ++look, big }) });
  const cookie = await sessionOf(own.url);
  const reader = await open({ url: own.url, path: 'events', headers: { cookie } });
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  for (let count = 0; count < 200; count++) own.changed();
  const grown = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before;
  expect(grown).toBeLessThan(60_000_000);
  let seen = '';
  for await (const part of reader) {
    seen += part;
    if (seen.includes('"look":201,') && seen.endsWith('\n\n')) break;
  }
  expect(seen.match(/^data: /gm)!.length).toBeLessThan(20);
  await own.close();
});

test('a beat tells that the server still answers', async () => {
  const own = await serveWeb({ ...options, beatMs: 5 });
  const reader = await open({ url: own.url, path: 'events', headers: { cookie: await sessionOf(own.url) } });
  let seen = '';
  for await (const part of reader) {
    seen += part;
    if (seen.includes('event: beat\ndata: 0\n\n')) break;
  }
  await own.close();
});

test('its end ends all connections at once, also those that say nothing', async () => {
  const own = await serveWeb(options);
  const silent = connect(Number(new URL(own.url).port), '127.0.0.1');
  await once(silent, 'connect');
  const reader = await open({ url: own.url, path: 'events', headers: { cookie: await sessionOf(own.url) } });
  reader.on('error', () => undefined);
  silent.on('error', () => undefined);
  const ends = Promise.all(
    [reader, silent].map(one => new Promise(resolve => one.resume().on('close', resolve))),
  );
  await own.close();
  await ends;
});

test('a port that is taken is refused with what to do', async () => {
  const { port } = new URL(web.url);
  await expect(serveWeb({ ...options, port: Number(port) })).rejects.toThrow(
    new UsageError(
      `port ${port} cannot be used: listen EADDRINUSE: address already in use 127.0.0.1:${port}; choose another, or omit it`,
    ),
  );
});
