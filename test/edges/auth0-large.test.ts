/** A page that would not fit the function's memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { auth0Logs } from '../../lambda/edges/auth0.ts';
import { textMaxBytes } from '../../lambda/edges/http-body.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { SOME } from '../destinations/samples.ts';
import { type Answerer, handClock, heldSecrets, json, serve } from './server.ts';
import { config, ID, LIMIT_MS, NOW } from './tenant.ts';

const MAX = 100_000;
const LOG = JSON.stringify({ log_id: ID, text: 'x'.repeat(1_500) });

const pageOf = (logs: number) => `[${Array(logs).fill(LOG).join()}]`;
const plain = (response: ServerResponse, page: string) => void response.end(page);
const chunked = (response: ServerResponse, page: string) =>
  void response.write(page.slice(0, 9), () => response.end(page.slice(9)));
const gzipped = (response: ServerResponse, page: string) =>
  void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(page));

async function limited(answer: Answerer) {
  const { url, taken } = await serve((one, response) =>
    one.path === '/oauth/token' ? json(response, 200, { access_token: 'a' }) : answer(one, response),
  );
  const source = auth0Logs({
    config,
    secrets: heldSecrets({ clientId: 'c', clientSecret: 's' }),
    clock: handClock(NOW),
    fetch: httpClient({ maxTextBytes: MAX }),
    baseUrl: url,
  });
  return { source, taken };
}

test.each([
  ['with its length', plain, 'bytes; the limit is 100000 bytes'],
  ['in chunks', chunked, 'bytes so far; the limit is 100000 bytes'],
  ['gzipped', gzipped, 'bytes so far; the limit is 100000 bytes'],
])(
  '%s: a page that is too large is refused with its size, and fewer logs are asked for and had',
  async (_way, send, said) => {
    const { source, taken } = await limited((one, response) =>
      send(response, pageOf(Number(one.query.get('take')))),
    );
    const answer = await source.page(ID, LIMIT_MS);
    expect(answer).toMatchObject({ fault: { verdict: 'unavailable', code: 'ANSWER_TOO_LARGE' } });
    const message = answer.kind === 'fault' ? answer.fault.message : '';
    expect(message).toContain(said);
    expect(message).toContain('memorySizeMb');
    expect(message).toMatch(/1\d{5} bytes/);
    expect(message).not.toContain('did not answer');
    expect(await source.page(ID, LIMIT_MS, 50)).toMatchObject({ kind: 'page', logs: { length: 50 } });
    expect(taken.map(one => one.query.get('take'))).toEqual([null, '100', '50']);
  },
);

test('a refusal with a long text stays what its status says', async () => {
  const { source } = await limited((_, response) => response.writeHead(503).end(pageOf(100)));
  const answer = await source.page(ID, LIMIT_MS);
  expect(answer).toMatchObject({ fault: { verdict: 'unavailable', status: 503 } });
});

test('the limit grows with the memory, between a megabyte and 64', () => {
  expect([undefined, Number.NaN].map(textMaxBytes)).toEqual([64_000_000, 64_000_000]);
  expect([128, 256, 1024, 10_240].map(textMaxBytes)).toEqual([1_000_000, 4_089_446, 24_222_105, 64_000_000]);
});

/** As Lambda starts Node: a tenth of the memory for the young generation, in two halves, and the rest for the old one. */
const HEAP = ['--max-semi-space-size=12', '--max-old-space-size=231'];

async function ask(url: string, take: number): Promise<unknown> {
  const pipeline = {
    name: 'test',
    auth0: { domain: config.domain, secret: 'a' },
    azure: { ...SOME.azure, secret: 'b' },
  };
  const file = join(import.meta.dirname, 'large-page-process.ts');
  const env = { PATH: process.env['PATH'], AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256', AUTH0_BASE_URL: url };
  const args = [
    ...HEAP,
    '--disable-warning=ExperimentalWarning',
    file,
    JSON.stringify(pipeline),
    String(take),
  ];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const [printed, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return code === 0 ? JSON.parse(printed) : { died: signal ?? code };
}

test('a function of 256 MB survives a page that inflates to 60 MB of small objects', {
  timeout: 60_000,
}, async () => {
  const objects = '{},'.repeat(200_000);
  const { url } = await serve((one, response) => {
    if (one.path === '/oauth/token') return json(response, 200, { access_token: 'a' });
    const log = `{"log_id":"${ID}","details":[${objects}{}]}`;
    const page = `[${Array(Number(one.query.get('take')))
      .fill(log)
      .join()}]`;
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(page, { level: 1 }));
  });
  expect(await ask(url, 100)).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
  expect(await ask(url, 1)).toEqual({ logs: 1 });
});
