/** `replay --show`: one dead letter, decoded. */
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import { EVENT_TIME_COLUMN } from '../../lambda/core/record/columns.ts';
import { isObject } from '../../lambda/core/record/log.ts';
import type { Target } from '../pipelines/operated.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { colors, columnsOf, harmless, shortened, wrapped } from '../terminal/text.ts';
import { counted, dateText, duration } from '../terminal/words.ts';
import { letterJson } from './json.ts';
import { failedAtMs, isNamed, type Letter, type Looked, lookAt, reasonText, shortId } from './letters.ts';

export interface ShowOptions {
  /** Values, too. */
  readonly reveal?: true;
  readonly json?: true;
  /** Logs to show. */
  readonly most: number;
}

type Row = Readonly<Record<string, unknown>>;

const LABEL_CHARACTERS = 12;
/** Of a message that is not a failed batch, or of a revealed value on one line. */
const RAW_CHARACTERS = 2_000;
/** These identify the log, but no person. */
const SHOWN = new Set(['LogId', 'EventType', 'EventName', EVENT_TIME_COLUMN, 'TimeGenerated', 'Level']);

/** Returns the exit code. Throws UsageError when none or more than one has that id. */
export async function showLetter(target: Target, prefix: string, options: ShowOptions): Promise<number> {
  const { raw, letter } = await named(target, prefix);
  const decoded = decodeFailedBatch(raw.message);
  const rows =
    decoded.kind === 'failed-batch' ? decoded.records.map(({ json }) => rowOf(json.toString())) : [];
  const shown = options.reveal ? rows : rows.map(masked);
  if (options.json) {
    const text = decoded.kind === 'undecodable' && options.reveal ? { message: raw.message } : {};
    console.log(
      JSON.stringify({ place: target.place, ...letterJson(letter), ...text, records: shown }, undefined, 2),
    );
    return EXIT.ok;
  }
  for (const [label, value] of factsOf(letter)) {
    const indent = ' '.repeat(LABEL_CHARACTERS + 2);
    console.log(
      wrapped(
        `  ${label.padEnd(LABEL_CHARACTERS)}${harmless(value)}`.replace(/ +$/, ''),
        columnsOf(),
        indent,
      ),
    );
  }
  if (decoded.kind === 'undecodable') tellRaw(raw.message, options.reveal);
  else tellRows(shown, options);
  return EXIT.ok;
}

async function named(target: Target, prefix: string): Promise<Looked> {
  const found: Looked[] = [];
  for (const pipeline of target.pipelines) {
    for await (const looked of lookAt(pipeline)) if (isNamed(looked.letter, prefix)) found.push(looked);
  }
  const [one, ...others] = found;
  if (one !== undefined && others.length === 0) return one;
  if (one === undefined) {
    throw new UsageError(
      `--show is "${prefix}", but no dead letter has this id; replay --list shows those of ${target.place}`,
    );
  }
  const ids = found.slice(0, 5).map(({ letter }) => letter.id);
  throw new UsageError(
    `--show is "${prefix}", but ${found.length} dead letters have ids that begin with it; specify more of the id: ${ids.join(', ')}`,
  );
}

function factsOf(letter: Letter): [string, string][] {
  const { pipeline, id, batch, problem, sizeBytes, sentAtMs } = letter;
  const ago = (ms: number) => `${dateText(ms)}, ${duration(Math.max(0, Date.now() - ms))} ago`;
  const facts: [string, string][] = [
    ['dead letter', `${shortId(letter)} of pipeline ${pipeline}`],
    ['id', id],
  ];
  if (problem !== undefined) facts.push(['problem', `${problem}; it cannot be delivered`]);
  if (!batch) return [...facts, ['sent', ago(sentAtMs)], ['size', `${counted(sizeBytes, 'byte')}`]];
  return [
    ...facts,
    ['batch', batch.batchId],
    ['reason', reasonText(letter)],
    ['', batch.reason.message],
    ['attempts', String(batch.attempts)],
    ['failed', ago(failedAtMs(letter))],
    ['first log', batch.firstLogId],
    ['last log', batch.lastLogId],
    ['logs', counted(batch.count, 'log')],
  ];
}

function tellRaw(message: string, reveal: true | undefined): void {
  console.log(reveal ? `\n${shortened(harmless(message), RAW_CHARACTERS)}` : '\n--reveal shows the content');
}

function tellRows(rows: readonly Row[], { reveal, most }: ShowOptions): void {
  for (const [index, row] of rows.slice(0, most).entries()) {
    console.log(colors.bold(`\nlog ${index + 1} of ${rows.length}`));
    for (const [name, value] of Object.entries(row)) {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      console.log(`  ${harmless(name).padEnd(16)} ${shortened(harmless(text ?? ''), RAW_CHARACTERS)}`);
    }
  }
  const left = rows.length - most;
  console.log('');
  if (left > 0) console.log(`${counted(left, 'more log')}: --max ${rows.length} shows all`);
  if (!reveal) console.log('Values are masked because they are personal data; --reveal shows them.');
}

/** The record's columns. One that is not an object, which this project never writes, is shown under a name of its own. */
function rowOf(json: string): Row {
  const value: unknown = JSON.parse(json);
  return isObject(value) ? value : { record: value };
}

/** Without what it says about people: of all but the values that say which log it is, type and length, as `text(12)`. */
export function masked(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, SHOWN.has(name) ? value : kindOf(value)]),
  );
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return `text(${value.length})`;
  if (Array.isArray(value)) return `list(${value.length})`;
  if (isObject(value)) return `object(${Object.keys(value).length})`;
  return value === null ? 'null' : typeof value;
}
