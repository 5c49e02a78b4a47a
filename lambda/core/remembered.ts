/** What a run takes over from the runs before it. What it cannot read is lost, and is reported: nothing else would show it. */
import { type Late, readLate } from './late.ts';
import type { Clock, Journal } from './model.ts';
import { NOTHING_UNPROVEN, readUnproven, type Unproven } from './unproven.ts';
import { ASK_EVERY_MS, LONGEST_PAUSE_MS } from './verify.ts';

interface Remembering {
  readonly clock: Clock;
  readonly journal: Journal;
}

/** The ids by which a late log differs from a settled one; undefined begins anew at the checkpoint. */
export function rememberedLate(text: string | undefined, { clock, journal }: Remembering): Late | undefined {
  const late = readLate(text);
  if (text && !late) {
    journal.warn(
      'the state attribute "late" cannot be read and starts anew; a log that Auth0 inserted behind the checkpoint before now is not shipped automatically: run "npx auth0-logs-to-azure audit"',
    );
  }
  // A clock that was ahead once must not put off the look back.
  return late && { ...late, sweptAtMs: Math.min(late.sweptAtMs, clock.now()) };
}

/** What is not proven stored yet. */
export function rememberedUnproven(text: string | undefined, { clock, journal }: Remembering): Unproven {
  if (!text) return NOTHING_UNPROVEN;
  const unproven = readUnproven(text);
  if (!unproven) {
    journal.warn(
      'the state attribute "unproven" cannot be read and starts anew; what was accepted in the last hour is not compared with the rows in Azure automatically: run "npx auth0-logs-to-azure audit --stored"',
    );
  }
  return unproven ? notAhead(unproven, clock.now()) : NOTHING_UNPROVEN;
}

/** A clock that was ahead once puts no comparison off: what is later than any pause is due now. */
function notAhead(unproven: Unproven, nowMs: number): Unproven {
  const past = (ms: number) => Math.min(ms, nowMs);
  const soon = (ms: number, pauseMs: number) => (ms > nowMs + pauseMs ? nowMs : ms);
  return {
    spans: unproven.spans.map(span => ({
      ...span,
      acceptedAtMs: past(span.acceptedAtMs),
      dueAtMs: soon(span.dueAtMs, LONGEST_PAUSE_MS),
    })),
    askAtMs: soon(unproven.askAtMs, ASK_EVERY_MS),
    storedAtMs: past(unproven.storedAtMs),
    visibleAtMs: past(unproven.visibleAtMs),
    trialAtMs: past(unproven.trialAtMs),
  };
}
