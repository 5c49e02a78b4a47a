/** What the checks have found, beside the judgment of health that `status` makes too. */

import type { Finding } from '../checks/finding.ts';
import { type Facts, healthOf, type Judgement, type Reason, worstOf } from '../pipelines/health.ts';
import type { Operated, Target } from '../pipelines/operated.ts';
import type { Asked } from './state.ts';

export interface Judged {
  /** In the order in which they are read. */
  readonly findings: readonly Finding[];
  /** What `status` would say; a check that failed makes it unhealthy too. */
  readonly judgement: Judgement;
}

export function judged(findings: readonly Finding[], facts: Facts): Judged {
  const known = healthOf(facts);
  // What makes a pipeline unhealthy shows in the checks too, and is said once.
  const failed = known.health === 'unhealthy' ? [] : findings.filter(({ level }) => level === 'error');
  const reasons = [
    ...failed.map(({ check }): Reason => ({ health: 'unhealthy', what: `“${check}” failed` })),
    ...known.reasons,
  ];
  return { findings, judgement: { ...known, health: worstOf(reasons), reasons } };
}

type Answers = {
  readonly [K in 'state' | 'queues' | 'alarms' | 'limits' | 'stopped']?: Asked<NonNullable<Facts[K]>>;
};

/** As askPipeline has them. */
export function factsOf(
  { config }: Operated,
  kind: Target['kind'],
  askedAtMs: number,
  answers: Answers,
): Facts {
  const answerOf = <T>(one: Asked<T> | undefined) => (one && 'value' in one ? one.value : undefined);
  const problems = Object.values(answers).flatMap(one => ('problem' in one ? [one.problem] : []));
  return {
    pipeline: config.name,
    kind,
    askedAtMs,
    state: answerOf(answers.state),
    queues: answerOf(answers.queues),
    alarms: answerOf(answers.alarms),
    limits: answerOf(answers.limits),
    stopped: answerOf(answers.stopped),
    unanswered: [...new Set(problems)],
  };
}
