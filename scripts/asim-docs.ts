/** `npm run generate -- asim`: writes docs/asim.md, with the fields that the parsers fill on the logs of test/golden. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SCHEMAS, type Schema } from '../azure/asim/codes.ts';
import { asimPage, FILLED_CLASSES, type Filled, placedCounts } from '../azure/asim/page.ts';
import { ASIM_PARSERS } from '../azure/asim/parsers.ts';
import { logType } from '../lambda/core/record/log-types.ts';
import { fieldsOf } from '../simulator/azure/asim/fields.ts';
import { openAsim } from '../simulator/azure/log-analytics/asim.ts';
import type { Row } from '../simulator/azure/log-analytics/engine.ts';
import { LOGS_INGESTION } from '../simulator/azure/logs-ingestion.ts';
import { arrive } from './azure-trials/arrivals.ts';
import { goldenLogs } from './golden-records.ts';

const PAGE = resolve(import.meta.dirname, '../docs/asim.md');
/** After all golden logs, of March 10. */
const NOW_MS = Date.UTC(2026, 2, 11);

/** For each golden log that is an event, the fields that are filled. */
export async function filledFields(): Promise<Filled[]> {
  const arrivals = Object.values(goldenLogs()).map(log => ({ log, arrivedMs: NOW_MS - 3_600_000 }));
  const { rows } = arrive(LOGS_INGESTION.kind, 'example.eu.auth0.com', arrivals);
  const asim = await openAsim('own', rows);
  try {
    const filled: Filled[] = [];
    for (const schema of SCHEMAS) {
      const parser = ASIM_PARSERS.find(one => one.schema === schema && one.filtering)!;
      const events = await asim.run(parser, { fromMs: NOW_MS - 2 * 86_400_000, toMs: NOW_MS });
      filled.push(...events.map(event => filledOf(schema, event)));
    }
    return filled.toSorted((a, b) => (`${a.schema} ${a.code}` < `${b.schema} ${b.code}` ? -1 : 1));
  } finally {
    asim.close();
  }
}

function filledOf(schema: Schema, event: Row): Filled {
  const isFilled = (field: string) => (event[field] ?? '') !== '';
  const code = `${event['EventOriginalType']}`;
  const counts = FILLED_CLASSES.map(kind => {
    const depends = kind === 'Conditional' || kind === 'Alias';
    const fields = fieldsOf(schema).filter(
      ({ class: is, follows = '' }) => is === kind && (!depends || isFilled(follows)),
    );
    return [kind, [fields.filter(({ name }) => isFilled(name)).length, fields.length]] as const;
  });
  return {
    family: logType(code).category,
    code,
    schema,
    counts: Object.fromEntries(counts) as Filled['counts'],
  };
}

if (import.meta.main) {
  const filled = await filledFields();
  await writeFile(PAGE, asimPage(filled));
  console.log(`types by schema: ${placedCounts()}`);
  for (const schema of SCHEMAS) {
    const some = filled.filter(one => one.schema === schema);
    const sums = FILLED_CLASSES.map(kind => {
      const sum = (at: 0 | 1) => some.reduce((total, one) => total + one.counts[kind][at], 0);
      return `${kind} ${sum(0)}/${sum(1)}`;
    });
    console.log(`fields filled, ${schema}, ${some.length} families: ${sums.join(', ')}`);
  }
}
