/** Dead letters for the page: read, opened and replayed by the functions of `replay`, one request after the other. */
import { type Carry, carryAll, moving } from '../pipelines/letters/carry.ts';
import { contentOf, factsOf } from '../pipelines/letters/content.ts';
import { failedAtMs, type Letter, lookAt, reasonsOf, shortId, survey } from '../pipelines/letters/letters.ts';
import { lettersText, reasonsText, rejectedText, resultSentences } from '../pipelines/letters/told.ts';
import type { Target, TargetOptions } from '../pipelines/operated.ts';
import { UsageError } from '../terminal/errors.ts';
import { harmless, shortened } from '../terminal/text.ts';
import { dateText, duration } from '../terminal/words.ts';
import type {
  How,
  LetterContent,
  LetterRef,
  LettersView,
  LetterView,
  Plan,
  ReplayView,
} from './page/model.ts';

/** As `replay --show` without --max. */
const SHOWN_LOGS = 5;
const VALUE_CHARACTERS = 2_000;
/** The page shows no more; a filter of the command line finds the others. */
const SHOWN_LETTERS = 500;
const PROGRESS_MS = 200;
const EVERYTHING = { max: Number.POSITIVE_INFINITY };

export interface Desk {
  letters(): LettersView;
  replayed(): ReplayView | undefined;
  /** Looks at every dead letter. Rejects with UsageError when it cannot. */
  read(): Promise<void>;
  open(wanted: LetterRef & { readonly reveal: boolean }): Promise<LetterContent>;
  plan(wanted: readonly LetterRef[], how: How): Plan;
  /** Begins it; `replayed` shows how it goes. */
  replay(wanted: readonly LetterRef[], how: How): void;
  /** After the current dead letter. */
  stop(): void;
}

/** `onChange` is called whenever what it shows has changed, `onDone` after a replay, `onBug` with an error that nobody expected. */
export function deskOf(
  target: Target,
  options: TargetOptions,
  {
    now,
    onChange,
    onDone,
    onBug,
  }: {
    readonly now: () => number;
    readonly onChange: () => void;
    readonly onDone: () => void;
    readonly onBug: (error: unknown) => void;
  },
): Desk {
  let known: readonly Letter[] = [];
  let view: LettersView = { isReading: false, list: [], hidden: 0 };
  let replayed: ReplayView | undefined;
  let stopping = new AbortController();
  let turn: Promise<unknown> = Promise.resolve();
  // Two readers of one queue would hide its messages from each other.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };
  const problemOf = (error: unknown): string => {
    if (error instanceof UsageError) return error.message;
    onBug(error);
    return 'unexpected error; the terminal shows it';
  };
  const show = (next: LettersView) => {
    view = next;
    onChange();
  };
  const read = async () => {
    show({ ...view, isReading: true });
    try {
      known = (await survey(target, EVERYTHING, new AbortController().signal, () => undefined)).chosen;
      const list = known.slice(0, SHOWN_LETTERS).map(letter => viewOf(letter, now()));
      show({ isReading: false, readAt: dateText(now()), list, hidden: known.length - list.length });
    } catch (error) {
      show({ ...view, isReading: false, problem: problemOf(error) });
    }
  };
  const chosenOf = (wanted: readonly LetterRef[]) => {
    const isWanted = ({ pipeline, id }: Letter) =>
      wanted.some(one => one.id === id && one.pipeline === pipeline);
    const chosen = known.filter(letter => letter.problem === undefined && isWanted(letter));
    if (chosen.length > 0) return chosen;
    throw new UsageError('none of these dead letters can be delivered, or they are gone; read them again');
  };
  const carry = async (chosen: readonly Letter[], how: How) => {
    const { signal } = stopping;
    const means = await carryOf(target, options, how, signal);
    const tell = (more: Partial<ReplayView>) => {
      replayed = { ...replayed!, ...more };
      onChange();
    };
    let toldMs = 0;
    const onProgress = (done: number) => {
      if (now() - toldMs < PROGRESS_MS) return;
      toldMs = now();
      tell({ done });
    };
    const carried = await carryAll(target, chosen, means, signal, onProgress);
    tell({
      done: carried.letters,
      isRunning: false,
      sentences: resultSentences(chosen, carried, means, 'choose Replay again for'),
      ...(means.next !== undefined &&
        carried.letters > 0 && { next: means.next.split('\n').map(one => one.trim()) }),
      ...(carried.fault !== undefined && { fault: harmless(carried.fault) }),
    });
  };
  return {
    letters: () => view,
    replayed: () => replayed,
    read: () => inTurn(read),
    open: wanted => inTurn(() => opened(target, wanted, now())),
    plan: (wanted, how) => planOf(chosenOf(wanted), how),
    replay: (wanted, how) => {
      const chosen = chosenOf(wanted);
      if (replayed?.isRunning) throw new UsageError('a replay is running; wait for its end, or stop it');
      stopping = new AbortController();
      replayed = { how, total: chosen.length, done: 0, isRunning: true, sentences: [] };
      onChange();
      const work = () =>
        carry(chosen, how).catch((error: unknown) => {
          replayed = { ...replayed!, isRunning: false, fault: problemOf(error) };
        });
      void inTurn(work)
        .then(() => inTurn(read))
        .then(onDone);
    },
    stop: () => stopping.abort(),
  };
}

async function carryOf(target: Target, options: TargetOptions, how: How, stop: AbortSignal): Promise<Carry> {
  if (how === 'delivered') return (await import('../pipelines/letters/deliver.ts')).delivery(target, stop);
  return moving(target.kind, options);
}

function planOf(chosen: readonly Letter[], how: How): Plan {
  const warning = rejectedText(chosen);
  const [verb, where] =
    how === 'moved' ? ['Move', 'back to the retry queue'] : ['Deliver', 'from this machine'];
  return {
    question: `${verb} ${lettersText(chosen)} ${where}?`,
    lines: [...Map.groupBy(chosen, ({ pipeline }) => pipeline)].map(
      ([pipeline, own]) => `${pipeline}: ${lettersText(own)}: ${reasonsText(own)}`,
    ),
    ...(warning !== undefined && { warning }),
  };
}

async function opened(
  target: Target,
  { pipeline: name, id, reveal }: LetterRef & { readonly reveal: boolean },
  nowMs: number,
): Promise<LetterContent> {
  const pipeline = target.pipelines.find(({ config }) => config.name === name);
  if (pipeline) {
    for await (const { raw, letter } of lookAt(pipeline)) {
      if (letter.id !== id) continue;
      const { rows, isBatch } = contentOf(raw, reveal);
      const cell = (text: string) => shortened(harmless(text), VALUE_CHARACTERS);
      return {
        facts: factsOf(letter, nowMs).map(([label, text]) => [label, harmless(text)] as const),
        rows: rows
          .slice(0, SHOWN_LOGS)
          .map(row =>
            Object.entries(row).map(
              ([column, value]) =>
                [
                  cell(column),
                  cell(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')),
                ] as const,
            ),
          ),
        left: Math.max(0, rows.length - SHOWN_LOGS),
        ...(!isBatch && reveal && { raw: cell(raw.message) }),
      };
    }
  }
  throw new UsageError(
    'this dead letter is no longer on its queue, or another process is reading it; read them again',
  );
}

function viewOf(letter: Letter, nowMs: number): LetterView {
  const { pipeline, id, batch, problem } = letter;
  const failedMs = failedAtMs(letter);
  return {
    pipeline,
    id,
    shortId: shortId(letter),
    reasons: reasonsOf(letter).map(harmless),
    message: harmless(problem ?? batch?.reason.message ?? ''),
    logs: batch?.count ?? 0,
    failedAt: dateText(failedMs),
    age: duration(Math.max(0, nowMs - failedMs)),
    ...(problem !== undefined && { problem }),
  };
}
