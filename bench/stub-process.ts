/** The process of stub.ts. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { DATA_COLLECTOR } from '../simulator/azure/data-collector.ts';
import type { Certificate } from '../simulator/certificate.ts';
import { type Mix, manyLogs } from './logs.ts';

export interface Setup extends Certificate {
  readonly pages: number;
  readonly mix: Mix;
}

/** How long each answer takes. */
export interface Run {
  readonly auth0Ms: number;
  readonly azureMs: number;
}

export interface Counts {
  readonly posts: number;
  /** In the bodies of the posts. */
  readonly records: number;
  readonly auth0Connections: number;
  readonly azureConnections: number;
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

const TOKEN = JSON.stringify({ access_token: 'bench-token', expires_in: 86_400, token_type: 'Bearer' });
const COMMA = Buffer.from(',');

process.on('disconnect', () => process.exit());
process.once('message', async (setup: Setup) => {
  const pages = pagesOf(setup);
  let run: Run = { auth0Ms: 0, azureMs: 0 };
  let served = 0;
  let posts: Buffer[] = [];
  const connections = { auth0: 0, entra: 0, azure: 0 };

  const serve = async (name: keyof typeof connections, handler: Handler): Promise<number> => {
    const tls = { key: readFileSync(setup.key), cert: readFileSync(setup.certificate) };
    const server = createServer({ ...tls, keepAliveTimeout: 600_000 }, (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', part => parts.push(part));
      request.on('end', () => handler(request, response, Buffer.concat(parts)));
    });
    server.on('secureConnection', () => connections[name]++);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const ports = {
    auth0: await serve('auth0', ({ url = '' }, response) => {
      if (url.endsWith('/token')) return json(response, TOKEN);
      // By checkpoint each page once, in order; by search the newest log.
      const page = url.includes('from=') ? pages[served++] : pages.at(-1);
      later(run.auth0Ms, () => json(response, page ?? '[]'));
    }),
    entra: await serve('entra', (_, response) => json(response, TOKEN)),
    azure: await serve('azure', ({ url = '' }, response, body) => {
      posts.push(body);
      const status = DATA_COLLECTOR.path.test(url.split('?')[0]!) ? 200 : 204;
      later(run.azureMs, () => response.writeHead(status).end());
    }),
  };
  process.on('message', (message: Run | 'counts') => {
    if (message !== 'counts') {
      run = message;
      served = 0;
      posts = [];
      Object.assign(connections, { auth0: 0, entra: 0, azure: 0 });
      return process.send?.('begun');
    }
    const records = posts.reduce((sum, body) => sum + recordsIn(body), 0);
    const { auth0, azure } = connections;
    const counts: Counts = {
      posts: posts.length,
      records,
      auth0Connections: auth0,
      azureConnections: azure,
    };
    process.send?.(counts);
  });
  process.send?.(ports);
});

/** Bodies as Auth0 answers them. */
function pagesOf({ pages, mix }: Setup): Buffer[] {
  const toMs = Date.now() - 60_000;
  const many = manyLogs({ seed: 1, count: pages * 100, fromMs: toMs - 3_600_000, toMs, mix });
  const written = [...many.logs].map(log => Buffer.from(many.writeLog(log)));
  return Array.from({ length: pages }, (_, page) => {
    const logs = written
      .slice(page * 100, page * 100 + 100)
      .flatMap((log, i) => (i === 0 ? [log] : [COMMA, log]));
    return Buffer.concat([Buffer.from('['), ...logs, Buffer.from(']')]);
  });
}

function recordsIn(body: Buffer): number {
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  return (JSON.parse(String(isGzip ? gunzipSync(body) : body)) as unknown[]).length;
}

function json(response: ServerResponse, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

function later(ms: number, answer: () => void): void {
  if (ms === 0) answer();
  else setTimeout(answer, ms);
}
