/** Processes that this one talks to over TLS. */
import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Certificate } from './tls-front.ts';

/** The certificate takes the program openssl. */
export const hasOpenssl = spawnSync('openssl', ['version']).error === undefined;

const SELF_SIGNED = 'req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2';
const SUBJECT = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];

let made: Certificate | undefined;

/** For localhost. Made once in a process, which trusts it from then on. */
export function certificate(): Certificate {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), 'auth0-logs-to-azure-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync('openssl', [...SELF_SIGNED.split(' '), '-keyout', key, '-out', cert, ...SUBJECT], {
    stdio: 'ignore',
  });
  made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  setDefaultCACertificates([...getCACertificates(), made.cert]);
  return made;
}

/** A process of this file, which ends with the test. */
export function startProcess(file: string): ChildProcess {
  const child = fork(file);
  onTestFinished(() => child.disconnect());
  return child;
}

/** One question to it, and its answer. */
export async function ask<T>(child: ChildProcess, question: object): Promise<T> {
  const answer = once(child, 'message');
  child.send(question);
  return (await answer)[0] as T;
}
