/** The facts of a healthy pipeline, for tests of what is made of facts. */
import type { Facts } from '../../cli/pipelines/facts.ts';
import type { LastRun } from '../../lambda/core/last-run.ts';
import { lastRunAt } from './last-run.ts';

export const NOW = Date.UTC(2026, 5, 1, 12);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const RUN = lastRunAt(NOW - MINUTE);
export const EMPTY_QUEUES = { retry: { messages: 0 }, 'dead-letter': { messages: 0 } };

export function facts(state: Facts['state'], others: Partial<Facts> = {}): Facts {
  return {
    pipeline: 'prod',
    kind: 'stack',
    about: {},
    isFederated: false,
    askedAtMs: NOW,
    queues: EMPTY_QUEUES,
    alarms: [],
    limits: { lagMs: 15 * MINUTE, silenceMs: 5 * MINUTE },
    stopped: [],
    unanswered: [],
    ...others,
    state,
  };
}
export const ran = (run: Partial<LastRun> = {}, state: Facts['state'] = {}): Facts['state'] => ({
  checkpoint: { logId: '900', logDateMs: NOW - 3 * HOUR },
  caughtUpAtMs: NOW - 2 * MINUTE,
  lastRun: { ...RUN, ...run },
  ...state,
});
