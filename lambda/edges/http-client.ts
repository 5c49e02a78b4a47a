/** Requests by node:http and node:https, in the shape of `fetch` and for less than half of its processor time. */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Answer, Fetch, FetchInit } from '../core/http.ts';
import { bodyIn, coded, partsOf, textMaxBytes, textOf } from './http-body.ts';

export interface HttpClientOptions {
  /** A connection that idles for longer is closed: the other side may have closed it while the function was frozen. */
  readonly idleMs?: number;
  /** A connection that takes longer, handshake included, is given up; the caller retries. */
  readonly connectMs?: number;
  /** A longer text is refused; in bytes, unzipped. 64 MB when absent. */
  readonly maxTextBytes?: number;
}

const IDLE_MS = 4_000;
const CONNECT_MS = 10_000;

/**
 * A `fetch` with connections of its own, which follows no redirect and takes gzip. It resolves with the head of the
 * answer. It rejects, and so does the reading of a body, with the signal's reason or with an error that has a code; and
 * it does so however the other side behaves.
 * https://nodejs.org/docs/latest-v24.x/api/http.html
 */
export function httpClient({
  idleMs = IDLE_MS,
  connectMs = CONNECT_MS,
  maxTextBytes = textMaxBytes(undefined),
}: HttpClientOptions = {}): Fetch {
  const options = { keepAlive: true, timeout: idleMs };
  const plain = { request: httpRequest, agent: new HttpAgent(options), connected: 'connect' };
  const secure = { request: httpsRequest, agent: new HttpsAgent(options), connected: 'secureConnect' };
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const { method = 'GET', signal } = init;
      signal?.throwIfAborted();
      const url = new URL(input);
      const { request, agent, connected } = url.protocol === 'https:' ? secure : plain;
      const body = init.body instanceof URLSearchParams ? init.body.toString() : init.body;
      const outgoing = request(url, { method, agent, headers: headersOf(init, body) });
      // Node may emit no end for a request that we ended, nor for a switch of protocols.
      const abort = () => {
        outgoing.destroy();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      outgoing.once('response', incoming => resolve(answerOf(outgoing, incoming, signal, maxTextBytes)));
      outgoing.on('error', reject);
      outgoing.once('close', () => {
        signal?.removeEventListener('abort', abort);
        reject(coded('ECONNRESET', 'the connection ended without an answer'));
      });
      limitConnecting(outgoing, connected, connectMs);
      outgoing.end(body);
    });
}

function headersOf({ headers = {}, body: given }: FetchInit, body: string | Buffer | undefined) {
  const all: Record<string, string | number> = {
    accept: '*/*',
    'accept-encoding': 'gzip',
    'user-agent': 'auth0-logs-to-azure',
  };
  if (given instanceof URLSearchParams) {
    all['content-type'] = 'application/x-www-form-urlencoded;charset=UTF-8';
  }
  if (body !== undefined) all['content-length'] = Buffer.byteLength(body);
  for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = value;
  return all;
}

function answerOf(
  outgoing: ClientRequest,
  incoming: IncomingMessage,
  signal: AbortSignal | undefined,
  maxTextBytes: number,
): Answer {
  incoming.once('end', () => setImmediate(endUnsent, outgoing));
  const status = incoming.statusCode ?? 0;
  const body = bodyIn(incoming);
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: name => incoming.headers[name.toLowerCase()]?.toString() ?? null },
    body: partsOf(body, signal),
    text: () => textOf(body, signal, maxTextBytes),
  };
}

/**
 * A request that was answered before all of it was sent, to a side that does not take the rest: nobody else would ever
 * close its connection. One turn of the event loop after the end of the answer, since over TLS Node learns only then that
 * the system has taken what the other side has read already. A request whose connection has another one by then is left
 * alone: Node marks it as destroyed.
 * https://github.com/nodejs/node/blob/v24.x/src/crypto/crypto_tls.cc, TLSWrap::EncOut
 */
function endUnsent(outgoing: ClientRequest): void {
  if (!outgoing.writableFinished) outgoing.destroy();
}

function limitConnecting(outgoing: ClientRequest, connected: string, connectMs: number): void {
  outgoing.once('socket', socket => {
    if (!socket.connecting) return;
    const give = () => outgoing.destroy(coded('ETIMEDOUT', `no connection within ${connectMs} ms`));
    const timer = setTimeout(give, connectMs);
    timer.unref();
    const clear = () => clearTimeout(timer);
    socket.once(connected, clear);
    outgoing.once('close', clear);
  });
}
