/** What Auth0's answers show about the tenant's plan. */
import { AUTH0_PAGE_SIZE } from '../../lambda/core/contract.ts';
import type { RateLimit } from '../../lambda/core/model.ts';
import { counted, duration } from '../terminal/words.ts';
import { about, type Finding } from './finding.ts';

interface Plan {
  readonly name: string;
  readonly callsPerMinute: number;
}

/**
 * By the calls that may come at once.
 * https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy/rate-limit-configurations
 */
const PLANS: Readonly<Record<number, Plan>> = {
  2: { name: 'the Free plan', callsPerMinute: 120 },
  10: { name: 'Essentials, Professional or an Enterprise test tenant', callsPerMinute: 100 },
  50: { name: 'an Enterprise production tenant', callsPerMinute: 960 },
};
/** Days for which plans keep logs: https://auth0.com/docs/deploy-monitor/logs/log-data-retention */
const RETENTION_DAYS = [1, 5, 10, 30];
const DAY_MS = 86_400_000;
/** Of a share this small it may still be that the tenant is young or was quiet. */
const SUSPICIOUS_SHARE = 0.5;

/** @param headroom the share of the limit that is left to the tenant's other callers */
export function rateLimitFinding(rateLimit: RateLimit | undefined, headroom: number): Finding {
  const say = about('rate limit');
  if (!rateLimit) return say.unchecked('Auth0 did not send its rate limit');
  const { limit, remaining } = rateLimit;
  const plan = PLANS[limit];
  const reserved = Math.min(limit - 1, Math.floor(limit * headroom));
  const seen = `${remaining} of ${counted(limit, 'call')} left`;
  const looks = plan
    ? `looks like ${plan.name}: about ${counted(plan.callsPerMinute * AUTH0_PAGE_SIZE, 'log')} per minute`
    : 'of an unknown plan';
  const kept = reserved === 0 ? '' : `; ${counted(reserved, 'call')} reserved for others`;
  if (remaining > reserved) return say.ok(`${seen}, ${looks}${kept}`);
  return say.warning(
    `${seen}, ${looks}${kept}: the pipeline waits for the limit`,
    'nothing, if the pipeline ships a backlog (“checkpoint”): it uses the limit itself. Otherwise find out who else calls the Management API (Auth0 Dashboard, Monitoring, Logs, type api_limit); lower auth0.rateLimitHeadroom, or upgrade the plan',
  );
}

/** @param oldestMs the date of the oldest log that Auth0 gives, milliseconds since 1970 */
export function retentionFinding(
  oldestMs: number | undefined,
  configuredDays: number,
  nowMs: number,
): Finding {
  const say = about('retention');
  if (oldestMs === undefined) return say.unchecked('Auth0 has no log with a readable date');
  const ageMs = Math.max(0, nowMs - oldestMs);
  const ageDays = ageMs / DAY_MS;
  const seen = `the oldest log is ${duration(ageMs)} old, auth0.logRetentionDays is ${configuredDays}`;
  // Auth0 deletes when it gets to it: a day more proves nothing.
  if (ageDays > configuredDays + 1) {
    const days = RETENTION_DAYS.find(one => ageDays <= one + 1) ?? Math.floor(ageDays);
    return say.warning(
      `${seen}: too low, so alarms and queueing start too early`,
      `set auth0.logRetentionDays to the retention of the tenant’s plan, which looks like ${days}`,
    );
  }
  const isLeast = configuredDays <= Math.min(...RETENTION_DAYS);
  if (isLeast || ageDays >= configuredDays * SUSPICIOUS_SHARE) return say.ok(seen);
  return say.warning(
    `${seen}: unless the tenant is new or was inactive, its plan keeps logs for a shorter time, and a longer outage loses logs`,
    'set auth0.logRetentionDays to the retention of the plan: Free 1, Essentials 5, Professional 10, Enterprise 30',
  );
}
