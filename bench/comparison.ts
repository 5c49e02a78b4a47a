/** What the section "whole-path" says, in sentences and small tables. */
import { type AllKept, type Kept, type Row, table, text } from './report.ts';
import { CHOSEN, DIY, FLOOR } from './sides.ts';
import { LOGS, PARTS } from './whole-path.ts';

/** Beside the others, as fast as both vendors answer. */
export function comparisonText({ 'whole-path': kept }: AllKept): string | undefined {
  if (!kept) return undefined;
  const rows = rowsOf(kept, PARTS.free.title);
  const times = (part: { readonly title: string }, than: { readonly name: string }) =>
    rowFor(rowsOf(kept, part.title), CHOSEN.name)?.[`÷ ${than.name}`];
  const isBesideDiy = rows.some(row => row['what'] === DIY.name);
  return [
    isBesideDiy
      ? `A log takes **${times(PARTS.free, DIY)} times** the processor time that it takes in 25 lines of your own, and ${times(PARTS.free, FLOOR)} times that of the floor. At ${PARTS.paced.title}, where a run waits for Auth0, it takes ${times(PARTS.paced, DIY)} times that of your own.`
      : `A log takes ${times(PARTS.free, FLOOR)} times the processor time of the floor.`,
    table(
      rows.map(row => ({
        '': row['what']!,
        'CPU, µs a log': `${text(row['CPU µs a log'])} (${row['from to']})`,
        'once started': row['once started']!,
        'wall, ms a 1,000 logs': Math.round((Number(row['wall ms']) * 1000) / LOGS),
        posts: row['posts']!,
        'connections to Auth0, Azure': `${row['to Auth0']}, ${row['to Azure']}`,
        'peak memory, MiB': Math.round(Number(row['peak MiB'])),
      })),
    ),
    dated(kept),
  ].join('\n\n');
}

/** In the share of a processor that the function has. */
export function heldText({ 'whole-path': kept }: AllKept): string | undefined {
  if (!kept) return undefined;
  const rows = [PARTS.held, PARTS.whole, PARTS.small].flatMap(part => rowsOf(kept, part.title));
  const ours = rowFor(rows, CHOSEN.name);
  const whole = rowFor(rowsOf(kept, PARTS.whole.title), CHOSEN.name);
  return [
    `With 512 MB, a run of 200 pages takes **${ours?.['÷ the chain']} times** as long as the pages alone, asked for one after the other with a whole processor.${
      whole
        ? ` With a whole processor, it takes ${whole['÷ the chain']} times as long: the start of a run, its look at the newest log and its last post have no page to run beside, and weigh less the longer a run is.`
        : ''
    }`,
    table(
      rows.map(row => ({
        '': `${row['what']}, ${String(row['condition']).replace(/.*in /, '')}`,
        'wall ms': row['wall ms']!,
        '÷ the chain': row['÷ the chain'] ?? '',
        'CPU, µs a log': row['CPU µs a log']!,
        'an idle run, ms': row['idle ms'] ?? '',
        'of it CPU, ms': row['idle CPU ms'] ?? '',
      })),
    ),
    dated(kept),
  ].join('\n\n');
}

/** By whose code it is. */
export function profileText({ profile: kept }: AllKept): string | undefined {
  if (!kept) return undefined;
  const share = (of: RegExp) =>
    kept.rows.reduce((sum, row) => sum + (of.test(String(row['what'])) ? Number(row['share, %']) : 0), 0);
  return [
    `Node’s own work takes ${share(/^Node|garbage/).toFixed(0)} % of it: garbage collection, http, TLS and sockets. The rest is that of the function’s code and its packages.`,
    table(kept.rows.map(row => ({ '': row['what']!, '%': Math.round(Number(row['share, %'])) }))),
    `_${kept.date}. The main thread of one run of ${CHOSEN.name}, start-up in. What is Node’s own, such as \`JSON.parse\`, counts for the code that calls it; gzip runs in other threads._`,
  ].join('\n\n');
}

export const rowsOf = (kept: Kept, condition: string): readonly Row[] =>
  kept.rows.filter(row => row['condition'] === condition);

export const rowFor = (rows: readonly Row[], what: string) => rows.find(row => row['what'] === what);

function dated({ date, machine, node }: Kept): string {
  return `_${date}, ${machine}, Node ${node}. A median, with the smallest and the largest._`;
}
