/** The marked part of docs/performance.md, and its chart. */
import { readFile, writeFile } from 'node:fs/promises';
import { type AllKept, type Kept, table, text } from './report.ts';

const PAGE = new URL('../docs/performance.md', import.meta.url);
const CHART = new URL('../docs/images/performance.svg', import.meta.url);
const BEGIN = '<!-- results: written by npm run bench -->';
const END = '<!-- end of results -->';

/** Rewrites what lies between the marks, and the chart. Throws when the page has no marks. */
export async function writePerformancePage(all: AllKept): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`docs/performance.md lacks the marks "${BEGIN}" and "${END}"`);
  const sections = Object.values(all).map(section);
  await writeFile(PAGE, `${before}${BEGIN}\n\n${sections.join('\n\n')}\n\n${END}${after}`);
  const bars = Object.values(all).flatMap(barsOf);
  if (bars.length > 0) await writeFile(CHART, chart(bars));
}

function section({ title, rows, limit, remarks = [], ...kept }: Kept): string {
  const bound =
    limit && (limit.atMost === undefined ? `at least ${limit.atLeast}` : `at most ${limit.atMost}`);
  return [
    `### ${title}`,
    ...(limit ? [`Wanted: ${limit.column} ${bound}.`] : []),
    table(rows),
    ...remarks,
    `_${kept.date}, \`${kept.command}\`, ${kept.machine}, Node ${kept.node}_`,
  ].join('\n\n');
}

interface Bar {
  readonly label: string;
  readonly share: number;
  readonly isKept: boolean;
}

/** A bar for each figure that has a limit, as a share of it. */
function barsOf({ title, rows, limit }: Kept): Bar[] {
  if (!limit) return [];
  const bound = limit.atMost ?? limit.atLeast ?? 0;
  return rows.flatMap(row => {
    const value = row[limit.column];
    if (typeof value !== 'number' || bound === 0) return [];
    const isKept = limit.atMost === undefined ? value >= bound : value <= bound;
    const names = Object.values(row).filter(cell => typeof cell === 'string');
    return [{ label: `${[title, ...names].join(', ')}: ${text(value)}`, share: value / bound, isKept }];
  });
}

const WIDTH = 900;
const LEFT = 430;
const ROW = 22;

function chart(bars: readonly Bar[]): string {
  const scale = (WIDTH - LEFT - 20) / Math.max(1.2, ...bars.map(bar => bar.share));
  const height = bars.length * ROW + 40;
  const rows = bars.map(({ label, share, isKept }, i) => {
    const y = 20 + i * ROW;
    const bar = `<rect x="${LEFT}" y="${y}" width="${Math.round(share * scale)}" height="14" fill="${isKept ? '#2b7a4b' : '#b3362b'}"/>`;
    return `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${label.replaceAll('&', '&amp;')}</text>${bar}`;
  });
  const line = Math.round(LEFT + scale);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">
<title>Each figure as a share of its limit</title>
<rect width="100%" height="100%" fill="#fff"/>
${rows.join('\n')}
<path d="M${line} 10V${height - 20}" stroke="#444" stroke-dasharray="4 3"/>
<text x="${line}" y="${height - 6}" text-anchor="middle">the limit</text>
</svg>
`;
}
