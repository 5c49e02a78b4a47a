/** The logs a simulated tenant holds: what Auth0 shows of them depends on the time and the retention. */
import { type Log, logIdAt } from './tenant.ts';

export interface TenantStore {
  /** Adds logs in any order. Throws when an id is there already: a test that counts ids would be wrong. */
  add(logs: Iterable<Log>): void;
  /** Adds a log that Auth0 wrote too late: throws unless a log with a greater id was served before. */
  insertLate(log: Log): void;
  /** Every id ever added, whether it is still held or not. */
  ids(): ReadonlySet<string>;
}

export interface TenantShelf extends TenantStore {
  /** At most `take` logs with greater ids, ascending, of those that can be seen at `nowMs`. */
  after(logId: string, take: number, nowMs: number): readonly Log[];
  /** Everything that can be seen at `nowMs`, ascending by id. */
  visible(nowMs: number): readonly Log[];
}

/** `retentionMs`: how long a log can be read, by the time in its id; for ever when absent. */
export function tenantShelf(retentionMs?: number): TenantShelf {
  const shelf: Log[] = [];
  const known = new Set<string>();
  let greatestServed = '';

  const add = (logs: Iterable<Log>) => {
    let ascending = true;
    for (const log of logs) {
      if (known.has(log.log_id))
        throw new Error(`the tenant already has a log ${log.log_id}; ids are unique`);
      ascending &&= log.log_id > (shelf.at(-1)?.log_id ?? '');
      known.add(log.log_id);
      shelf.push(log);
    }
    if (!ascending) shelf.sort((a, b) => (a.log_id < b.log_id ? -1 : 1));
  };
  const oldest = (nowMs: number) =>
    retentionMs === undefined ? 0 : firstFrom(shelf, logIdAt(nowMs - retentionMs));
  const end = (nowMs: number) => firstFrom(shelf, logIdAt(Math.floor(nowMs) + 1));
  return {
    add,
    insertLate: log => {
      if (log.log_id >= greatestServed) {
        throw new Error(`${log.log_id} is not late: no greater id was served yet; use add`);
      }
      add([log]);
    },
    ids: () => known,
    after: (logId, take, nowMs) => {
      // No id lies between an id and the same id with a digit more.
      const start = Math.max(firstFrom(shelf, `${logId}0`), oldest(nowMs));
      const page = shelf.slice(start, Math.min(start + take, end(nowMs)));
      const last = page.at(-1)?.log_id ?? '';
      if (last > greatestServed) greatestServed = last;
      return page;
    },
    visible: nowMs => shelf.slice(oldest(nowMs), end(nowMs)),
  };
}

/** Index of the first log whose id is `logId` or greater. Ids are compared as text, never as numbers. */
function firstFrom(shelf: readonly Log[], logId: string): number {
  let low = 0;
  let high = shelf.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (shelf[middle]!.log_id < logId) low = middle + 1;
    else high = middle;
  }
  return low;
}
