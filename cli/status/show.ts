/** The status as a person reads it: a verdict first, then what it rests on. */

import type { Target } from '../pipelines/operated.ts';
import { colors, wrapped } from '../terminal/text.ts';
import { counted, dateText } from '../terminal/words.ts';
import type { Facts } from './ask.ts';
import { detailLines } from './details.ts';
import { type Finding, findingsOf, isRunning } from './findings.ts';

/** Of more pipelines, only those that are not well are told in full. */
const TOLD_IN_FULL = 3;

/** Lines, without the line's end. */
export function statusLines({ place }: Target, all: readonly Facts[], nowMs: number): string[] {
  const worst = all.map(facts => ({ facts, findings: findingsOf(facts) }));
  const inFull = worst.filter(
    ({ facts, findings }) => all.length <= TOLD_IN_FULL || findings.length > 0 || facts.unanswered.length > 0,
  );
  const blocks = inFull.flatMap(({ facts, findings }) => [
    '',
    ...verdictLines(facts, findings),
    ...detailLines(facts),
  ]);
  const hidden = worst.length - inFull.length;
  return [
    ...wrapped(`${place}, at ${dateText(nowMs)}`)
      .split('\n')
      .map(colors.dim),
    ...blocks,
    ...(hidden > 0 ? ['', `${counted(hidden, 'pipeline')} more, well; one in full: --pipeline NAME`] : []),
  ];
}

function verdictLines(facts: Facts, findings: readonly Finding[]): string[] {
  const { pipeline, unanswered } = facts;
  const [first] = findings;
  const verdict =
    first !== undefined
      ? `NOT WELL: ${findings.map(one => one.what).join('; ')}; see docs/runbook.md#${first.runbook}`
      : unanswered.length > 0
        ? 'not known: some of it could not be asked'
        : `well: ${wellText(facts)}`;
  const paint = first ? colors.red : unanswered.length > 0 ? colors.yellow : colors.green;
  return wrapped(`${pipeline}: ${verdict}`)
    .split('\n')
    .map(line => colors.bold(paint(line)));
}

function wellText(facts: Facts): string {
  if (isRunning(facts)) return 'a run is under way';
  return facts.state?.lastRun?.outcome === 'caught-up' ? 'caught up' : 'on its way';
}
