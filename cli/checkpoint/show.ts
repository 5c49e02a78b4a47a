/** A checkpoint as a person reads it, and what `checkpoint set` shows before it moves one. */
import type { Checkpoint } from '../../lambda/core/model.ts';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import type { Operated, StoredState } from '../pipelines/operated.ts';
import { colors, columnsOf, harmless, printError, wrapped } from '../terminal/text.ts';
import { counted, dateText, duration, runSentence } from '../terminal/words.ts';
import { backfillLines } from '../window/backfill-command.ts';
import { type Plan, skipsLogs } from './plan.ts';

const LABEL_CHARACTERS = 14;

/** `checkpoint get`: a pipeline's facts, a line or a few each. */
export function tellState(place: string, pipeline: Operated, state: StoredState, nowMs: number): void {
  console.log(`${colors.bold(pipeline.config.name)} ${colors.dim(`(${place})`)}`);
  for (const [label, text] of factsOf(pipeline, state, nowMs)) {
    const indent = ' '.repeat(LABEL_CHARACTERS + 2);
    console.log(wrapped(`  ${label.padEnd(LABEL_CHARACTERS)}${harmless(text)}`, columnsOf(), indent));
  }
}

function factsOf({ config }: Operated, state: StoredState, nowMs: number): [string, string][] {
  const { checkpoint, caughtUpAtMs, lastRun, checkpointSet } = state;
  const at = (ms: number) => `${dateText(ms)}, ${duration(Math.max(0, nowMs - ms))} ago`;
  const dateMs = checkpoint && dateOf(checkpoint);
  return [
    ['checkpoint', checkpoint?.logId ?? `none yet; the first run begins at "${config.auth0.startFrom}"`],
    ...facts('date', dateMs, at),
    ...facts('caught up', caughtUpAtMs, at),
    ['lease', leaseText(state, nowMs)],
    ...facts('last run', lastRun?.endedAtMs, at),
    // The name is not part of the sentence.
    ...facts('', lastRun, run => runSentence({ ...run, pipeline: config.name }, false)),
    ['set by hand', checkpointSet ?? 'never'],
  ];
}

const facts = <T>(label: string, value: T | undefined, textOf: (value: T) => string): [string, string][] =>
  value === undefined ? [] : [[label, textOf(value)]];

/** The log's own date, or else the time in its id, which a position that is not a log has too. */
export function dateOf({ logId, logDateMs }: Checkpoint): number | undefined {
  return logDateMs ?? logIdTimeMs(logId);
}

export function leaseText({ lease }: StoredState, nowMs: number): string {
  if (!lease) return 'free';
  const until = dateText(lease.expiresAtMs);
  return lease.expiresAtMs > nowMs
    ? `held until ${until} by ${lease.owner}`
    : `free: the lease of ${lease.owner} expired at ${until}`;
}

/** On standard error with `--json`, which has standard output to itself. */
export function tellPlan(plan: Plan, json: boolean): void {
  const { pipeline, place, old, isFirst, next } = plan;
  const say = (text: string) => (json ? printError(text) : console.log(text));
  const tellPlace = (label: string, checkpoint: Checkpoint, note: string) => {
    const ms = dateOf(checkpoint);
    const date = ms === undefined ? 'an unknown date' : dateText(ms);
    say(`  ${label.padEnd(6)}${date}${note}\n${' '.repeat(8)}${checkpoint.logId}`);
  };
  const { name, auth0 } = pipeline.config;
  say(`${colors.bold(name)} ${colors.dim(`(${place})`)}`);
  tellPlace('from', old, isFirst ? `: no checkpoint yet; auth0.startFrom is "${auth0.startFrom}"` : '');
  tellPlace('to', next, '');
  say(wrapped(effectOf(plan)));
  if (plan.count.kind === 'unknown') say(wrapped(`The logs could not be counted: ${plan.count.why}`));
  if (skipsLogs(plan)) say(remedyOf(plan));
}

function effectOf({ direction, count, isUnsettled }: Plan): string {
  if (direction === 'none') return 'The checkpoint is already there.';
  const logs =
    count.kind === 'unknown'
      ? 'An unknown number of logs'
      : `${counted(count.logs, 'log')}${count.isMore ? ' or more' : ''}`;
  if (direction === 'back') {
    return `Back: ${logs} would be sent again, and so would the logs that the sweep still covers.`;
  }
  if (direction === 'unknown') return `Back or forward: ${logs} would be sent again or SKIPPED.`;
  if (count.kind === 'counted' && count.logs === 0 && !count.isMore) {
    if (isUnsettled) {
      return 'Forward, to a place so recent that Auth0 may still write logs before it: those would be SKIPPED.';
    }
    return 'Forward, with no logs in between: none would be sent again or skipped.';
  }
  return `Forward: ${logs} would be SKIPPED.`;
}

/** A log's id is given some seconds after its date, so a little more is taken at both ends. */
function remedyOf({ options, old, next }: Plan): string {
  const [fromMs, toMs] = [logIdTimeMs(old.logId), logIdTimeMs(next.logId)];
  const lead = 'To send them later, while Auth0 still has them:';
  if (fromMs === undefined || toMs === undefined)
    return `${lead}\n  see npx auth0-logs-to-azure help backfill`;
  return `${lead}\n${backfillLines({ fromMs: fromMs - 10_000, toMs: toMs + 1000 }, options)}`;
}
