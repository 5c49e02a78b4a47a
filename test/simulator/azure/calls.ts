/** Calls on the simulated Azure and Entra, with their own arithmetic: neither the pipeline's nor the simulator's. */
import { onTestFinished } from 'vitest';
import { type AzureOptions, type AzureSimulator, startAzure } from '../../../simulator/azure/server.ts';

/** The simulator's time in these tests, unless they set another. */
export const NOW = Date.parse('2030-05-15T12:00:00.000Z');

/** A simulator at NOW that is closed at the end of the test, and keeps its records. */
export async function azureForTest(options: AzureOptions = {}): Promise<AzureSimulator> {
  const azure = await startAzure({ now: () => NOW, keepRecords: true, ...options });
  onTestFinished(() => azure.close());
  return azure;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

export async function call(
  url: string,
  headers: Record<string, string>,
  body: Uint8Array,
): Promise<Answered> {
  const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
  return { status: response.status, text: await response.text() };
}

/** A request that the simulator accepts, its path with the query. */
export interface Request {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** Changes to a request that would be accepted: a header set to undefined is left out. */
export interface Changes {
  readonly headers?: Record<string, string | undefined>;
  readonly path?: string;
  readonly key?: string;
  readonly date?: string;
}

/** A token request; a form field set to undefined is left out. */
export async function askToken(
  azure: AzureSimulator,
  fields: Record<string, string | undefined> = {},
  changes: Changes = {},
): Promise<Answered> {
  const { tenantId, clientId, clientSecret, scope } = azure.settings.entra;
  const form = new URLSearchParams(
    present({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope,
      ...fields,
    }),
  );
  return call(
    azure.url + (changes.path ?? `/${tenantId}/oauth2/v2.0/token`),
    present({ 'content-type': 'application/x-www-form-urlencoded', ...changes.headers }),
    Buffer.from(form.toString()),
  );
}

/** The same as a request. */
export function tokenRequest({ settings }: AzureSimulator): Request {
  const { tenantId, clientId, clientSecret, scope } = settings.entra;
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
  return {
    path: `/${tenantId}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(new URLSearchParams(form).toString()),
  };
}

export async function newToken(azure: AzureSimulator): Promise<string> {
  const { status, text } = await askToken(azure);
  if (status !== 200) throw new Error(`no token: ${status} ${text}`);
  return JSON.parse(text).access_token;
}

export function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

export function present(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
