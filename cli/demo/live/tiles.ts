/**
 * What an analyst sees of the stored rows: tiles of the workbook (azure/workbook.ts). The demo has nothing that runs KQL, so
 * these functions compute what four of its queries return; a test runs those queries over the same rows and compares.
 */
import { EVENT_TIME_COLUMN } from '../../../lambda/core/record/columns.ts';
import type { Tiles } from '../page/model.ts';

export type Row = Readonly<Record<string, unknown>>;

/** What the tiles need of a row. */
export const TILE_COLUMNS = [
  'EventType',
  EVENT_TIME_COLUMN,
  'LevelName',
  'ActorUsername',
  'ActorUserId',
  'SrcIpAddr',
] as const;
type TileColumn = (typeof TILE_COLUMNS)[number];

/** The same in a table of the Data Collector API, whose columns have suffixes. */
export const COLLECTED_TILE_COLUMNS: readonly string[] = TILE_COLUMNS.flatMap(name =>
  ['_s', '_t', '_g'].map(suffix => name + suffix),
);

/** azure/queries/at-a-glance.kql */
const GLANCE: Readonly<Record<string, readonly string[]>> = {
  'Sign-ins': ['s', 'scoa', 'sens', 'sdel', 'sepft'],
  'Failed sign-ins': ['f', 'fp', 'fu', 'fc', 'fcoa', 'fens'],
  Blocked: ['limit_wc', 'limit_sul', 'limit_sui', 'limit_mu'],
  'Breached passwords': ['pwd_leak', 'signup_pwd_leak', 'reset_pwd_leak'],
  'MFA failures': ['gd_auth_failed', 'gd_auth_rejected', 'gd_recovery_failed'],
  'Management API changes': ['sapi'],
  'Rate limits hit': ['api_limit', 'limit_ui', 'limit_delegation'],
};
const NAME_OF = new Map(Object.entries(GLANCE).flatMap(([name, types]) => types.map(type => [type, name])));
const HOUR_MS = 3_600_000;

/** Takes rows as they are stored, and gives the tiles of all rows so far. A repeated log must be given once. */
export function tileCounter(mostUsers = 5): { add(row: Row): void; tiles(): Tiles } {
  const glance = new Map<string, number>();
  const logins = new Map<number, { success: number; failure: number }>();
  const levels = new Map<number, Record<string, number>>();
  const users = new Map<string, { failures: number; successes: number; addresses: Set<string> }>();

  const addSignIn = (row: Row, atMs: number, isSuccess: boolean) => {
    const hour = valueAt(logins, atMs, () => ({ success: 0, failure: 0 }));
    hour[isSuccess ? 'success' : 'failure']++;
    const user = (textOf(row, 'ActorUsername') || textOf(row, 'ActorUserId')).toLowerCase();
    if (user === '') return;
    const one = valueAt(users, user, () => ({ failures: 0, successes: 0, addresses: new Set<string>() }));
    one[isSuccess ? 'successes' : 'failures']++;
    const address = textOf(row, 'SrcIpAddr');
    if (address !== '') one.addresses.add(address);
  };
  return {
    add: row => {
      const eventMs = Date.parse(textOf(row, EVENT_TIME_COLUMN) || String(row['TimeGenerated']));
      const atMs = Math.floor(eventMs / HOUR_MS) * HOUR_MS;
      const name = NAME_OF.get(textOf(row, 'EventType'));
      if (name !== undefined) glance.set(name, (glance.get(name) ?? 0) + 1);
      const hour = valueAt(levels, atMs, () => ({}) as Record<string, number>);
      const level = textOf(row, 'LevelName') || 'info';
      hour[level] = (hour[level] ?? 0) + 1;
      // azure/functions/Auth0SignIns.kql has the types of these two.
      if (name === 'Sign-ins' || name === 'Failed sign-ins') addSignIn(row, atMs, name === 'Sign-ins');
    },
    tiles: () => ({
      glance: [...glance].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count),
      logins: byTime(logins).map(([atMs, counts]) => ({ atMs, ...counts })),
      levels: byTime(levels).map(([atMs, logs]) => ({ atMs, logs: { ...logs } })),
      failing: [...users]
        .filter(([, { failures }]) => failures > 0)
        .sort(([, a], [, b]) => b.failures - a.failures)
        .slice(0, mostUsers)
        .map(([user, { addresses, ...counts }]) => ({ user, ...counts, addresses: addresses.size })),
    }),
  };
}

/** In a table of the rule, or of the Data Collector API. */
function textOf(row: Row, column: TileColumn): string {
  for (const suffix of ['', '_s', '_t', '_g']) {
    const value = row[column + suffix];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

function valueAt<K, V>(map: Map<K, V>, key: K, first: () => V): V {
  const value = map.get(key) ?? first();
  map.set(key, value);
  return value;
}

const byTime = <V>(map: ReadonlyMap<number, V>) => [...map].sort(([one], [other]) => one - other);
