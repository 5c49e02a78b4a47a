/** What a run takes over from the runs before it. What it cannot read is lost, and is reported: nothing else would show it. */
import { type Late, readLate } from './late.ts';
import type { Journal } from './model.ts';
import { NOTHING_UNPROVEN, readUnproven, type Unproven } from './unproven.ts';

/** The ids by which a late log differs from a settled one; undefined begins anew at the checkpoint. */
export function rememberedLate(text: string | undefined, journal: Journal): Late | undefined {
  const late = readLate(text);
  if (text && !late) {
    journal.warn(
      'the state attribute "late" cannot be read and starts anew; a log that Auth0 inserted behind the checkpoint before now is not shipped automatically: run "npx auth0-logs-to-azure audit"',
    );
  }
  return late;
}

/** What is not proven stored yet. */
export function rememberedUnproven(text: string | undefined, journal: Journal): Unproven {
  if (!text) return NOTHING_UNPROVEN;
  const unproven = readUnproven(text);
  if (!unproven) {
    journal.warn(
      'the state attribute "unproven" cannot be read and starts anew; what was accepted in the last hour is not compared with the rows in Azure automatically: run "npx auth0-logs-to-azure audit --stored"',
    );
  }
  return unproven ?? NOTHING_UNPROVEN;
}
