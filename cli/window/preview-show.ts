/** A preview in words and numbers, for people and for machines. */
import Table from 'cli-table3';
import { COLUMNS } from '../../lambda/core/record/columns.ts';
import { logType } from '../../lambda/core/record/log-types.ts';
import { harmless, shortened, wrapped } from '../terminal/text.ts';
import { counted, dateText } from '../terminal/words.ts';
import type { Preview } from './preview.ts';

const LINE_CHARACTERS = 79;
const TOP_TYPES = 10;
const NAME_CHARACTERS = 34;
const CODE_CHARACTERS = 26;
const number = new Intl.NumberFormat('en').format;

/** How many would go, and how. */
export function countLines(result: Preview): string[] {
  const { logsRead, logsExcluded, logsRaw, logsCut, firstDateMs, lastDateMs, batches } = result;
  if (logsRead === 0) return ['no logs to ship'];
  const dates =
    firstDateMs === undefined || lastDateMs === undefined
      ? ''
      : `, from ${dateText(firstDateMs)} to ${dateText(lastDateMs)}`;
  const gzip = result.gzipBytes === undefined ? '' : `, gzipped ${sizeText(result.gzipBytes)}`;
  const size = batches === 0 ? '' : `, ${sizeText(result.bodyBytes)}${gzip}`;
  return [
    `${counted(logsRead, 'log')} read${dates}`,
    `  ${number(logsRead - logsExcluded)} would be shipped in ${counted(batches, 'batch', 'batches')}${size}`,
    logsExcluded > 0 && `  ${number(logsExcluded)} excluded by include, exclude and minimumLevel`,
    logsRaw > 0 && `  ${number(logsRaw)} of them raw, because they could not be shaped`,
    logsCut > 0 && `  ${number(logsCut)} of them cut, because values exceed Azure’s limits`,
  ].filter(line => line !== false);
}

/** A table of the commonest types, and what is left beside it. */
export function typeLines({ types, logsExcluded }: Preview): string[] {
  const sorted = [...types].sort(([, a], [, b]) => b.logs - a.logs);
  const top = sorted.slice(0, TOP_TYPES);
  const head = ['type', 'name', 'logs', ...(logsExcluded > 0 ? ['excluded'] : [])];
  const table = new Table({
    head,
    colAligns: ['left', 'left', 'right', 'right'],
    // No colors of its own, and no lines between the rows.
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const [code, { logs, excluded }] of top) {
    const name = shortened(code === '' ? 'a log without a type' : logType(code).name, NAME_CHARACTERS);
    table.push([
      harmless(shortened(code, CODE_CHARACTERS)),
      harmless(name),
      number(logs),
      ...(logsExcluded > 0 ? [number(excluded)] : []),
    ]);
  }
  const others = sorted.slice(TOP_TYPES).reduce((sum, [, { logs }]) => sum + logs, 0);
  const rest = sorted.length - top.length;
  return [
    table.toString(),
    ...(rest > 0 ? [`and ${counted(rest, 'other type')}, ${counted(others, 'log')}`] : []),
  ];
}

/** Which columns the records fill: always, in part, never. */
export function columnLines({ columns, form, logsRead, logsExcluded }: Preview): string[] {
  const records = logsRead - logsExcluded;
  const share = (name: string) => (columns.get(name) ?? 0) / records;
  // Where it is not sent, Azure fills it automatically from event_date.
  const others = form.layout === 'text' ? ['TimeGenerated'] : [];
  const names = COLUMNS.map(({ name }) => name).filter(name => !others.includes(name));
  // A share of nearly all or nearly none must not look like all or none.
  const percent = (name: string) => `${Math.min(99, Math.max(1, Math.round(share(name) * 100)))} %`;
  const inPart = names.filter(name => share(name) > 0 && share(name) < 1);
  return [
    ...listed(
      'always   ',
      names.filter(name => share(name) === 1),
    ),
    ...listed(
      'partly   ',
      inPart.map(name => `${name} ${percent(name)}`),
    ),
    ...listed(
      'never    ',
      names.filter(name => share(name) === 0),
    ),
  ];
}

/** Its numbers as `--json` prints them. */
export function previewJson(result: Preview) {
  const { firstDateMs, lastDateMs, types, columns, samples, end, gzipBytes, ...counts } = result;
  return {
    ...counts,
    ...(gzipBytes === undefined ? {} : { gzipBytes }),
    ...(firstDateMs === undefined ? {} : { firstLogAt: new Date(firstDateMs).toISOString() }),
    ...(lastDateMs === undefined ? {} : { lastLogAt: new Date(lastDateMs).toISOString() }),
    caughtUp: end === 'caught-up',
    types: [...types]
      .sort(([, a], [, b]) => b.logs - a.logs)
      .map(([code, { logs, excluded }]) => ({ type: code, name: logType(code).name, logs, excluded })),
  };
}

/** `720 B`, `12 kB`, `3.4 MB`. */
function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The words after the label, in lines that fit a terminal of 80 columns. */
function listed(label: string, words: readonly string[]): string[] {
  if (words.length === 0) return [];
  // What belongs together stays together.
  const text = words.map(word => word.replaceAll(' ', '\u00a0')).join(', ');
  const room = ' '.repeat(label.length);
  return [
    wrapped(`${label.replaceAll(' ', '\u00a0')}${text}`, LINE_CHARACTERS, room).replaceAll('\u00a0', ' '),
  ];
}
