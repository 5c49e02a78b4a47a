/** A server on 127.0.0.1, for every simulator. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Loopback {
  /** Such as `http://127.0.0.1:40123`, without a trailing slash. */
  readonly url: string;
  /** Ends every connection at once, answered or not, and frees the port. May be called again. */
  close(): Promise<void>;
}

/** One request, read to its end. */
export interface Call {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Listens on a free port of 127.0.0.1. An error in `handle` is a bug of the simulator: it is not caught. */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Loopback> {
  const server = createServer((request, response) => void handle(request, response));
  // Longer than any client keeps an idle connection: none is cut while the client is about to use it.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The request's body, or undefined when the caller went away before its end. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part);
  } catch {
    return undefined;
  }
  return Buffer.concat(parts);
}
