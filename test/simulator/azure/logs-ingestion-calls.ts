/** Calls on the simulated Logs Ingestion API. */
import type { AzureSimulator } from '../../../simulator/azure/server.ts';
import { type Answered, bytesOf, type Changes, call, newToken, present } from './calls.ts';

const pathOf = ({ settings: { dcrImmutableId, stream } }: AzureSimulator) =>
  `/dataCollectionRules/${dcrImmutableId}/streams/${stream}?api-version=2023-01-01`;

/** A post to the Logs Ingestion API, with a new token unless the changes bring another authorization. */
export async function ingest(azure: AzureSimulator, body: unknown, changes: Changes = {}): Promise<Answered> {
  const authorization =
    changes.headers && 'authorization' in changes.headers
      ? changes.headers['authorization']
      : `Bearer ${await newToken(azure)}`;
  return call(
    azure.url + (changes.path ?? pathOf(azure)),
    present({ 'content-type': 'application/json', ...changes.headers, authorization }),
    bytesOf(body),
  );
}

/** A post that is accepted, with a token of its own. */
export const ingestRequest = async (azure: AzureSimulator, body: Uint8Array) => ({
  path: pathOf(azure),
  headers: { 'content-type': 'application/json', authorization: `Bearer ${await newToken(azure)}` },
  body,
});

/** The error code of a Logs Ingestion answer. */
export function ingestionCode(answered: Answered): unknown {
  return JSON.parse(answered.text).error.code;
}
