/** An https stub in a process of its own: takes posts unread, gives tokens, and serves the same few pages for ever. */
import { execFileSync, fork } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mix } from './logs.ts';
import { ask } from './open-world.ts';

export interface Stub {
  /** `https://localhost:PORT`. */
  readonly url: string;
  /** For NODE_EXTRA_CA_CERTS. */
  readonly certificate: string;
  /** Records that the Data Collector's address was sent so far. */
  records(): Promise<number>;
  close(): void;
}

/** Starts it with a certificate made for the purpose. Needs the program `openssl`. */
export async function startStub(folder: string, pages: number, mix: Mix = 'hostile'): Promise<Stub> {
  const own = await mkdtemp(join(folder, 'stub-'));
  const key = join(own, 'key.pem');
  const certificate = join(own, 'certificate.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  const child = fork(fileURLToPath(new URL('stub-process.ts', import.meta.url)), { execArgv: [] });
  const { port } = await ask<{ port: number }>(child, { key, certificate, pages, mix });
  return {
    url: `https://localhost:${port}`,
    certificate,
    records: () => ask(child, 'records'),
    close: () => child.disconnect(),
  };
}
