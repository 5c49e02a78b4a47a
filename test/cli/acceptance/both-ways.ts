/** For each question a simulated account that confirms what is assumed, and some that refute it. */
import type { Auth0Options } from '../../../simulator/auth0/server.ts';
import { type Log, logIdAt } from '../../../simulator/auth0/tenant.ts';

import type { LocalWorld } from '../local-world.ts';
import { type Setup, tenantLogs } from './asked-world.ts';

interface BothWays {
  readonly confirmed: Setup;
  readonly refuted: readonly Setup[];
}

const auth0 = (options: Partial<Auth0Options>): Setup => ({ auth0: options });
const azure = (options: Setup['azure']): Setup => ({ azure: options });
const FORBIDDEN = { kind: 'status', status: 403, body: '{"error":{"code":"OperationFailed"}}' } as const;

const logAt = (atMs: number, tail: string): Log => ({
  ...tenantLogs(1)[0]!,
  _id: logIdAt(atMs, tail),
  log_id: logIdAt(atMs, tail),
  date: new Date(atMs).toISOString(),
});

/** At each wait a log of now, and at some a log with an id of this long ago. */
const writing =
  (lateMs?: number): NonNullable<Setup['during']> =>
  (world, nowMs, wait) => {
    world.auth0.tenant.add([logAt(nowMs, `1${wait}`)]);
    if (lateMs !== undefined && wait > 4) world.auth0.tenant.insertLate(logAt(nowMs - lateMs, `2${wait}`));
  };

/** Some of the posts are refused, by their number. */
const role = (...refused: readonly number[]): Pick<Setup, 'before' | 'during' | 'roleMs'> => ({
  roleMs: 90_000,
  before: world => refused.includes(0) && world.posts.add(FORBIDDEN),
  during: (world, _nowMs, wait) => refused.includes(wait + 1) && world.posts.add(FORBIDDEN),
});

/** Rows of two logs. */
const stored = ({ azure: { workspace } }: LocalWorld): void =>
  workspace.ingest(
    tenantLogs(2).map(log => ({ LogId: log.log_id, TimeGenerated: log.date })),
    Date.now(),
  );

/** Everything that has another setting than the simulators' own. The stack's questions are in stack.test.ts. */
export const BOTH_WAYS: Readonly<Record<string, BothWays>> = {
  'from-future': {
    confirmed: auth0({ unknownFrom: { future: 'position' } }),
    refuted: [auth0({ unknownFrom: { future: 'refused' } }), auth0({ unknownFrom: { future: 'newest' } })],
  },
  'from-expired': {
    confirmed: auth0({ unknownFrom: { expired: 'position' } }),
    refuted: [
      auth0({ unknownFrom: { expired: 'refused' } }),
      auth0({ unknownFrom: { expired: 'empty' } }),
      auth0({ unknownFrom: { expired: 'newest' } }),
    ],
  },
  'from-unknown': {
    confirmed: auth0({ unknownFrom: { unknown: 'position' } }),
    refuted: [auth0({ unknownFrom: { unknown: 'refused' } }), auth0({ unknownFrom: { unknown: 'empty' } })],
  },
  'from-malformed': {
    confirmed: auth0({ malformedFrom: 'refused' }),
    refuted: [auth0({ malformedFrom: 'ignored' })],
  },
  'take-without-from': {
    confirmed: auth0({ takeWithoutFrom: 'ignored' }),
    refuted: [auth0({ takeWithoutFrom: 'used' }), auth0({})],
  },
  'next-link': { confirmed: auth0({ nextLink: true }), refuted: [auth0({ nextLink: false })] },
  'id-after-date': {
    confirmed: auth0({}),
    refuted: [
      auth0({
        logs: tenantLogs().map(log => ({ ...log, date: new Date(Date.now() - 86_400_000).toISOString() })),
      }),
      auth0({
        logs: tenantLogs().map(log => ({ ...log, date: new Date(Date.now() + 60_000).toISOString() })),
      }),
    ],
  },
  'late-ids': {
    confirmed: { during: writing(12_000) },
    refuted: [{ during: writing(45_000) }],
  },
  'search-by-date': {
    confirmed: auth0({ searchByDate: 'answered' }),
    refuted: [auth0({ searchByDate: 'refused' }), auth0({ searchByDate: 'ignored' })],
  },
  'throttled-headers': {
    confirmed: auth0({ rateLimit: { burst: 10, perSecond: 2 } }),
    refuted: [auth0({ rateLimit: { burst: 10, perSecond: 2, retryAfter: true } })],
  },
  'audience-case': {
    confirmed: auth0({ audienceCase: 'exact' }),
    refuted: [auth0({ audienceCase: 'any' })],
  },
  'empty-array': {
    confirmed: azure({ emptyArray: 'accepted' }),
    refuted: [azure({ emptyArray: 'refused' })],
  },
  'raw-limit': {
    confirmed: azure({ logsIngestionMaxRawBytes: 1_048_576 }),
    refuted: [azure({ logsIngestionMaxRawBytes: 50 * 1_048_576 })],
  },
  'accepted-answer': {
    confirmed: azure({}),
    refuted: [
      azure({ acceptedAnswer: { status: 200, body: '{"itemsAccepted":1}' } }),
      azure({ acceptedAnswer: { status: 202 } }),
    ],
  },
  'row-appears': {
    confirmed: azure({ queryDelayMs: 4 * 60_000 }),
    refuted: [azure({ queryDelayMs: 45 * 60_000 })],
  },
  'hidden-table': {
    confirmed: azure({
      queryRoles: { application: ['Auth0Logs_CL'], operator: 'all' },
      hiddenTable: 'empty',
    }),
    refuted: (['refused', 'unknown'] as const).map(hiddenTable =>
      azure({ queryRoles: { application: ['Auth0Logs_CL'], operator: 'all' }, hiddenTable }),
    ),
  },
  'item-id': {
    confirmed: { ...azure({ itemIds: 'stable' }), before: stored },
    refuted: [{ ...azure({ itemIds: 'changing' }), before: stored }],
  },
  'role-flaps': {
    confirmed: role(0, 1),
    refuted: [role(0, 2), role(3)],
  },
};
