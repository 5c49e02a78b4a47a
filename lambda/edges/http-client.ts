/** Requests by node:http and node:https, in the shape of `fetch` and for less than half of its processor time. */
import { isAscii } from 'node:buffer';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { finished, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Answer, Fetch, FetchInit } from '../core/http.ts';

/** A connection that idles for longer is closed: the other side may have closed it while the function was frozen. */
const IDLE_MS = 4_000;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * A `fetch` with connections of its own, which follows no redirect and takes gzip. It resolves with the head of the
 * answer; it rejects, and the body likewise, with the signal's reason or with the system's error.
 * https://nodejs.org/docs/latest-v24.x/api/http.html
 */
export function httpClient(idleMs = IDLE_MS): Fetch {
  const options = { keepAlive: true, timeout: idleMs };
  const plain = { request: httpRequest, agent: new HttpAgent(options) };
  const secure = { request: httpsRequest, agent: new HttpsAgent(options) };
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(input);
      const { request, agent } = url.protocol === 'https:' ? secure : plain;
      const { method = 'GET', signal, body } = init;
      const fail = (error: unknown) => reject(signal?.aborted ? signal.reason : error);
      const outgoing = request(url, {
        method,
        agent,
        headers: headersOf(init),
        ...(signal ? { signal } : {}),
      });
      outgoing.once('response', incoming => resolve(answerOf(incoming, signal)));
      outgoing.on('error', fail);
      outgoing.end(body instanceof URLSearchParams ? body.toString() : body);
    });
}

function headersOf({ headers = {}, body }: FetchInit): Record<string, string | number> {
  const all: Record<string, string | number> = {
    accept: '*/*',
    'accept-encoding': 'gzip',
    'user-agent': 'auth0-logs-to-azure',
  };
  if (body instanceof URLSearchParams)
    all['content-type'] = 'application/x-www-form-urlencoded;charset=UTF-8';
  if (body !== undefined)
    all['content-length'] = Buffer.byteLength(body instanceof URLSearchParams ? body.toString() : body);
  for (const [name, value] of headers instanceof Headers ? headers : Object.entries(headers)) {
    all[name.toLowerCase()] = value;
  }
  return all;
}

function answerOf(incoming: IncomingMessage, signal: AbortSignal | undefined): Answer {
  const status = incoming.statusCode ?? 0;
  const body = decoded(incoming);
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: name => incoming.headers[name.toLowerCase()]?.toString() ?? null },
    body: partsOf(body, signal),
    text: () => textOf(body, signal),
  };
}

/** The body as it was before it was gzipped, if it was. */
function decoded(incoming: IncomingMessage): Readable {
  if (!/^(x-)?gzip$/i.test(incoming.headers['content-encoding'] ?? '')) return incoming;
  // Who reads the body is told of errors; the callback is there for bodies that nobody reads.
  return pipeline(incoming, createGunzip(), () => undefined);
}

/** A body that breaks off because time is up says so, instead of telling of a connection that broke. */
async function* partsOf(body: Readable, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}

/**
 * By events, and at once: a page of logs comes in a dozen parts, and to await, decode and join them one by one costs as
 * much as all else that is done to it here.
 */
function textOf(body: Readable, signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    body.on('data', (part: Buffer) => parts.push(part));
    finished(body, error => {
      if (error) reject(signal?.aborted ? signal.reason : error);
      else resolve(decodedText(Buffer.concat(parts)));
    });
  });
}

/** UTF-8 without its byte order mark. What is all ASCII, as most logs are, is read faster as what it is as well. */
function decodedText(bytes: Buffer): string {
  const text = bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}
