/** Calls on the simulated Azure, with their own arithmetic: neither the pipeline's nor the simulator's. */
import { createHmac } from 'node:crypto';
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

export function sign(key: string, bytes: number, date: string): string {
  const text = ['POST', bytes, 'application/json', `x-ms-date:${date}`, '/api/logs'].join('\n');
  return createHmac('sha256', Buffer.from(key, 'base64')).update(Buffer.from(text)).digest('base64');
}

/** Changes to a request that would be accepted: a header set to undefined is left out. */
export interface Changes {
  readonly headers?: Record<string, string | undefined>;
  readonly path?: string;
  readonly key?: string;
  readonly date?: string;
}

/** A post to the Data Collector API: `body` is sent as it is, or written as JSON when it is not text or bytes. */
export async function collect(
  azure: AzureSimulator,
  body: unknown,
  changes: Changes = {},
): Promise<Answered> {
  const bytes = bytesOf(body);
  return call(
    azure.url + (changes.path ?? '/api/logs?api-version=2016-04-01'),
    collectHeaders(azure, bytes, changes),
    bytes,
  );
}

export function collectHeaders(
  azure: AzureSimulator,
  bytes: Uint8Array,
  changes: Changes = {},
): Record<string, string> {
  const date = changes.date ?? new Date(NOW).toUTCString();
  const { workspaceId, sharedKeys } = azure.settings;
  return present({
    'content-type': 'application/json',
    'log-type': 'Auth0',
    'x-ms-date': date,
    authorization: `SharedKey ${workspaceId}:${sign(changes.key ?? sharedKeys[0]!, bytes.length, date)}`,
    ...changes.headers,
  });
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

export async function newToken(azure: AzureSimulator): Promise<string> {
  const { status, text } = await askToken(azure);
  if (status !== 200) throw new Error(`no token: ${status} ${text}`);
  return JSON.parse(text).access_token;
}

/** A post to the Logs Ingestion API, with a new token unless the changes bring another authorization. */
export async function ingest(azure: AzureSimulator, body: unknown, changes: Changes = {}): Promise<Answered> {
  const { dcrImmutableId, stream } = azure.settings;
  const path = `/dataCollectionRules/${dcrImmutableId}/streams/${stream}?api-version=2023-01-01`;
  const authorization =
    changes.headers && 'authorization' in changes.headers
      ? changes.headers['authorization']
      : `Bearer ${await newToken(azure)}`;
  return call(
    azure.url + (changes.path ?? path),
    present({ 'content-type': 'application/json', ...changes.headers, authorization }),
    bytesOf(body),
  );
}

export function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The error code of a Data Collector answer. */
export function collectorCode(answered: Answered): unknown {
  return JSON.parse(answered.text).Error;
}

/** The error code of a Logs Ingestion answer. */
export function ingestionCode(answered: Answered): unknown {
  return JSON.parse(answered.text).error.code;
}

function present(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
