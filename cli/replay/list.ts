/** `replay --list`: causes first, and the dead letters of each. */
import Table from 'cli-table3';
import type { Target } from '../pipelines/operated.ts';
import { EXIT } from '../terminal/errors.ts';
import { colors, harmless, shortened, wrapped } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';
import { type Choice, failedAtMs, type Letter, reasonText, shortId } from './letters.ts';
import { lettersText, logsIn, nothingText, type Survey, survey } from './survey.ts';

const LOG_ID_CHARACTERS = 22;
const MESSAGE_CHARACTERS = 240;
const INDENT = '  ';
const MINUTE_MS = 60_000;
const NUMBER = new Intl.NumberFormat('en');

/** Returns the exit code. */
export async function listLetters(
  target: Target,
  choice: Choice,
  { json }: { readonly json?: true },
  stop: AbortSignal,
): Promise<number> {
  const found = await survey(target, choice, stop);
  if (json) console.log(JSON.stringify(jsonOf(target, found), undefined, 2));
  else if (found.chosen.length === 0) console.log(wrapped(nothingText(found, target.place)));
  else tell(target, found);
  return stop.aborted ? EXIT.interrupted : EXIT.ok;
}

function tell({ pipelines }: Target, { chosen, seen }: Survey): void {
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
    ? `${first.problem}; it cannot be delivered by this pipeline, and is left where it is`
    : (first.batch?.reason.message ?? '');
  const text = shortened(harmless(message), MESSAGE_CHARACTERS);
  console.log(INDENT + wrapped(text, 80 - INDENT.length).replaceAll('\n', `\n${INDENT}`));
  console.log(`${tableOf(letters, Date.now())}\n`);
}

function tableOf(letters: readonly Letter[], nowMs: number): string {
  const table = new Table({
    head: ['id', 'logs', 'age', 'first log', 'last log'],
    colAligns: ['left', 'right', 'right', 'left', 'left'],
    // No colours of its own, and no lines between the rows.
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

function jsonOf({ place }: Target, { chosen, seen }: Survey) {
  return {
    place,
    letters: chosen.map(letterJson),
    totals: {
      letters: chosen.length,
      logs: logsIn(chosen),
      undeliverable: chosen.filter(({ problem }) => problem !== undefined).length,
      onQueue: seen,
    },
  };
}

/** Whole, with nothing of a log but its id. */
export function letterJson(letter: Letter) {
  const { pipeline, id, batch, problem, sizeBytes, sentAtMs } = letter;
  const { count: logs, ...rest } = batch ?? { count: 0 };
  return {
    pipeline,
    id,
    ...(batch && { ...rest, logs }),
    ...(problem !== undefined && { problem }),
    sentAt: new Date(sentAtMs).toISOString(),
    sizeBytes,
  };
}
