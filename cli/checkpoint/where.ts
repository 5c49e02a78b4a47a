/** From what an operator wrote to a place in Auth0's logs. */

import type { Checkpoint, LogSource, StartFrom } from '../../lambda/core/model.ts';
import { logIdOf } from '../../lambda/core/record/log.ts';
import { isPastLogId, logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { parseStartFrom } from '../../lambda/core/start-from.ts';
import { standingOf } from '../../lambda/core/witness.ts';
import { UsageError } from '../terminal/errors.ts';
import { dateText } from '../terminal/words.ts';
import { parseTime } from '../window/window.ts';

const ALLOWED =
  'a log id, a UTC date "2026-07-01", a time with its zone "2026-07-01T08:30:00Z", how long ago "2h" or "3d", ' +
  '"oldest" or "now"';
const TIMEOUT_MS = 30_000;

/** Throws UsageError for what is none, or lies in the future: a run would wait there and skip all logs until then. */
export function parseWhere(text: string, nowMs: number): StartFrom {
  const given = text.trim();
  const from = parseStartFrom(given) ?? ago(given, nowMs);
  if (!from) throw new UsageError(`<where> is "${text}"; allowed: ${ALLOWED}`);
  const timeMs = from.kind === 'log' ? logIdTimeMs(from.logId) : undefined;
  if (from.kind === 'log' && (!isPastLogId(from.logId, nowMs) || (timeMs ?? 0) > nowMs)) {
    const problem =
      timeMs === undefined
        ? 'which is no log id of a form that Auth0 gives: three digits, the time as yyyyMMddHHmmssSSS, 36 digits'
        : `which lies in the future (${dateText(timeMs)})`;
    throw new UsageError(
      `<where> is "${text}", ${problem}; allowed: ${ALLOWED}, up to now (${dateText(nowMs)})`,
    );
  }
  if (from.kind === 'date' && from.dateMs > nowMs) {
    throw new UsageError(
      `<where> is "${text}", which lies in the future; allowed: up to now (${dateText(nowMs)}), or "now"`,
    );
  }
  return from;
}

function ago(text: string, nowMs: number): StartFrom | undefined {
  if (!/^\d+ ?[mhd]( ago)?$/.test(text)) return undefined;
  return { kind: 'date', dateMs: parseTime('<where>', text, nowMs) };
}

/** The place itself. Throws UsageError when Auth0 has to be asked and does not answer. */
export async function placeOf(source: LogSource, from: StartFrom, nowMs: number): Promise<Checkpoint> {
  const start = await source.start(from, nowMs, TIMEOUT_MS);
  if (start.kind === 'start') return start.checkpoint;
  throw new UsageError(
    `Auth0 has to be asked where that is, and: ${start.fault.message}. A log id needs no asking: give one`,
    start.fault,
  );
}

/** Throws UsageError for a place after which no log can come. Auth0 is asked; where it does not answer, the place may do. */
export async function refuseBeyond(source: LogSource, place: Checkpoint): Promise<void> {
  const nowMs = Date.now();
  const answer = await source.newest(nowMs, TIMEOUT_MS);
  if (answer.kind === 'fault' || standingOf(place, answer.log, nowMs, nowMs) !== 'beyond') return;
  throw new UsageError(
    `<where> is "${place.logId}", which lies beyond the tenant's newest log ${logIdOf(answer.log)}: nothing would ` +
      `ever be shipped; allowed: ${ALLOWED}, up to the newest log`,
  );
}
