/**
 * The benchmarks: `node bench/main.ts [SECTION …]`, all sections when none is named. Prints tables, writes
 * bench/results.json and the marked part of docs/performance.md. Exits 1 when a figure misses its limit.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../scripts/build.ts';
import { cost } from './cost.ts';
import { deploy } from './deploy.ts';
import { faults } from './faults.ts';
import { memory } from './memory.ts';
import { pipelines } from './pipelines.ts';
import { profile } from './profile.ts';
import { rateLimits } from './rate-limits.ts';
import { type Bench, misses, table, wantedRows } from './report.ts';
import { keepResults } from './results.ts';
import { coldStart, imports, sizes } from './start-up.ts';
import { wholePath } from './whole-path.ts';

const BUNDLES = {
  ship: 'lambda/ship-handler.ts',
  replay: 'lambda/replay-handler.ts',
  client: 'bench/client-process.ts',
  cold: 'bench/cold-start.ts',
  diy: 'bench/diy.ts',
  'log-tools': 'bench/log-tools.ts',
  floor: 'bench/floor.ts',
};

const SECTIONS: Readonly<Record<string, Bench>> = {
  'whole-path': wholePath,
  faults,
  profile,
  'rate-limits': rateLimits,
  imports,
  sizes,
  'cold-start': coldStart,
  memory,
  cost,
  pipelines,
  deploy,
};

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find(name => !(name in SECTIONS));
  if (unknown) {
    throw new Error(`there is no section "${unknown}"; allowed: ${Object.keys(SECTIONS).join(', ')}`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'auth0-logs-bench-'));
  try {
    await bundle(BUNDLES, folder);
    for (const name of names.length > 0 ? names : Object.keys(SECTIONS)) {
      console.log(`\n${name} …`);
      const note = (row: object) => console.log(`  ${JSON.stringify(row)}`);
      const result = await SECTIONS[name]!({ folder, note });
      const tables = [result.rows, wantedRows(result.wanted ?? [])].filter(rows => rows.length > 0);
      console.log(`\n${[...tables.map(table), ...(result.remarks ?? [])].join('\n\n')}`);
      for (const row of misses(result)) {
        console.error(`misses its limit: ${JSON.stringify(row)}`);
        process.exitCode = 1;
      }
      await keepResults(name, result, names);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
