/** An audit in one sentence. */

import { colors } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';
import type { Findings } from './compare.ts';
import type { Audit } from './read.ts';

/** Every log is settled, or will be by what the pipeline does anyway. */
export const isWell = (audit: Audit): boolean => audit.findings.missing === 0 && doubtful(audit) === 0;

/** Logs that may be missing: nobody can tell. */
function doubtful({ findings, withoutId }: Audit): number {
  return findings.notKnown + unsureLogs(findings) + withoutId;
}

/** Named or not. */
export const missingAtLeast = ({ missing, unsure }: Findings) =>
  unsure.reduce((sum, { atLeastMissing }) => sum + atLeastMissing, missing);

export const unsureLogs = ({ unsure }: Findings) => unsure.reduce((sum, { logs }) => sum + logs, 0);

export function verdict(told: Audit): string {
  const { findings, atAuth0 } = told;
  const { missing, settled, notYet, notSwept } = findings;
  const least = missingAtLeast(findings);
  const doubts = doubtful(told);
  const doubt = doubts > 0 ? `${counted(doubts, 'log')} cannot be vouched for` : '';
  if (least > 0) {
    const count = `${least > missing ? 'at least ' : ''}${counted(least, 'log')}`;
    return colors.red(colors.bold(`MISSING: ${count}${doubt === '' ? '' : `; ${doubt}`}.`));
  }
  if (atAuth0 === 0) return 'Auth0 serves no log of this window: there is nothing to compare.';
  if (doubt !== '') return colors.yellow(colors.bold(`Nothing is known to be missing, but ${doubt}.`));
  const later = notYet + notSwept > 0 ? `, ${(notYet + notSwept).toLocaleString('en')} not yet` : '';
  return colors.green(colors.bold(`Nothing is missing: ${counted(settled, 'log')} settled${later}.`));
}
