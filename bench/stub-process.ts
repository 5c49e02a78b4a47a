/** The process of stub.ts. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Mix, manyLogs } from './logs.ts';

process.on('disconnect', () => process.exit());
process.once(
  'message',
  ({ key, certificate, pages, mix }: { key: string; certificate: string; pages: number; mix: Mix }) => {
    const toMs = Date.now() - 60_000;
    const many = manyLogs({ seed: 1, count: pages * 100, fromMs: toMs - 3_600_000, toMs, mix });
    const written = [...many.logs].map(log => Buffer.from(many.writeLog(log)));
    const bodies = Array.from({ length: pages }, (_, page) => {
      const logs = written
        .slice(page * 100, page * 100 + 100)
        .flatMap((log, i) => (i === 0 ? [log] : [COMMA, log]));
      return Buffer.concat([Buffer.from('['), ...logs, Buffer.from(']')]);
    });
    const token = JSON.stringify({ access_token: 'bench-token', expires_in: 86_400, token_type: 'Bearer' });
    let served = 0;
    let records = 0;
    /** Records named in the parts of one request, which may break a name in two. */
    const counter = () => {
      let tail = '';
      return (part: Buffer) => {
        const text = tail + part.toString('latin1');
        records += text.split(MARK).length - 1;
        tail = text.slice(1 - MARK.length);
      };
    };
    process.on('message', question => {
      if (question === 'records') process.send?.(records);
    });
    const server = createServer(
      { key: readFileSync(key), cert: readFileSync(certificate), keepAliveTimeout: 600_000 },
      (request, response) => {
        const { url = '' } = request;
        if (url.startsWith('/api/logs')) request.on('data', counter());
        request.resume().on('end', () => {
          if (url.startsWith('/api/v2/logs')) {
            response.setHeader('content-type', 'application/json');
            response.end(bodies[served++] ?? '[]');
          } else if (url.endsWith('/token')) {
            response.setHeader('content-type', 'application/json');
            response.end(token);
          } else response.writeHead(url.startsWith('/api/logs') ? 200 : 204).end();
        });
      },
    );
    server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  },
);

const COMMA = Buffer.from(',');
const MARK = '"LogId":';
