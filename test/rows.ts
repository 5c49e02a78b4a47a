/** What a workspace answers to the queries of stored-kql.ts. The simulator of Azure runs their real text. */
import { digestOf, sketchOf } from '../lambda/core/sketch.ts';
import { binOf, idsKql } from '../lambda/core/stored-kql.ts';
import type { Row, StoredPlace } from '../lambda/core/workspace.ts';

export const PLACE: StoredPlace = { table: 'Auth0Logs_CL', logIdColumn: 'LogId' };

/** The rows of the answer, for a table with a row for each of these ids. */
export function rowsOf(kql: string, place: StoredPlace, logIds: readonly string[]): Row[] {
  const [, from = '', to = ''] = /LogTime >= (\d+) and LogTime < (\d+)/.exec(kql) ?? [];
  const found = logIds.filter(id => id.length === 56 && id.slice(3, 20) >= from && id.slice(3, 20) < to);
  if (!kql.startsWith(idsKql(place, { fromMs: 0, toMs: 0 }).split('\n')[0]!))
    throw new Error(`unknown query: ${kql}`);
  if (!kql.includes('Bin = ')) return found.map(LogId => ({ LogId, Rows: 1 }));
  const bins = Map.groupBy(found, binOf);
  return [...bins].map(([Bin, ids]) => {
    const { high, low } = digestOf(sketchOf(ids));
    return { Bin, Ids: ids.length, Rows: ids.length, Repeated: 0, High: high, Low: low };
  });
}
