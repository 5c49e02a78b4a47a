/** Does with dead letters what the options say: lists, shows, or counts, confirms and then moves or delivers them. */
import { type Carried, type Carry, carryAll, moving } from '../pipelines/letters/carry.ts';
import { type Choice, type Letter, type Survey, survey } from '../pipelines/letters/letters.ts';
import { lettersText } from '../pipelines/letters/told.ts';
import { openTarget } from '../pipelines/open.ts';
import type { Target, TargetOptions } from '../pipelines/operated.ts';
import { type Asked, confirm, terminal } from '../terminal/confirm.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { liveLine } from '../terminal/live-line.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import { wrapped } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';
import { parseChoice, parseMax } from './choice.ts';
import { listJson, replayJson } from './json.ts';
import { showLetter } from './letter.ts';
import { nothingText, tellList, tellPlan, tellResult } from './show.ts';

export interface ReplayOptions extends TargetOptions {
  readonly list?: true;
  readonly show?: string;
  readonly reveal?: true;
  readonly reason?: string;
  readonly since?: string;
  readonly max?: string;
  readonly queue?: string;
  readonly accept?: readonly string[];
  readonly local?: true;
  readonly includeUndecodable?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

const SHOWN_LOGS = 5;

/** Returns the exit code. Throws UsageError before anything is changed. */
export async function runReplay(options: ReplayOptions): Promise<number> {
  const { show, list, reveal, max } = options;
  if (reveal && show === undefined) {
    throw new UsageError('--reveal requires --show; allowed: --show ID --reveal');
  }
  if (options.accept && options.queue === undefined) {
    throw new UsageError('--accept requires --queue; allowed: --queue URL --accept PIPELINE');
  }
  if (show !== undefined) {
    const most = max === undefined ? SHOWN_LOGS : parseMax(max);
    return showLetter(await targetOf(options), show, { ...options, most });
  }
  const choice = parseChoice(options, Date.now());
  const target = await targetOf(options);
  const stop = stopOnSignals('stopping after this dead letter; press Ctrl-C again to force quit');
  if (list) return listLetters(target, choice, options, stop);
  return moveLetters(target, choice, options, stop);
}

async function targetOf(options: ReplayOptions): Promise<Target> {
  const { queue, region: _, profile: __, ...rest } = options;
  if (queue === undefined) return openTarget(options);
  // With a state directory, region and profile are the queue's alone.
  const target = await openTarget(options.config === undefined ? options : rest);
  const { withQueue } = await import('./queue.ts');
  return withQueue(target, { ...options, queue });
}

async function listLetters(
  target: Target,
  choice: Choice,
  { json }: { readonly json?: true },
  stop: AbortSignal,
): Promise<number> {
  const found = await watchedSurvey(target, choice, stop);
  if (json) console.log(JSON.stringify(listJson(target, found), undefined, 2));
  else if (found.chosen.length === 0) console.log(wrapped(nothingText(found, target.place)));
  else tellList(target, found);
  return stop.aborted ? EXIT.interrupted : EXIT.ok;
}

/** With its progress on standard error. */
async function watchedSurvey(target: Target, choice: Choice, stop: AbortSignal): Promise<Survey> {
  const screen = liveLine(process.stderr, Date.now);
  const onSeen = (letters: number) => screen.update(`${counted(letters, 'dead letter')} read`);
  return survey(target, choice, stop, onSeen).finally(screen.clear);
}

/** Returns the exit code. Throws UsageError when it may not be done. */
async function moveLetters(
  target: Target,
  choice: Choice,
  options: ReplayOptions,
  stop: AbortSignal,
): Promise<number> {
  const carry = await carryOf(target, options, stop);
  const found = await watchedSurvey(target, { ...choice, max: Number.POSITIVE_INFINITY }, stop);
  const isMeant = ({ problem }: Letter) => problem === undefined || options.includeUndecodable === true;
  const chosen = found.chosen.filter(isMeant).slice(0, choice.max);
  const left = found.chosen.filter(letter => !isMeant(letter));
  const say = options.json ? () => undefined : (text: string) => console.log(aroundCommands(text));
  if (!options.json && found.chosen.length === 0) say(nothingText(found, target.place));
  tellPlan(chosen, left, carry, say);
  if (stop.aborted) return EXIT.interrupted;
  const json = (carried: Carried) => {
    if (options.json) console.log(JSON.stringify(replayJson(target, options, chosen, carried), undefined, 2));
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

/** Lines of 80 columns. A command, which is indented, is not broken. */
const aroundCommands = (text: string) =>
  text
    .split('\n')
    .map(line => (line.startsWith('  ') ? line : wrapped(line)))
    .join('\n');

async function carryOf(target: Target, options: ReplayOptions, stop: AbortSignal): Promise<Carry> {
  if (options.local) return (await import('../pipelines/letters/deliver.ts')).delivery(target, stop);
  return moving(target.kind, options);
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
      `${lettersText(chosen)} would be ${done}, but confirmation needs a terminal; allowed: --yes, or --dry-run to preview`,
    );
  }
  return confirm(asked, `${done === 'moved' ? 'Move' : 'Deliver'} ${lettersText(chosen)} ${question}?`, stop);
}
