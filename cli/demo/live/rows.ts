/** The rows of the workspace as they come in: each is looked at once. */

import type { Tiles } from '../page/model.ts';
import { type DemoWorld, storedIdOf } from '../world.ts';
import { COLLECTED_TILE_COLUMNS, TILE_COLUMNS, tileCounter } from './tiles.ts';

export interface StoredRows {
  /** Looks at the rows that came in since the last call. Returns the logs that have a row. */
  read(): { readonly stored: number; readonly tiles: Tiles };
}

/** For the options of the world. */
export const KEPT_COLUMNS: readonly string[] = [...TILE_COLUMNS, ...COLLECTED_TILE_COLUMNS];

export function storedRows({ azure }: Pick<DemoWorld, 'azure'>): StoredRows {
  const ids = new Set<string>();
  const counter = tileCounter();
  const looked = new Map<string, number>();
  let tiles = counter.tiles();
  return {
    read: () => {
      const before = ids.size;
      for (const [table, rows] of Object.entries(azure.workspace.tables())) {
        for (const row of rows.slice(looked.get(table) ?? 0)) {
          const id = storedIdOf(row);
          // Auth0Logs() counts the first row of each log alone.
          if (id === undefined || ids.has(id)) continue;
          ids.add(id);
          counter.add(row);
        }
        looked.set(table, rows.length);
      }
      if (ids.size > before) tiles = counter.tiles();
      return { stored: ids.size, tiles };
    },
  };
}
