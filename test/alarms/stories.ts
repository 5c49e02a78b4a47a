/** Every way in which a batch, a run or a function is known to be stuck. Minute 0 is a Monday, 0:00 UTC. */
import { VERIFIABLE } from '../destinations/samples.ts';
import { LAST_TRY, type Minute, type Story, TRIES } from './world.ts';

const HOUR = 60;
const DAY = 24 * HOUR;
/** The trouble begins and ends; four hours later nothing may be left of it. */
const FROM = 60;
const END = FROM + 4 * HOUR;
const MINUTES = END + 4 * HOUR;

const MINUTE_MS = 60_000;
const isIn = (minute: number, from: number, to: number) => minute >= from && minute < to;

/** Trouble from FROM to END; then everything is healthy, and the function is a new instance without memory. */
function trouble(
  name: string,
  tells: Story['tells'],
  during: (minute: number) => Minute,
  more: Partial<Story> = {},
): Story {
  const { from = FROM, minutes = MINUTES } = more;
  const end = minutes - (MINUTES - END);
  return {
    name,
    minutes,
    from,
    tells,
    at: minute => (isIn(minute, from, end) ? during(minute) : { cold: minute === end }),
    ...more,
  };
}

/** Nothing new is settled since the trouble began. */
const behind = (minute: number, from = FROM) => ({ lagMs: (minute - from) * MINUTE_MS });
/** The run ended before it knew how far it is. */
const UNKNOWN = { lagMs: undefined };
const LAG = { lag: 25 };
const VERIFYING = { azure: VERIFIABLE, verify: 'alarm' };

const nothingRuns: Story[] = [
  trouble('The schedule is disabled, deleted or not allowed to start the function', { silent: 9 }, () => ({
    ship: 'none',
  })),
  trouble(
    'AWS starts no run: the concurrency is used up, or reserved concurrency is 0',
    { silent: 9 },
    () => ({
      ship: 'refused',
    }),
  ),
  trouble(
    'Each run is killed: out of time, out of memory, a bundle that does not load',
    { 'ship-errors': 2, silent: 9 },
    () => ({ ship: 'killed' }),
  ),
  trouble('Each run fails with a bug', { 'ship-errors': 2, 'run-errors': 10, silent: 9 }, () => ({
    ship: 'threw',
  })),
  trouble(
    'The function’s log lines are lost: no log group, or no permission to write to it',
    { silent: 9 },
    () => ({
      ship: 'unheard',
    }),
  ),
  trouble('Each run finds the lease taken', { silent: 9 }, () => ({
    ship: { ...UNKNOWN, outcome: 'skipped' },
  })),
  trouble('The checkpoint table cannot be reached', { 'run-errors': 10, silent: 9 }, () => ({
    ship: { ...UNKNOWN, outcome: 'failed', party: 'state' },
  })),
  trouble(
    'The pipeline has never started: a first deploy with an empty Auth0 secret',
    { silent: 1, 'denied-by-auth0': 3 },
    () => ({
      ship: { ...UNKNOWN, outcome: 'denied', party: 'auth0' },
    }),
    { from: 0, watchedFrom: 1 },
  ),
  trouble(
    'The pipeline of the same name in another stack runs, this one does not',
    { silent: 9 },
    () => ({ ship: 'none' }),
    {
      hasTwin: true,
    },
  ),
];

const held: Story[] = [
  trouble('Auth0 rejects the credentials', { 'denied-by-auth0': 2, ...LAG }, minute => ({
    ship: { ...behind(minute), outcome: 'denied', party: 'auth0' },
  })),
  trouble('Auth0 is unavailable or throttles', LAG, minute => ({
    ship: { ...behind(minute), outcome: 'unavailable', party: 'auth0' },
  })),
  trouble('A backlog that does not shrink', LAG, minute => ({
    ship: { ...behind(minute), outcome: 'out-of-time' },
  })),
  trouble(
    'Azure rejects the credentials, or its secret is empty',
    { 'denied-by-azure': 2, ...LAG },
    minute => ({
      ship: { ...behind(minute), outcome: 'denied', party: 'azure' },
    }),
  ),
  trouble(
    'Something between AWS and Azure answers in place of Azure',
    { intercepted: 2, ...LAG },
    minute => ({
      ship: { ...behind(minute), outcome: 'intercepted', party: 'azure' },
    }),
  ),
  trouble(
    'Auth0 has logs that the checkpoint does not lead to',
    { 'checkpoint-astray': 2, ...LAG },
    minute => ({
      ship: { ...behind(minute), outcome: 'astray', party: 'auth0', checkpointAstray: true },
    }),
  ),
  trouble('The look back for late logs does not finish', { 'sweep-overdue': 2 }, () => ({
    ship: { sweepOverdue: true },
  })),
  {
    ...trouble(
      'Azure does not have what it accepted: from the run that compares, an hour after acceptance',
      { 'rows-not-stored': 2 },
      () => ({ ship: { rowsNotStored: 40 } }),
    ),
    config: VERIFYING,
  },
  {
    ...trouble(
      'The workspace does not answer to comparisons: three hours after the first was due',
      { 'verify-overdue': 2 },
      () => ({ ship: { verifyOverdue: true } }),
    ),
    config: VERIFYING,
  },
  trouble(
    'A batch cannot be put aside: the queue cannot be reached',
    { 'run-errors': 10, ...LAG },
    minute => ({
      ship: { ...behind(minute), outcome: 'failed', party: 'queue' },
    }),
  ),
  trouble(
    'Held logs come near the end of Auth0’s retention',
    { 'denied-by-azure': 2, lag: 25, 'retention-at-risk': 723, 'retry-queue-old': 766 },
    minute => {
      const isAtRisk = minute > FROM + 12 * HOUR;
      const run = {
        ...behind(minute),
        outcome: 'denied',
        party: 'azure',
        retentionAtRisk: isAtRisk,
      } as const;
      return { ship: run, retry: { visible: 0, hidden: isAtRisk ? 5 : 0 } };
    },
    {
      config: {
        auth0: { domain: 'acme.eu.auth0.com', secret: 'auth0-logs/prod/auth0', logRetentionDays: 1 },
      },
      minutes: FROM + 18 * HOUR,
    },
  ),
];

const oneLetter = (minute: number): Minute =>
  minute === FROM ? { ship: { logsDeadLettered: 1 }, dead: 1 } : { dead: 1 };

const queued: Story[] = [
  trouble('Azure is down: each retry from the queue fails', { 'retry-queue-old': 45 }, minute => ({
    ship: { outcome: 'unavailable', party: 'azure' },
    retry: { visible: 0, hidden: 1 },
    ...(minute % 20 === 0 && { replay: { done: false, logsAccepted: 0 } }),
  })),
  trouble(
    'Azure rejects only the batches of the retry queue',
    { 'denied-by-azure': 2, 'retry-queue-old': 45 },
    () => ({
      replay: { done: false, logsAccepted: 0, reason: { verdict: 'denied', message: '403' } },
      retry: { visible: 0, hidden: 1 },
    }),
  ),
  trouble(
    'The trigger of the replay function is disabled or lacks a permission, and a batch waits',
    { 'retry-queue-stuck': 10, 'retry-queue-old': 45 },
    () => ({ retry: { visible: 1, hidden: 0 } }),
  ),
  trouble(
    'The same, while the batch is still hidden for an hour',
    { 'retry-queue-old': 45, 'retry-queue-stuck': 70 },
    minute => ({ retry: minute < FROM + HOUR ? { visible: 0, hidden: 1 } : { visible: 1, hidden: 0 } }),
  ),
  trouble('AWS starts no replay: SQS hides the batch again and again', { 'retry-queue-old': 45 }, () => ({
    replay: 'refused',
    retry: { visible: 0, hidden: 1 },
  })),
  trouble('Each replay is killed', { 'replay-errors': 2, 'retry-queue-old': 45 }, minute => ({
    ...(minute % 6 === 0 && { replay: 'killed' as const }),
    retry: { visible: 0, hidden: 1 },
  })),
  trouble('Each replay fails with a bug', { 'run-errors': 14, 'retry-queue-old': 45 }, minute => ({
    ...(minute % 6 === 0 && { replay: 'threw' as const }),
    retry: { visible: 0, hidden: 1 },
  })),
  trouble(
    'A replay cannot put a refused record aside',
    { 'run-errors': 14, 'retry-queue-old': 45 },
    minute => ({
      ...(minute % 6 === 0 && { replay: { done: false, logsAccepted: 0, party: 'queue' } as const }),
      retry: { visible: 0, hidden: 1 },
    }),
  ),
  trouble('A log is dead-lettered', { 'dead-letters': 2, 'dead-letters-new': 2 }, oneLetter),
  trouble(
    'Another one, while the first is still there',
    { 'dead-letters': 2, 'dead-letters-new': 2 },
    minute => ({
      ...oneLetter(minute),
      ...(minute === FROM + 2 * HOUR && { ship: { logsDeadLettered: 1 } }),
    }),
    { times: { 'dead-letters-new': 2 } },
  ),
  trouble(
    'A batch becomes a dead letter after its last try',
    { 'dead-letters-new': 2, 'dead-letters': 3 },
    minute => (minute === FROM ? { replay: LAST_TRY } : { dead: 1 }),
  ),
  trouble(
    `AWS starts no replay of a batch, which becomes a dead letter after ${TRIES} receives`,
    { 'retry-queue-old': 45, 'dead-letters': 122 },
    minute =>
      minute < FROM + 2 * HOUR ? { replay: 'refused', retry: { visible: 0, hidden: 1 } } : { dead: 1 },
  ),
  trouble('The depth of the queues cannot be read', { 'run-errors': 10 }, () => ({ blind: true })),
];

const slow = { schedule: 'rate(1 hour)', alarms: { lagMinutes: 180, email: ['ops@acme.com'] } };
const hourly = (during: (minute: number) => Minute) => (minute: number) => {
  const { ship = {}, ...rest } = during(minute);
  return { ...rest, ship: minute % HOUR === 0 ? ship : ('none' as const) };
};

const office = { schedule: 'cron(* 8-17 ? * MON-FRI *)' };
const isOpen = (minute: number) => {
  const [day, hour] = [Math.floor(minute / DAY) % 7, Math.floor((minute % DAY) / HOUR)];
  return day < 5 && hour >= 8 && hour < 18;
};
const inOffice = (during: (minute: number) => Minute) => (minute: number) =>
  isOpen(minute) ? during(minute) : ({ ship: 'none' } as const);
const FRIDAY_17 = 4 * DAY + 17 * HOUR;
const MONDAY_8 = 7 * DAY + 8 * HOUR;

const scheduled: Story[] = [
  {
    name: 'A dead letter stays for a week, and somebody views it every day (hourly schedule)',
    config: slow,
    watchedFrom: HOUR + 15,
    from: 2 * HOUR,
    minutes: 26 * DAY,
    tells: { 'dead-letters': 2, 'dead-letters-new': 2, 'dead-letters-old': 6 * DAY },
    at: hourly(minute => ({
      ...(minute === 2 * HOUR && { ship: { logsDeadLettered: 1 } }),
      dead: minute >= 2 * HOUR && minute < 9 * DAY ? 1 : 0,
      looked: minute % DAY < 10,
      cold: true,
    })),
  },
  {
    name: 'Azure rejects the credentials (hourly schedule)',
    config: slow,
    watchedFrom: HOUR + 15,
    from: 5 * HOUR,
    minutes: 3 * DAY,
    tells: { 'denied-by-azure': 2, lag: 248 },
    at: hourly(minute => ({
      cold: true,
      ...(isIn(minute, 5 * HOUR, DAY) && {
        ship: { lagMs: (minute - 4 * HOUR) * MINUTE_MS, outcome: 'denied', party: 'azure' },
      }),
    })),
  },
  {
    name: 'The schedule is disabled (hourly schedule)',
    config: slow,
    watchedFrom: HOUR + 15,
    from: 5 * HOUR,
    minutes: 3 * DAY,
    tells: { silent: 360 },
    at: minute => (isIn(minute, 5 * HOUR + 1, DAY) ? { ship: 'none' } : hourly(() => ({}))(minute)),
  },
  {
    name: 'Auth0 is down from Friday evening (office hours only)',
    config: office,
    watchedFrom: 8 * HOUR + 15,
    from: FRIDAY_17,
    minutes: 8 * DAY,
    tells: { lag: 25 },
    lasts: { lag: MONDAY_8 + 30 },
    at: inOffice(minute =>
      isIn(minute, FRIDAY_17, MONDAY_8 + 30)
        ? { ship: { ...behind(minute, FRIDAY_17), outcome: 'unavailable', party: 'auth0' } }
        : {},
    ),
  },
  {
    name: 'The schedule is disabled on a Tuesday (office hours only)',
    config: office,
    watchedFrom: 8 * HOUR + 15,
    from: DAY + 9 * HOUR,
    minutes: 8 * DAY,
    tells: { silent: 5 * DAY + 5 * HOUR },
    at: inOffice(minute => (isIn(minute, DAY + 9 * HOUR, MONDAY_8) ? { ship: 'none' } : {})),
  },
];

const ONCE = 30;
const quiet: Story[] = [
  {
    name: 'Nothing is wrong, and the lag goes up and down',
    isQuiet: true,
    from: 0,
    minutes: DAY,
    tells: {},
    at: minute => ({
      ship: { lagMs: (1 + (minute % 7)) * 30_000, logsAccepted: 5 },
      cold: minute % 300 === 0,
    }),
  },
  {
    name: 'Now and then a run cannot reach its table, or a queue cannot be looked at',
    isQuiet: true,
    from: 0,
    minutes: DAY,
    tells: {},
    at: minute =>
      minute % 40 === 0
        ? { ship: { ...UNKNOWN, outcome: 'failed', party: 'state' } }
        : { blind: minute % 40 === 20 },
  },
  {
    name: 'Azure is down for ten minutes',
    isQuiet: true,
    from: FROM,
    minutes: DAY,
    tells: {},
    at: minute =>
      isIn(minute, FROM, FROM + 10)
        ? { ship: { outcome: 'unavailable', party: 'azure' }, retry: { visible: 0, hidden: 1 } }
        : { retry: { visible: isIn(minute, FROM + 10, FROM + 12) ? 1 : 0, hidden: 0 } },
  },
  {
    name: 'A long backlog of batches is replayed: many wait, two are in flight',
    isQuiet: true,
    from: FROM,
    minutes: DAY,
    tells: {},
    at: minute => ({
      retry: isIn(minute, FROM, FROM + 40) ? { visible: 50, hidden: 2 } : { visible: 0, hidden: 0 },
    }),
  },
  {
    name: 'Each obstacle is met by one run alone',
    isQuiet: true,
    from: ONCE,
    minutes: 12 * HOUR,
    tells: {
      'denied-by-auth0': 2,
      'denied-by-azure': 2 + ONCE,
      intercepted: 2 + 2 * ONCE,
      'checkpoint-astray': 2 + 3 * ONCE,
      'sweep-overdue': 2 + 4 * ONCE,
      'retention-at-risk': 2 + 5 * ONCE,
      'gap-suspected': 2 + 6 * ONCE,
      'ship-errors': 2 + 7 * ONCE,
      'replay-errors': 2 + 8 * ONCE,
    },
    at: minute => {
      const each: Minute[] = [
        { ship: { outcome: 'denied', party: 'auth0' } },
        { ship: { outcome: 'denied', party: 'azure' } },
        { ship: { outcome: 'intercepted', party: 'azure' } },
        { ship: { checkpointAstray: true } },
        { ship: { sweepOverdue: true } },
        { ship: { retentionAtRisk: true } },
        { ship: { gapSuspected: true } },
        { ship: 'killed' },
        { replay: 'killed' },
      ];
      return (minute % ONCE === 0 && each[minute / ONCE - 1]) || { cold: minute % ONCE === 1 };
    },
  },
  {
    name: 'A week of office hours, with a Monday that takes three minutes to catch up',
    isQuiet: true,
    config: office,
    watchedFrom: 8 * HOUR + 15,
    from: 0,
    minutes: 9 * DAY,
    tells: {},
    at: inOffice(minute => ({
      ship: isIn(minute, MONDAY_8, MONDAY_8 + 3)
        ? { lagMs: 62 * HOUR * MINUTE_MS, outcome: 'out-of-time' }
        : {},
    })),
  },
  {
    name: 'The last run on Friday is killed (office hours only)',
    isQuiet: true,
    config: office,
    watchedFrom: 8 * HOUR + 15,
    from: 4 * DAY + 18 * HOUR - 1,
    minutes: 8 * DAY,
    tells: { 'ship-errors': 2 },
    lasts: { 'ship-errors': MONDAY_8 },
    at: inOffice(minute => (minute === 4 * DAY + 18 * HOUR - 1 ? { ship: 'killed' } : {})),
  },
];

export const STORIES: readonly Story[] = [...nothingRuns, ...held, ...queued, ...scheduled, ...quiet];
