/**
 * What version 0.1.0 left behind, written by its own code on the simulators of its time: see README.md of the fixtures.
 * Never regenerate it: what is deployed does not change either.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Log } from '../../simulator/auth0/tenant.ts';
import { KINDS, type Kind } from '../../simulator/azure/apis.ts';

const FOLDER = join(import.meta.dirname, '0.1.0');

export interface Former {
  /** The function's environment variable. */
  readonly pipelineConfig: string;
  /** Of DynamoDB: 13 logs passed. */
  readonly item: Readonly<Record<string, AttributeValue>>;
  /** Messages of the two queues: three logs of an outage, one poison record. */
  readonly retry: readonly string[];
  readonly 'dead-letter': readonly string[];
  /** Lines of the ship function's log group. */
  readonly ledger: readonly string[];
}

/** Destinations that 0.1.0 had. */
export const FORMER_KINDS: readonly Kind[] = KINDS.filter(kind => existsSync(join(FOLDER, `${kind}.json`)));

export function former<T = Former>(name: string): T {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as T;
}

/** The tenant then, in order: the first PASSED were behind the checkpoint, the others came later. */
export const LOGS = former<readonly Log[]>('logs');
export const PASSED = 13;
export const PUT_ASIDE = [5, 6, 7, 9];
export const idsOf = (logs: readonly Log[]) => logs.map(log => log.log_id).sort();
