/**
 * `npm run generate -- picture`: runs `npm start` in a terminal of 80 columns, and draws its last screen as
 * docs/images/demo.svg. Needs `script` of util-linux, which gives the demo a terminal.
 */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Cell, screenOf } from './terminal-screen.ts';

const ROOT = resolve(import.meta.dirname, '..');
const PICTURE = resolve(ROOT, 'docs/images/demo.svg');
const COMMAND = 'npm start';

/** In pixels. Every run of text is stretched to its columns, so that any font stays aligned. */
const SIZE = { column: 8.4, line: 17, margin: 18, baseline: 13, bar: 30 } as const;
const STYLE =
  'text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;' +
  'fill:#d8dee6;white-space:pre}.b{font-weight:700}.red{fill:#ff7b72}.green{fill:#56d364}.yellow{fill:#e3b341}';

/** The screen as an SVG. `title` is the text for screen readers. */
export function pictureOf(screen: readonly (readonly Cell[])[], title: string): string {
  const columns = Math.max(80, ...screen.map(line => line.length));
  const width = Math.ceil(columns * SIZE.column) + 2 * SIZE.margin;
  const height = screen.length * SIZE.line + SIZE.bar + 2 * SIZE.margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#12161c" stroke="#3d444d"/>`,
    `<path d="M0 ${SIZE.bar}V8a8 8 0 0 1 8-8H${width - 8}a8 8 0 0 1 8 8V${SIZE.bar}z" fill="#2a313b"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (fill, i) => `<circle cx="${20 + i * 20}" cy="15" r="6" fill="${fill}"/>`,
    ),
    ...screen.flatMap((line, row) => runsOf(line).map(run => textOf(run, row))),
    '</svg>\n',
  ].join('\n');
}

interface Run extends Omit<Cell, 'character'> {
  readonly column: number;
  readonly text: string;
}

/** Adjacent text of one style; gaps of two columns and more are omitted. */
function runsOf(line: readonly Cell[]): Run[] {
  const alike = line.map(({ bold, color }) => `${bold} ${color}`);
  const runs: Run[] = [];
  let start = 0;
  for (let end = 1; end <= line.length; end++) {
    if (end < line.length && alike[end] === alike[start]) continue;
    const text = line
      .slice(start, end)
      .map(({ character }) => character)
      .join('');
    const { bold, color } = line[start]!;
    for (const { 0: part, index } of text.matchAll(/\S+(?: \S+)*/g)) {
      runs.push({ bold, color, column: start + index, text: part });
    }
    start = end;
  }
  return runs;
}

function textOf({ text, column, bold, color }: Run, row: number): string {
  const x = round(SIZE.margin + column * SIZE.column);
  const y = SIZE.bar + SIZE.margin + row * SIZE.line + SIZE.baseline;
  const classes = [bold && 'b', color !== 'plain' && color].filter(Boolean).join(' ');
  const length = round([...text].length * SIZE.column);
  return `<text x="${x}" y="${y}"${classes && ` class="${classes}"`} textLength="${length}">${escaped(text)}</text>`;
}

const round = (pixels: number) => Math.round(pixels * 10) / 10;
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The output of the command in a terminal of 80 columns. Rejects if it fails. */
async function written(command: string): Promise<string> {
  // Higher than the output, so that nothing scrolls away.
  const inTerminal = `stty cols 80 rows 200 && ${command}`;
  const child = spawn('script', ['--quiet', '--return', '--command', inTerminal, '/dev/null'], {
    cwd: ROOT,
    env: { ...process.env, TERM: 'xterm-256color', NO_COLOR: '', npm_config_loglevel: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const code = new Promise<number | null>((done, failed) => {
    child.once('error', failed).once('close', done);
  });
  let output = '';
  for await (const data of child.stdout.setEncoding('utf8')) output += data;
  if ((await code) !== 0) throw new Error(`"${command}" failed:\n${output}`);
  return output;
}

if (import.meta.main) {
  const screen = screenOf(`$ ${COMMAND}\r\n${await written(COMMAND)}`);
  const last = screen
    .map(line => line.map(({ character }) => character).join(''))
    .findLast(line => /lost/i.test(line));
  await writeFile(PICTURE, pictureOf(screen, `${COMMAND}, to its end. ${last}`));
}
