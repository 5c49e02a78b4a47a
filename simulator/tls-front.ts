/** TLS in front of a simulated server, for callers that accept nothing else, or to count their connections. */
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificate } from './certificate.ts';

export interface TlsFront {
  /** `localhost:PORT`. */
  readonly host: string;
  /** Where connections lead from now on, such as `http://127.0.0.1:1234`. */
  leadTo(url: string): void;
  /** Made to it so far. */
  readonly connections: number;
  close(): void;
}

export async function tlsFront({ key, certificate }: Certificate): Promise<TlsFront> {
  let port = 0;
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, secure => {
    connections++;
    const plain = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [secure, plain],
      [plain, secure],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    leadTo: url => {
      port = Number(new URL(url).port);
    },
    get connections() {
      return connections;
    },
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
