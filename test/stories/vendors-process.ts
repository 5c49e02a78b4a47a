/** Auth0 and Azure in a process of their own, over TLS, as a run meets them. */
import { generateLogs } from '../../simulator/auth0/tenant.ts';
import { startEnds } from '../../simulator/world.ts';
import { type Certificate, tlsFront } from '../edges/tls-front.ts';

export interface Vendors {
  readonly certificate: Certificate;
  /** Of the tenant. */
  readonly name: string;
  readonly logs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Met {
  readonly pages: number;
  /** Connections to each of them. */
  readonly auth0: number;
  readonly azure: number;
  readonly unique: number;
  readonly duplicates: number;
}

process.on('disconnect', () => process.exit());
process.once('message', async ({ certificate, name, logs, fromMs, toMs }: Vendors) => {
  const ends = await startEnds({
    name,
    auth0: { logs: generateLogs({ seed: 5, count: logs, fromMs, toMs }) },
  });
  const auth0 = await tlsFront(certificate, ends.addresses['AUTH0_BASE_URL'] ?? '');
  const azure = await tlsFront(certificate, ends.addresses['AZURE_BASE_URL'] ?? '');
  process.on('message', () => {
    const { unique, duplicates } = ends.azure.received;
    const met: Met = {
      pages: ends.auth0.requests.pages,
      auth0: auth0.connections(),
      azure: azure.connections(),
      unique,
      duplicates,
    };
    process.send?.(met);
  });
  process.send?.({ AUTH0_BASE_URL: auth0.url, AZURE_BASE_URL: azure.url, ENTRA_BASE_URL: azure.url });
});
