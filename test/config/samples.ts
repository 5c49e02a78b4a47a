/** Configurations to begin from, all made up. */
import fc from 'fast-check';
import { SAMPLES, SOME } from '../destinations/samples.ts';

export type Settings = Record<string, unknown>;

export const AUTH0 = { domain: 'acme.eu.auth0.com', secret: 'auth0-logs/prod/auth0' };
export const PIPELINE = { name: 'prod', auth0: AUTH0, azure: SOME.azure };

/** Any valid pipeline, with any of its settings left out that may be. */
export function validPipeline(): fc.Arbitrary<Settings> {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/);
  const optional = (settings: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record(settings, { requiredKeys: [] });
  const auth0 = optional({
    customDomain: fc.constant('login.acme.com'),
    logRetentionDays: fc.integer({ min: 1, max: 365 }),
    startFrom: fc.constantFrom('oldest', 'now', '2026-03-01', '2026-03-01T00:00:00Z'),
    rateLimitHeadroom: fc.double({ min: 0, max: 0.9, noNaN: true }),
  });
  const azure = fc.oneof(
    ...Object.values(SAMPLES).map(({ azure, besides }) =>
      besides.map(settings => ({ ...azure, ...settings })),
    ),
  );
  const patterns = fc.array(fc.constantFrom('*', 's*', 'fp', 'sapi'), { minLength: 1, maxLength: 3 });
  const how = fc.constantFrom('mask', 'hash', 'drop');
  const rest = optional({
    settleSeconds: fc.integer({ min: 0, max: 3600 }),
    include: patterns,
    exclude: patterns,
    typeColumns: fc.boolean(),
    minimumLevel: fc.constantFrom('debug', 'info', 'warning', 'error', 'critical'),
    redact: fc.array(fc.record({ field: fc.constantFrom('user_name', 'details.*.email'), how })),
    schedule: fc.constantFrom('rate(1 minute)', 'rate(2 hours)', 'cron(0 * * * ? *)'),
    scheduleTimeZone: fc.constantFrom('UTC', 'Europe/Berlin'),
    alarms: fc.oneof(
      optional({
        email: fc.array(fc.constant('ops@example.com'), { maxLength: 1 }),
        lagMinutes: fc.integer({ min: 1, max: 1440 }),
      }),
      optional({ topicArn: fc.constant('arn:aws:sns:eu-west-1:123456789012:ops') }),
    ),
    previousNames: fc.uniqueArray(fc.constantFrom('before', 'long-before')),
    adopt: fc.constantFrom({}, { checkpointTable: 'table', retryQueue: 'one', deadLetterQueue: 'two' }),
  });
  return fc
    .tuple(name, auth0, azure, rest)
    .map(([name, auth0, azure, rest]) => ({ ...rest, name, auth0: { ...AUTH0, ...auth0 }, azure }));
}
