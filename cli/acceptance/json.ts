/** The answers, for machines. */
import type { Answered } from './ask.ts';
import type { Question } from './question.ts';
import type { Subject } from './report.ts';

/** What `--json` prints. */
export function acceptanceJson(subject: Subject, answers: readonly Answered[]) {
  return {
    ...subject,
    answers: answers.map(({ question, outcome, observed }) => ({
      ...questionJson(question),
      outcome,
      observed,
    })),
  };
}

/** What `--list --json` prints of each. */
export function questionJson({ id, vendor, asks, assumes, fact, setting, writes, dollars }: Question) {
  return { id, vendor, asks, assumes, fact, setting, writes: writes ?? null, dollars };
}
