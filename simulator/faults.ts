/** Faults on demand, the same for every simulated server. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export type SimulatedFault =
  /** Answer with this status instead of doing anything. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string | Uint8Array;
    }
  /** Take the request and never answer. */
  | { readonly kind: 'hang-headers' }
  /** Do the work, answer with headers and half a body, then nothing more. */
  | { readonly kind: 'hang-body' }
  /** Close the connection before doing anything. */
  | { readonly kind: 'cut' }
  /** Do the work, then close the connection instead of answering. */
  | { readonly kind: 'accept-then-cut' }
  /** Do the work, call `done`, then never answer: for who kills the caller just then. */
  | { readonly kind: 'accept-then-hold'; readonly done: () => void }
  /** 200 with an HTML page, as a proxy would. */
  | { readonly kind: 'html' }
  /** Answer properly, but later. */
  | { readonly kind: 'slow'; readonly ms: number };

/** A queue of faults: each request takes the next one; `always` stays until it is cleared. */
export interface FaultScript {
  /** Adds a fault for the next `times` requests. */
  add(fault: SimulatedFault, times?: number): void;
  /** A fault for every request from now on; undefined ends it. */
  always(fault: SimulatedFault | undefined): void;
  next(): SimulatedFault | undefined;
  clear(): void;
}

export function faultScript(): FaultScript {
  let queued: SimulatedFault[] = [];
  let standing: SimulatedFault | undefined;
  return {
    add: (fault, times = 1) => {
      for (let i = 0; i < times; i++) queued.push(fault);
    },
    always: fault => {
      standing = fault;
    },
    next: () => queued.shift() ?? standing,
    clear: () => {
      queued = [];
      standing = undefined;
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** Answers one request through its fault: `work` does what the server does when nothing is wrong. */
export async function answerWith(
  fault: SimulatedFault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  work: () => Promise<Answer> | Answer,
): Promise<void> {
  if (fault?.kind === 'cut') return void request.socket.destroy();
  if (fault?.kind === 'hang-headers') return;
  if (fault?.kind === 'status') return send(response, fault);
  if (fault?.kind === 'html') {
    return send(response, {
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html>sign in</html>',
    });
  }
  const answer = await work();
  if (fault?.kind === 'accept-then-cut') return void request.socket.destroy();
  if (fault?.kind === 'accept-then-hold') return fault.done();
  if (fault?.kind === 'hang-body') {
    const body = answer.body || '{"half":';
    response.writeHead(answer.status === 204 ? 200 : answer.status, answer.headers);
    response.write(body.slice(0, Math.ceil(body.length / 2)));
    return;
  }
  if (fault?.kind === 'slow') await new Promise(resolve => setTimeout(resolve, fault.ms));
  send(response, answer);
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body ?? '');
}
