/** Auth0 logs on their way into a workspace: shaped by the real shaper, stored or dropped as the service would. */

import { shaper } from '../../lambda/core/record/shape.ts';
import { type DestinationKind, specOf } from '../../lambda/destinations/all.ts';
import { APIS } from '../../simulator/azure/apis.ts';
import type { Rows } from '../../simulator/azure/log-analytics/engine.ts';
import { openWorkspace, type Workspace } from '../../simulator/azure/workspace.ts';

export interface Arrival {
  readonly log: unknown;
  readonly arrivedMs: number;
}

/** Stores logs, each at its time and in that order. Returns their LogIds, in the order given. */
export function arriveIn(
  workspace: Workspace,
  destination: DestinationKind,
  auth0Domain: string,
  arrivals: readonly Arrival[],
): string[] {
  const shape = shaper({ form: specOf({ kind: destination }).form, auth0Domain, redact: log => log });
  const shaped = arrivals.map(({ log, arrivedMs }) => ({ ...shape(log), arrivedMs }));
  for (const { json, arrivedMs } of shaped.toSorted((a, b) => a.arrivedMs - b.arrivedMs)) {
    const records = [JSON.parse(json)];
    APIS[destination].arrive(workspace, records, arrivedMs);
  }
  return shaped.map(one => one.logId);
}

/** The rows of a workspace without other logs, and the LogId of each log. */
export function arrive(
  destination: DestinationKind,
  auth0Domain: string,
  arrivals: readonly Arrival[],
): { rows: Rows; logIds: string[] } {
  const workspace = openWorkspace({ keepRecords: true });
  const logIds = arriveIn(workspace, destination, auth0Domain, arrivals);
  return { rows: workspace.tables(), logIds };
}
