/** A server on loopback that does what one test says, and the small world around an edge. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import type { Clock, Fault, SecretSource } from '../../lambda/core/model.ts';
import { Secret } from '../../lambda/core/secret.ts';

export interface Taken {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
export type Answerer = (taken: Taken, response: ServerResponse) => void;

/** Every request in order; the server ends with the test. */
export async function serve(answer: Answerer): Promise<{ url: string; taken: Taken[] }> {
  const taken: Taken[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const one: Taken = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: await buffer(request),
    };
    taken.push(one);
    answer(one, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken };
}

/** An address where nobody listens any more. */
export async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

export function json(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Headers and half a body, then nothing more. */
export function stallBody(response: ServerResponse, status = 200): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': '1000' })
    .write('[{"a":');
}

/** Headers and half a body, then the end of the connection. */
export function cutBody(response: ServerResponse, status = 200): void {
  stallBody(response, status);
  setImmediate(() => response.destroy());
}

/** The code of a connection that the other side ended: which one depends on the kernel. */
export const CUT: unknown = expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/);

/** A clock that stands still until it is moved. */
export function handClock(nowMs: number): Clock & { move(ms: number): void } {
  let now = nowMs;
  return {
    now: () => now,
    sleep: async () => undefined,
    move: ms => {
      now += ms;
    },
  };
}

/** Secrets in memory, with the reads and the forgettings that were asked for. */
export function heldSecrets(fields: Record<string, string> | Fault): SecretSource & {
  reads: number;
  forgotten: number;
  hold(fields: Record<string, string>): void;
} {
  let held = fields;
  return {
    reads: 0,
    forgotten: 0,
    async read() {
      this.reads++;
      if ('verdict' in held) return { kind: 'fault', fault: held as unknown as Fault };
      const secrets = Object.entries(held).map(([key, value]) => [key, new Secret(value)] as const);
      return { kind: 'secret', fields: Object.fromEntries(secrets) };
    },
    forget() {
      this.forgotten++;
    },
    hold: next => {
      held = next;
    },
  };
}
