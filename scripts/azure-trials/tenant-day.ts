/** One day of the simulated tenant, with every attack of the trials. */

import { generateLogs } from '../../simulator/auth0/tenant.ts';
import type { Rows } from '../../simulator/azure/log-analytics/engine.ts';
import { LOGS_INGESTION } from '../../simulator/azure/logs-ingestion.ts';
import { dice } from '../../simulator/dice.ts';
import { arrive } from './arrivals.ts';
import { DOMAIN, log, NOW_MS, user } from './scene.ts';
import { TRIALS } from './trials.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
export const DAY = { fromMs: NOW_MS - 24 * HOUR_MS, toMs: NOW_MS } as const;
const OUTAGE = { fromMs: DAY.fromMs + 9 * HOUR_MS, toMs: DAY.fromMs + 10 * HOUR_MS };

const enrolments = ['totp', 'sms', 'push-notification', 'webauthn-roaming'].map((factor, index) =>
  log('gd_enrollment_complete', 90 + index * 200, {
    ...user(`user${index}`),
    description: `Guardian - Enrollment complete (${factor})`,
  }),
);

/** Rows of the workspace. Logs arrive within two minutes, except during an outage of one hour at night. */
export function rowsOfDay(): Rows {
  const chance = dice(11);
  const tenant = generateLogs({ seed: 1, count: 12_000, ...DAY, tenantName: 'example' });
  const attacks = Object.values(TRIALS).flatMap(trial => trial.fires.logs);
  const arrivals = [...tenant, ...attacks, ...enrolments].map(log => {
    const atMs = Date.parse(log.date) || NOW_MS;
    const usual = atMs + chance.whole(20_000, 110_000);
    const arrivedMs = atMs > OUTAGE.fromMs && atMs < OUTAGE.toMs ? OUTAGE.toMs + MINUTE_MS : usual;
    return { log, arrivedMs };
  });
  return arrive(LOGS_INGESTION.kind, DOMAIN, arrivals).rows;
}
