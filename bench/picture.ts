/** docs/images/performance.svg: processor time a log, and what one fault does, by collector. */
import { cell } from './fault-table.ts';
import type { AllKept, Row } from './report.ts';
import { DIY, FLOOR, LOG_TOOLS, OURS } from './sides.ts';
import { PARTS } from './whole-path.ts';

const SHOWN = [...OURS, DIY, LOG_TOOLS, FLOOR].map(({ name }) => name);
const WIDTH = 1100;
const NAME_AT = 190;
const BAR_WIDTH = 220;
const CELL_AT = 480;
const CELL_WIDTH = 206;
const ROW = 44;
const TOP = 64;
const GREEN = '#2b7a4b';
const RED = '#b3362b';
const BLUE = '#3b6ea5';

export function picture({ 'whole-path': path, faults }: AllKept): string | undefined {
  if (!path) return undefined;
  const rows = path.rows.filter(
    row => row['condition'] === PARTS.free.title && SHOWN.includes(String(row['what'])),
  );
  const most = Math.max(...rows.map(row => Number(row['CPU µs a log'])));
  const names = [...new Set((faults?.rows ?? []).map(row => String(row['fault'])))];
  const lines = rows.map((row, at) => {
    const y = TOP + at * ROW;
    const own = names.map(fault =>
      faults?.rows.find(one => one['what'] === row['what'] && one['fault'] === fault),
    );
    return [
      bar(row, y, BAR_WIDTH / most),
      ...own.map((one, i) => outcome(one, CELL_AT + i * CELL_WIDTH, y)),
    ].join('\n');
  });
  const height = TOP + rows.length * ROW + 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">
<title>Processor time a log, and what one fault does, by collector</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${NAME_AT}" y="30" font-weight="bold">Processor time a log, µs</text>
${names.map((name, i) => `<text x="${CELL_AT + i * CELL_WIDTH}" y="30" font-weight="bold">${escaped(name)}</text>`).join('\n')}
${lines.join('\n')}
</svg>
`;
}

function bar(row: Row, y: number, scale: number): string {
  const name = String(row['what']);
  const value = Number(row['CPU µs a log']);
  const isOurs = OURS.some(one => one.name === name);
  const width = Math.round(value * scale);
  return [
    `<text x="${NAME_AT - 10}" y="${y + 15}" text-anchor="end">${escaped(name)}</text>`,
    `<rect x="${NAME_AT}" y="${y}" width="${width}" height="20" fill="${isOurs ? BLUE : '#9aa5b1'}"/>`,
    `<text x="${NAME_AT + width + 6}" y="${y + 15}">${value.toFixed(0)}</text>`,
  ].join('\n');
}

function outcome(row: Row | undefined, x: number, y: number): string {
  if (!row) return '';
  const isGood = ['lost', 'stuck', 'doubled'].every(column => row[column] === 0);
  const words = cell(row).split(', ');
  const spans = words.map((word, i) => `<tspan x="${x}" dy="${i === 0 ? 0 : 16}">${escaped(word)}</tspan>`);
  return `<text x="${x}" y="${y + 15}" fill="${isGood ? GREEN : RED}">${spans.join('')}</text>`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
