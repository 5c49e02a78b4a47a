/** Auth0 and Azure in a process of their own, over TLS, as a run meets them. */
import { generateLogs } from '../../simulator/auth0/tenant.ts';
import type { Certificate } from '../../simulator/certificate.ts';
import { tlsFront } from '../../simulator/tls-front.ts';
import { startEnds } from '../../simulator/world.ts';

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
  const [auth0, azure] = [await tlsFront(certificate), await tlsFront(certificate)];
  auth0.leadTo(ends.auth0.baseUrl);
  azure.leadTo(ends.azure.url);
  process.on('message', () => {
    const { unique, duplicates } = ends.azure.received;
    const met: Met = {
      pages: ends.auth0.requests.pages,
      auth0: auth0.connections,
      azure: azure.connections,
      unique,
      duplicates,
    };
    process.send?.(met);
  });
  const azureUrl = `https://${azure.host}`;
  process.send?.({
    AUTH0_BASE_URL: `https://${auth0.host}`,
    AZURE_BASE_URL: azureUrl,
    ENTRA_BASE_URL: azureUrl,
  });
});
