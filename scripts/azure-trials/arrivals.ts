/** Auth0 logs on their way into a workspace: shaped by the real shaper, stored or dropped as the service would. */

import { shaper } from '../../lambda/core/record/shape.ts';
import { type DestinationKind, specOf } from '../../lambda/destinations/all.ts';
import { APIS } from '../../simulator/azure/apis.ts';
import type { Rows } from '../../simulator/azure/log-analytics/engine.ts';
import { openWorkspace, type Workspace } from '../../simulator/azure/workspace.ts';
import { NOW_MS, type Scene } from './scene.ts';

const MINUTE_MS = 60_000;
const ON_TIME_MINUTES = 0.5;

export interface Arrival {
  readonly log: unknown;
  readonly arrivedMs: number;
}

/** When each of the scene's logs arrives, those of `before` first. */
export function arrivalsOf({ before = [], logs, lagMinutes = ON_TIME_MINUTES }: Scene): Arrival[] {
  // A log without a readable date has a recent one.
  const timeOf = (log: Scene['logs'][0]) => Date.parse(log.date) || NOW_MS - 5 * MINUTE_MS;
  const after = (minutes: number) => (log: Scene['logs'][0]) => ({
    log,
    arrivedMs: timeOf(log) + minutes * MINUTE_MS,
  });
  return [...before.map(after(ON_TIME_MINUTES)), ...logs.map(after(lagMinutes))];
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
