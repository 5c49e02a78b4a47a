/** TLS in front of a server on loopback; counts connections. */
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** `https://localhost:PORT`, which leads to the server at `url`, and how many connections were made to it. */
export async function tlsFront(
  certificate: Certificate,
  url: string,
): Promise<{ readonly url: string; readonly connections: () => number }> {
  const to = Number(new URL(url).port);
  let connections = 0;
  const server = createServer(certificate, socket => {
    connections++;
    pipeline(socket, connect(to, '127.0.0.1'), socket, () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
  };
}
