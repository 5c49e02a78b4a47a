/** What `checkpoint set` shows before and after. */

import type { Checkpoint } from '../../lambda/core/model.ts';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import type { Operated, TargetOptions } from '../pipelines/operated.ts';
import { colors, wrapped } from '../terminal/text.ts';
import { counted, dateText } from '../terminal/words.ts';
import { backfillLines } from '../window/backfill-command.ts';
import type { Count, Direction } from './count.ts';
import { dateOf } from './get.ts';

/** What would be done. */
export interface Plan {
  readonly pipeline: Operated;
  readonly place: string;
  readonly old: Checkpoint;
  /** There is no checkpoint yet: `old` is where the first run would begin. */
  readonly isFirst: boolean;
  readonly next: Checkpoint;
  readonly direction: Direction;
  readonly count: Count;
  /** The new place is so young that Auth0 may still write logs before it. */
  readonly isUnsettled: boolean;
  /** By which the pipeline was found. */
  readonly options: TargetOptions;
}

/** Whether logs are not sent, or may not be. */
export function skipsLogs({ direction, count, isUnsettled }: Plan): boolean {
  if (direction === 'unknown') return true;
  return (
    direction === 'forward' && (isUnsettled || count.kind === 'unknown' || count.logs > 0 || count.isMore)
  );
}

/** On standard error with `--json`, which has standard output to itself. */
export function tellPlan(plan: Plan, json: boolean): void {
  const { pipeline, place, old, isFirst, next } = plan;
  const say = (text: string) => (json ? console.error(text) : console.log(text));
  const tellPlace = (label: string, checkpoint: Checkpoint, note: string) => {
    const ms = dateOf(checkpoint);
    const date = ms === undefined ? 'an unknown date' : dateText(ms);
    say(`  ${label.padEnd(6)}${date}${note}\n${' '.repeat(8)}${checkpoint.logId}`);
  };
  const { name, auth0 } = pipeline.config;
  say(`${colors.bold(name)} ${colors.dim(`(${place})`)}`);
  tellPlace('from', old, isFirst ? `: no checkpoint yet, so auth0.startFrom "${auth0.startFrom}"` : '');
  tellPlace('to', next, '');
  say(wrapped(effectOf(plan)));
  if (plan.count.kind === 'unknown') say(wrapped(`They could not be counted: ${plan.count.why}`));
  if (skipsLogs(plan)) say(remedyOf(plan));
}

function effectOf({ direction, count, isUnsettled }: Plan): string {
  if (direction === 'none') return 'That is where it is already.';
  const logs =
    count.kind === 'unknown'
      ? 'An unknown number of logs'
      : `${counted(count.logs, 'log')}${count.isMore ? ' or more' : ''}`;
  if (direction === 'back') {
    return `Back: ${logs} would be sent again, and so would those in which late logs are still looked for.`;
  }
  if (direction === 'unknown') return `Back or forward: ${logs} would be sent again or SKIPPED.`;
  if (count.kind === 'counted' && count.logs === 0 && !count.isMore) {
    if (isUnsettled) {
      return 'Forward, to a place so young that Auth0 may still write logs before it: those would be SKIPPED.';
    }
    return 'Forward, with no log in between: none would be sent again or skipped.';
  }
  return `Forward: ${logs} would be SKIPPED.`;
}

/** A log's id is given some seconds after its date, so a little more is taken at both ends. */
function remedyOf({ options, old, next }: Plan): string {
  const [fromMs, toMs] = [logIdTimeMs(old.logId), logIdTimeMs(next.logId)];
  const lead = 'To send them later all the same, while Auth0 still has them:';
  if (fromMs === undefined || toMs === undefined) return `${lead}\n  see npm start -- help backfill`;
  return `${lead}\n${backfillLines({ fromMs: fromMs - 10_000, toMs: toMs + 1000 }, options)}`;
}

/** @param checkpointSet what is kept about it */
export function tellDone(plan: Plan, checkpointSet: string, json: boolean): void {
  if (json) console.log(JSON.stringify(jsonOf(plan, checkpointSet), undefined, 2));
  else console.log('Set. The next run goes on from there; "checkpoint get" shows who set it.');
}

/** @param checkpointSet undefined when nothing was changed */
export function jsonOf(plan: Plan, checkpointSet: string | undefined) {
  const { pipeline, place, old, isFirst, next, direction, count } = plan;
  return {
    place,
    pipeline: pipeline.config.name,
    from: isFirst ? null : checkpointJson(old),
    to: checkpointJson(next),
    direction,
    logsBetween: count.kind === 'counted' ? count.logs : null,
    orMore: count.kind === 'unknown' || count.isMore,
    skipsLogs: skipsLogs(plan),
    set: checkpointSet !== undefined,
    ...(checkpointSet !== undefined && { checkpointSet }),
  };
}

function checkpointJson(checkpoint: Checkpoint) {
  const ms = dateOf(checkpoint);
  return { logId: checkpoint.logId, ...(ms !== undefined && { loggedAt: new Date(ms).toISOString() }) };
}
