/** A server over TLS in a process of its own: answers each request when it has all of it, or at `/early` before that. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../../simulator/certificate.ts';
import { tlsFront } from '../../simulator/tls-front.ts';

process.on('disconnect', () => process.exit());
process.once('message', async (certificate: Certificate) => {
  const server = createServer((request, response) => {
    if (request.url === '/early') response.writeHead(413).end('[]');
    else request.resume().on('end', () => response.end('[]'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const front = await tlsFront(certificate);
  front.leadTo(`http://127.0.0.1:${port}`);
  process.on('message', () => process.send?.(front.connections));
  process.send?.(`https://${front.host}`);
});
