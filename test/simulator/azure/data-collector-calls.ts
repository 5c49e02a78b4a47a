/** Calls on the simulated Data Collector API, with their own arithmetic. */
import { createHmac } from 'node:crypto';
import type { AzureSimulator } from '../../../simulator/azure/server.ts';
import { type Answered, bytesOf, type Changes, call, NOW, present } from './calls.ts';

export function sign(key: string, bytes: number, date: string): string {
  const text = ['POST', bytes, 'application/json', `x-ms-date:${date}`, '/api/logs'].join('\n');
  return createHmac('sha256', Buffer.from(key, 'base64')).update(Buffer.from(text)).digest('base64');
}

const PATH = '/api/logs?api-version=2016-04-01';

/** A post to the Data Collector API: `body` is sent as it is, or written as JSON when it is not text or bytes. */
export async function collect(
  azure: AzureSimulator,
  body: unknown,
  changes: Changes = {},
): Promise<Answered> {
  const bytes = bytesOf(body);
  return call(azure.url + (changes.path ?? PATH), collectHeaders(azure, bytes, changes), bytes);
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

/** A post that is accepted. */
export const collectRequest = (azure: AzureSimulator, body: Uint8Array) => ({
  path: PATH,
  headers: collectHeaders(azure, body),
  body,
});

/** The error code of a Data Collector answer. */
export function collectorCode(answered: Answered): unknown {
  return JSON.parse(answered.text).Error;
}
