/** ASIM's parsers over logs in a workspace on this machine. */

import type { Schema } from '../../../azure/asim/codes.ts';
import { ASIM_PARSERS, type AsimParser } from '../../../azure/asim/parsers.ts';
import { arrive } from '../../../scripts/azure-trials/arrivals.ts';
import { type Asim, openAsim } from '../../../simulator/azure/log-analytics/asim.ts';
import type { Scope } from '../../../simulator/azure/log-analytics/engine.ts';

export const DOMAIN = 'example.eu.auth0.com';
/** Logs of this day are looked at in the evening. */
export const TODAY = '2026-03-10';
const EVENING_MS = Date.parse(`${TODAY}T23:00:00Z`);
export const SCOPE: Scope = { fromMs: EVENING_MS - 2 * 86_400_000, toMs: EVENING_MS };

export const parserOf = (schema: Schema, filtering = true): AsimParser =>
  ASIM_PARSERS.find(one => one.schema === schema && one.filtering === filtering)!;

/** A workspace of this pipeline that has these logs. */
export async function workspaceWith(
  logs: readonly unknown[],
  kind: 'logs-ingestion' | 'data-collector' = 'logs-ingestion',
): Promise<Asim> {
  const arrivedMs = EVENING_MS - 3_600_000;
  return openAsim(
    'own',
    arrive(
      kind,
      DOMAIN,
      logs.map(log => ({ log, arrivedMs })),
    ).rows,
  );
}

let count = 0;

/** A log of a type at noon. */
export function log(type: string, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const id = `900${TODAY.replaceAll('-', '')}120000${String(++count).padStart(39, '0')}`;
  return {
    log_id: id,
    _id: id,
    type,
    date: `${TODAY}T12:00:00.000Z`,
    description: '',
    ip: '192.0.2.10',
    user_id: 'auth0|ada',
    user_name: 'ada@example.com',
    client_id: 'ExampleWebClient000000000000001A',
    client_name: 'Example Web',
    tenant_name: 'example',
    ...fields,
  };
}

/** A call of the Management API. */
export const call = (
  method: string,
  path: string,
  body: unknown = {},
  more: { readonly type?: string; readonly response?: unknown; readonly statusCode?: number } = {},
) =>
  log(more.type ?? 'sapi', {
    user_id: '',
    user_name: '',
    details: {
      request: { method, path: `/api/v2/${path}`, body, auth: { user: { email: 'admin@example.com' } } },
      response: { statusCode: more.statusCode ?? 200, body: more.response ?? {} },
    },
  });
