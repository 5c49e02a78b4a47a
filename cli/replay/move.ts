/** Dead letters on their way: counted, confirmed, and then moved or delivered one by one. */

import type { Target } from '../pipelines/operated.ts';
import { type Asked, confirm, terminal } from '../terminal/confirm.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { wrapped } from '../terminal/text.ts';
import { type Carried, type Carry, carryAll } from './carry.ts';
import type { ReplayOptions } from './command.ts';
import type { Choice, Letter } from './letters.ts';
import { jsonOf, tellPlan, tellResult } from './show.ts';
import { lettersText, nothingText, survey } from './survey.ts';

/** Returns the exit code. Throws UsageError when it may not be done. */
export async function moveLetters(
  target: Target,
  choice: Choice,
  options: ReplayOptions,
  stop: AbortSignal,
): Promise<number> {
  const carry = await carryOf(target, options, stop);
  const found = await survey(target, { ...choice, max: Number.POSITIVE_INFINITY }, stop);
  const isMeant = ({ problem }: Letter) => problem === undefined || options.includeUndecodable === true;
  const chosen = found.chosen.filter(isMeant).slice(0, choice.max);
  const left = found.chosen.filter(letter => !isMeant(letter));
  const say = options.json ? () => undefined : (text: string) => console.log(wrapped(text));
  if (!options.json && found.chosen.length === 0) say(nothingText(found, target.place));
  tellPlan(chosen, left, carry, say);
  if (stop.aborted) return EXIT.interrupted;
  const json = (carried: Carried) => {
    if (options.json) console.log(JSON.stringify(jsonOf(target, options, chosen, carried), undefined, 2));
  };
  const nothing: Carried = { letters: 0, logs: 0, logsDeadLettered: 0, logsRequeued: 0, notFound: 0 };
  if (chosen.length === 0 || options.dryRun) {
    if (chosen.length > 0) say(`dry run: ${lettersText(chosen)} would be ${carry.done}; nothing was done`);
    json(nothing);
    return EXIT.ok;
  }
  if (!(await isAllowed(options, chosen, carry, terminal(), stop))) {
    say(stop.aborted ? 'interrupted: nothing was done' : 'nothing was done');
    json(nothing);
    return stop.aborted ? EXIT.interrupted : EXIT.ok;
  }
  const bar = progressBar(process.stderr, chosen.length, `dead letters ${carry.done}`);
  const carried = await carryAll(target, chosen, carry, stop, bar.update).finally(bar.end);
  json(carried);
  return tellResult(chosen, carried, carry, say, stop);
}

async function carryOf(target: Target, { local }: ReplayOptions, stop: AbortSignal): Promise<Carry> {
  if (local) return (await import('./local.ts')).delivery(target, stop);
  const next =
    target.kind === 'stack'
      ? 'The replay function delivers them now; see how it goes with: status'
      : 'The next run delivers them: run --config FILE --once';
  return {
    done: 'moved',
    question: 'back to the retry queue',
    next,
    one: async ({ queues }, { raw, letter }) => {
      await queues.redrive(raw);
      return { logs: letter.batch?.count ?? 0, logsDeadLettered: 0, logsRequeued: 0 };
    },
  };
}

async function isAllowed(
  { yes }: ReplayOptions,
  chosen: readonly Letter[],
  { done, question }: Carry,
  asked: Asked | undefined,
  stop: AbortSignal,
): Promise<boolean> {
  if (yes) return true;
  if (!asked) {
    throw new UsageError(
      `${lettersText(chosen)} would be ${done}, and nobody can be asked here; allowed: --yes, or --dry-run to look`,
    );
  }
  return confirm(asked, `${done === 'moved' ? 'Move' : 'Deliver'} ${lettersText(chosen)} ${question}?`, stop);
}
