/** The texts of `replay`: the list of dead letters, and the lines before and after they are moved or delivered. */
import Table from 'cli-table3';
import type { Target } from '../pipelines/operated.ts';
import { EXIT } from '../terminal/errors.ts';
import { colors, columnsOf, harmless, printError, shortened, wrapped } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';
import type { Carried, Carry } from './carry.ts';
import { failedAtMs, type Letter, logsIn, reasonText, type Survey, shortId } from './letters.ts';

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
  const rejected = chosen.filter(({ batch }) => batch?.reason.verdict === 'rejected');
  if (rejected.length === 0) return;
  warn(
    `Azure rejected the content of ${counted(rejected.length, 'dead letter')}. Until you fix the cause, Azure ` +
      'rejects it again, and the logs come back as new dead letters',
  );
}

/** Returns the exit code. */
export function tellResult(
  chosen: readonly Letter[],
  { letters, logs, logsDeadLettered, logsRequeued, notFound, fault }: Carried,
  { done, next }: Carry,
  say: (text: string) => void,
  stop: AbortSignal,
): number {
  const rest = chosen.length - letters - notFound;
  const all = counted(chosen.length, 'dead letter');
  const some = letters < chosen.length ? `${letters} of ${all}` : all;
  const again = [
    logsDeadLettered > 0 && `; ${counted(logsDeadLettered, 'log')} rejected again, in new dead letters`,
    logsRequeued > 0 && `; ${counted(logsRequeued, 'log')} back on the retry queue`,
  ].filter(Boolean);
  const accepted = done === 'delivered' ? ' accepted by Azure' : '';
  say(`${some} ${done}: ${counted(logs, 'log')}${accepted}${again.join('')}`);
  if (rest > 0) {
    say(
      `still on the queue: ${counted(rest, 'dead letter')}; the same command continues with ${rest === 1 ? 'it' : 'them'}`,
    );
  }
  if (notFound > 0) {
    say(`no longer found: ${counted(notFound, 'dead letter')}, moved or being read by another process`);
  }
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

/** `12 dead letters (240 logs)`. */
export const lettersText = (letters: readonly Letter[]): string =>
  `${counted(letters.length, 'dead letter')} (${counted(logsIn(letters), 'log')})`;

/** `3 rejected 400 InvalidDataFormat, 9 unavailable 503`: most first. */
function reasonsText(letters: readonly Letter[]): string {
  const counts = new Map<string, number>();
  for (const letter of letters) {
    const reason = reasonText(letter);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const most = [...counts].sort(([, a], [, b]) => b - a);
  return most.map(([reason, count]) => `${count} ${harmless(reason)}`).join(', ');
}

/** Why nothing is chosen, and what would be. */
export function nothingText({ seen, reasons }: Survey, place: string): string {
  if (seen === 0) return `no dead letters in ${place}`;
  const few = [...reasons].map(harmless).sort().join(', ');
  return `none of ${counted(seen, 'dead letter')} matches; their reasons: ${few}`;
}
