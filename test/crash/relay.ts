/** A loopback relay in front of a server: it stops, holds or cuts single calls, so that the product needs no test hooks. */
import { type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http';
import { listen, readBody } from '../../simulator/loopback.ts';
import { type CallName, nameOf } from './calls.ts';

/** Where a call is: at the server's door, done by the server but unanswered, or answered. */
export type Moment = 'arrived' | 'applied' | 'answered';

export interface Call {
  readonly name: CallName;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Looks at every call at every moment. `cut` ends its connection there and then; while it waits, the call waits. */
export type Watch = (call: Call, moment: Moment) => Promise<'cut' | undefined> | 'cut' | undefined;

export interface Relay {
  readonly url: string;
  close(): Promise<void>;
}

export interface RelayOptions {
  /** The server behind: `http://127.0.0.1:PORT`. */
  readonly target: string;
  readonly watch: Watch;
  /** Stands around the server's own work; `apply` lets it do it. */
  readonly around?: (call: Call, apply: () => Promise<Answer>) => Promise<Answer>;
}

/** Starts a relay on a free port. */
export async function startRelay({ target, watch, around }: RelayOptions): Promise<Relay> {
  const { url, close } = await listen(async (request, response) => {
    const body = await readBody(request);
    if (!body) return;
    const call: Call = { name: nameOf(request, body), headers: request.headers, body };
    const cut = async (moment: Moment) => {
      if ((await watch(call, moment)) !== 'cut') return false;
      request.socket.destroy();
      return true;
    };
    try {
      if (await cut('arrived')) return;
      const apply = () => forward(request, redirected(body, url, target), target);
      const answer = await (around ? around(call, apply) : apply());
      if (await cut('applied')) return;
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body, () => void cut('answered'));
    } catch {
      // The server behind broke the connection off, as its faults do: so does its relay.
      request.socket.destroy();
    }
  });
  return { url, close };
}

/** A queue is known by its URL, which names the relay in the caller's mouth. */
function redirected(body: Buffer, from: string, to: string): Buffer {
  if (!body.includes(`"QueueUrl":"${from}`)) return body;
  return Buffer.from(body.toString().replace(`"QueueUrl":"${from}`, `"QueueUrl":"${to}`));
}

function forward(request: IncomingMessage, body: Buffer, target: string): Promise<Answer> {
  // The signature of an AWS call covers the host, so that header stays as it came.
  const { 'transfer-encoding': _, ...given } = request.headers;
  const headers = { ...given, 'content-length': body.length, connection: 'close' };
  return new Promise((resolve, reject) => {
    const call = send(
      `${target}${request.url}`,
      { method: request.method ?? 'GET', headers },
      async answer => {
        const whole = await readBody(answer);
        const { connection, 'transfer-encoding': _, ...rest } = answer.headers;
        if (!whole) return reject(new Error('the answer broke off'));
        resolve({ status: answer.statusCode ?? 0, headers: rest, body: whole });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
