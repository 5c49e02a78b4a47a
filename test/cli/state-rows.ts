/** What the state of the pipeline "local" holds, under the world's directory, as SQL sees it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type Row = Record<string, string | number | null>;

const fileIn = (directory: string) => join(directory, 'state', 'local', 'state.sqlite');

/** The rows that a query gives; none where there is no state. */
export function stateRows(directory: string, sql: string, ...values: string[]): Row[] {
  if (!existsSync(fileIn(directory))) return [];
  return withDatabase(directory, database => database.prepare(sql).all(...values) as Row[]);
}

/** A change as somebody would make it by hand. */
export function changeState(directory: string, sql: string): void {
  withDatabase(directory, database => database.exec(sql));
}

function withDatabase<T>(directory: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(fileIn(directory), { timeout: 5000 });
  try {
    return work(database);
  } finally {
    database.close();
  }
}
