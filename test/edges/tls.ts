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

/** For localhost, until the end of the test. This process trusts it from then on. */
export function certificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'auth0-logs-to-azure-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const made = makeCertificate(folder);
  setDefaultCACertificates([...getCACertificates(), readFileSync(made.certificate, 'utf8')]);
  return made;
}

/** A process of this file, which ends with the test. */
export function startProcess(file: string): ChildProcess {
  const child = fork(file);
  onTestFinished(() => child.disconnect());
  return child;
}
