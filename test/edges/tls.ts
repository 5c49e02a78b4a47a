/** Processes that this one talks to over TLS. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { onTestFinished } from 'vitest';
import { type Certificate, makeCertificate } from '../../simulator/certificate.ts';

/** The certificate takes the program openssl. */
export const hasOpenssl = spawnSync('openssl', ['version']).error === undefined;

let made: Certificate | undefined;

/** For localhost. Made once in a process, which trusts it from then on. */
export function certificate(): Certificate {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), 'auth0-logs-to-azure-tls-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  made = makeCertificate(folder);
  setDefaultCACertificates([...getCACertificates(), readFileSync(made.certificate, 'utf8')]);
  return made;
}

/** A process of this file, which ends with the test. */
export function startProcess(file: string): ChildProcess {
  const child = fork(file);
  onTestFinished(() => child.disconnect());
  return child;
}
