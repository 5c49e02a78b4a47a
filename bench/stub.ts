/** Auth0, Entra and Azure in a process of their own, over TLS: they check nothing and cost little. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ENV } from '../lambda/core/contract.ts';
import { makeCertificate } from '../simulator/certificate.ts';
import type { Mix } from './logs.ts';
import { ask } from './open-world.ts';
import type { Counts, Run, Setup } from './stub-process.ts';

export interface Stub {
  /** The addresses and the certificate, as any side reads them. */
  readonly env: Readonly<Record<string, string>>;
  /** Begins a run: all counts are 0, and the first page comes next. */
  begin(run: Run): Promise<void>;
  /** What the run did. */
  counts(): Promise<Counts>;
  close(): void;
}

/** A tenant with so many pages of 100 logs. */
export async function startStub(folder: string, pages: number, mix: Mix): Promise<Stub> {
  const files = makeCertificate(folder);
  const child = fork(fileURLToPath(new URL('stub-process.ts', import.meta.url)), { execArgv: [] });
  const setup: Setup = { ...files, pages, mix };
  const ports = await ask<Record<'auth0' | 'entra' | 'azure', number>>(child, setup);
  const at = (name: keyof typeof ports) => `https://localhost:${ports[name]}`;
  return {
    env: {
      [ENV.auth0BaseUrl]: at('auth0'),
      [ENV.entraBaseUrl]: at('entra'),
      [ENV.azureBaseUrl]: at('azure'),
      NODE_EXTRA_CA_CERTS: files.certificate,
    },
    begin: async run => {
      await ask(child, run);
    },
    counts: () => ask(child, 'counts'),
    close: () => child.disconnect(),
  };
}
