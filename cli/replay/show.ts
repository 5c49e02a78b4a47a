/** The texts of `replay`: the list of dead letters, and the lines before and after they are moved or delivered. */
import Table from 'cli-table3';
import type { Carried, Carry } from '../pipelines/letters/carry.ts';
import { failedAtMs, type Letter, reasonText, type Survey, shortId } from '../pipelines/letters/letters.ts';
import { lettersText, reasonsText, rejectedText, resultSentences } from '../pipelines/letters/told.ts';
import type { Target } from '../pipelines/operated.ts';
import { EXIT } from '../terminal/errors.ts';
import { colors, columnsOf, harmless, printError, shortened, wrapped } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';

const LOG_ID_CHARACTERS = 22;
const MESSAGE_CHARACTERS = 240;
const INDENT = '  ';
const MINUTE_MS = 60_000;
const NUMBER = new Intl.NumberFormat('en');

/** Warnings on standard error, where they are seen whatever standard output is led to. */
export function tellPlan(
  chosen: readonly Letter[],
  left: readonly Letter[],
  { done }: Carry,
  say: (text: string) => void,
): void {
  for (const [pipeline, own] of Map.groupBy(chosen, letter => letter.pipeline)) {
    say(`${pipeline}: ${lettersText(own)} to be ${done}: ${reasonsText(own)}`);
  }
  const warn = (text: string) => printError(`warning: ${text}`);
  if (left.length > 0) {
    warn(
      `${counted(left.length, 'message')} cannot be delivered and will stay on the queue; --list shows why`,
    );
  }
  const rejected = rejectedText(chosen);
  if (rejected !== undefined) warn(rejected);
}

/** Returns the exit code. */
export function tellResult(
  chosen: readonly Letter[],
  carried: Carried,
  carry: Carry,
  say: (text: string) => void,
  stop: AbortSignal,
): number {
  const { letters, logsDeadLettered, logsRequeued, notFound, fault } = carried;
  const { next } = carry;
  const rest = chosen.length - letters - notFound;
  for (const sentence of resultSentences(chosen, carried, carry, 'the same command continues with'))
    say(sentence);
  if (fault !== undefined) {
    printError(`error: ${fault}`);
    return EXIT.fault;
  }
  if (stop.aborted && rest > 0) return EXIT.interrupted;
  if (letters > 0 && next !== undefined) say(colors.dim(next));
  return logsDeadLettered + logsRequeued + notFound > 0 ? EXIT.fault : EXIT.ok;
}

/** `--list`: causes first, and the dead letters of each. */
export function tellList({ pipelines }: Target, { chosen, seen }: Survey): void {
  for (const { config } of pipelines) {
    const own = chosen.filter(({ pipeline }) => pipeline === config.name);
    for (const group of groupsOf(own)) tellGroup(config.name, group);
  }
  const others = seen > chosen.length ? `, of ${counted(seen, 'dead letter')}` : '';
  console.log(`${lettersText(chosen)}${others}`);
}

/** Those of one cause together: the one with most letters first. */
function groupsOf(letters: readonly Letter[]): Letter[][] {
  const groups = Map.groupBy(letters, letter => `${letter.problem ?? ''} ${reasonText(letter)}`);
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

function tellGroup(pipeline: string, letters: readonly Letter[]): void {
  const [first] = letters;
  if (!first) return;
  console.log(colors.bold(wrapped(`${pipeline}: ${harmless(reasonText(first))}: ${lettersText(letters)}`)));
  const message = first.problem
    ? `${first.problem}; this pipeline cannot deliver it, so it stays on the queue`
    : (first.batch?.reason.message ?? '');
  const text = shortened(harmless(message), MESSAGE_CHARACTERS);
  console.log(INDENT + wrapped(text, columnsOf() - INDENT.length).replaceAll('\n', `\n${INDENT}`));
  console.log(`${tableOf(letters, Date.now())}\n`);
}

function tableOf(letters: readonly Letter[], nowMs: number): string {
  const table = new Table({
    head: ['id', 'logs', 'age', 'first log', 'last log'],
    colAligns: ['left', 'right', 'right', 'left', 'left'],
    // No colors of its own, and no lines between the rows.
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  const idText = (id = '') => shortened(harmless(id), LOG_ID_CHARACTERS);
  for (const letter of letters) {
    const { count, firstLogId, lastLogId } = letter.batch ?? {};
    const logs = count === undefined ? '' : NUMBER.format(count);
    const age = roughAge(nowMs - failedAtMs(letter));
    table.push([shortId(letter), logs, age, idText(firstLogId), idText(lastLogId)]);
  }
  return table.toString();
}

/** The largest unit only: `45 s`, `12 min`, `3 h`, `2 d`. */
function roughAge(ms: number): string {
  const units = [
    ['d', 1440 * MINUTE_MS],
    ['h', 60 * MINUTE_MS],
    ['min', MINUTE_MS],
  ] as const;
  const [name, unitMs] = units.find(unit => ms >= unit[1]) ?? ['s', 1000];
  return `${Math.max(0, Math.floor(ms / unitMs))} ${name}`;
}

/** Why nothing is chosen, and what would be. */
export function nothingText({ seen, reasons }: Survey, place: string): string {
  if (seen === 0) return `no dead letters in ${place}`;
  const few = [...reasons].map(harmless).sort().join(', ');
  return `none of ${counted(seen, 'dead letter')} matches; their reasons: ${few}`;
}
