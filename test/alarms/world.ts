/**
 * A story for the alarms: what a pipeline does minute by minute, sent by its real telemetry and by the simulated services
 * to the alarms that a real synth makes.
 */
import { Template } from 'aws-cdk-lib/assertions';
import { vi } from 'vitest';
import { RETRY_MAX_RECEIVES } from '../../lambda/core/contract.ts';
import type { ReplayReport, RunReport } from '../../lambda/core/report.ts';
import { NOTHING_COUNTED } from '../../lambda/core/tally.ts';
import { type Telemetry, telemetry } from '../../lambda/edges/telemetry.ts';
import {
  type AlarmDefinition,
  alarmsOf,
  type Change,
  historyOf,
} from '../../simulator/aws/cloudwatch/alarms.ts';
import {
  queueMetrics,
  sendFunctionMinute,
  sendScheduleMinute,
} from '../../simulator/aws/cloudwatch/aws-metrics.ts';
import { metricsIn } from '../../simulator/aws/cloudwatch/emf.ts';
import { type Samples, samples } from '../../simulator/aws/cloudwatch/samples.ts';
import { config } from '../cdk/example.ts';
import { stack } from '../cdk/synth.ts';

type Report = Omit<Partial<Parameters<Telemetry['emitRun']>[0]>, 'lagMs'> & {
  readonly lagMs?: number | undefined;
};
type ReplayTold = Partial<Parameters<Telemetry['emitReplay']>[0][number]>;

/** What is not given is as in a healthy minute: a run that caught up, empty queues. */
export interface Minute {
  /**
   * `none`: no call. `refused`: AWS starts no run. `killed`: out of time or memory, without a report. `threw`: a bug.
   * `unheard`: a run whose log lines are lost.
   */
  readonly ship?: Report | 'none' | 'refused' | 'killed' | 'threw' | 'unheard';
  readonly replay?: ReplayTold | 'refused' | 'killed' | 'threw';
  readonly retry?: { readonly visible: number; readonly hidden: number };
  readonly dead?: number;
  /** Neither queue could be looked at. */
  readonly blind?: boolean;
  /** AWS has begun a new instance of the function, which remembers nothing. */
  readonly cold?: boolean;
  /** Somebody looks at the dead letters, as `replay --list` does. */
  readonly looked?: boolean;
}

export interface Story {
  /** A way of being stuck, or none, in a few words. */
  readonly name: string;
  /** Not a way of being stuck: it shows that nobody is disturbed, or that an alarm comes back. */
  readonly isQuiet?: boolean;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly minutes: number;
  /** When the alarms were made; a quarter of an hour after the first run, unless given. */
  readonly watchedFrom?: number;
  /** When the trouble begins. */
  readonly from: number;
  readonly at: (minute: number) => Minute;
  /** Alarms that must go off, and within how many minutes. No other may. */
  readonly tells: Readonly<Record<string, number>>;
  /** How often each notifies that it goes off; once unless given. */
  readonly times?: Readonly<Record<string, number>>;
  /** Those that are in ALARM state at the end; the others must have notified that it is over. */
  readonly stays?: readonly string[];
  /** The minute before which an alarm may not say that it is over. */
  readonly lasts?: Readonly<Record<string, number>>;
  /** Another stage has a pipeline of the same name, and that one is healthy. */
  readonly hasTwin?: boolean;
}

const HEALTHY: RunReport = {
  ...NOTHING_COUNTED,
  pipeline: 'prod',
  outcome: 'caught-up',
  pages: 1,
  lagMs: 0,
  durationMs: 80,
};
const REPLAYED: ReplayReport = {
  batchId: 'b',
  done: true,
  logsAccepted: 5,
  logsDeadLettered: 0,
  logsRequeued: 0,
  posts: 1,
};
const EMPTY = { visible: 0, hidden: 0 };

/** Log lines reach CloudWatch after a moment, and AWS's own metrics within minutes. */
const DELAYS = { Auth0LogsToAzure: 2, 'AWS/Lambda': 2, 'AWS/SQS': 3, 'AWS/Scheduler': 5 };

/** What CloudWatch may read of N datapoints: it does not say. */
export const RANGES: readonly ((periods: number) => number)[] = [n => n, n => n + 2, n => 2 * n];

export interface Played {
  readonly story: Story;
  readonly alarms: readonly AlarmDefinition[];
  readonly sent: Samples;
}

interface Synthesised {
  readonly alarms: readonly AlarmDefinition[];
  readonly stackName: string;
  readonly functions: Readonly<Record<'Ship' | 'Replay', string>>;
}

const synthesised = new Map<string, Synthesised>();

/** The alarms of a real synth of the pipeline "prod", by their names in the runbook; and how its functions are called. */
export function synthOf(changes: Readonly<Record<string, unknown>> = {}): Synthesised {
  const key = JSON.stringify(changes);
  const known = synthesised.get(key);
  if (known) return known;
  const template = Template.fromStack(stack([config(changes)]));
  const ids = Object.entries(template.findResources('AWS::Lambda::Function'));
  const idOf = (prefix: string) => ids.find(([id]) => id.startsWith(prefix))![0];
  const variables = ids.find(([id]) => id.startsWith('prodShip'))![1].Properties.Environment.Variables;
  const made = {
    alarms: alarmsOf(template.toJSON()).map(alarm => ({
      ...alarm,
      name: alarm.name.replace('Auth0LogsToAzure-prod-', ''),
    })),
    stackName: variables.STACK_NAME,
    functions: { Ship: idOf('prodShip'), Replay: idOf('prodReplay') },
  };
  synthesised.set(key, made);
  return made;
}

/** Plays a story to its end. `holdingKeepsAwake`: one of two readings of when SQS goes on reporting. */
export function play(story: Story, holdingKeepsAwake = false): Played {
  const { alarms, stackName, functions } = synthOf(story.config);
  const sent = samples(DELAYS);
  const lines: string[] = [];
  const spies = [process.stdout, process.stderr].map(stream =>
    vi.spyOn(stream, 'write').mockImplementation(text => {
      lines.push(...String(text).split('\n'));
      return true;
    }),
  );
  const retryMetrics = queueMetrics(sent, 'prodRetryQueue', holdingKeepsAwake);
  const deadMetrics = queueMetrics(sent, 'prodDeadLetterQueue', holdingKeepsAwake);
  const fresh = (service: string, name = stackName) => telemetry({ pipeline: 'prod', stack: name, service });
  let ship = fresh('ship');
  const replay = fresh('replay');
  const twin = fresh('ship', 'AnotherStage');
  try {
    for (let minute = 1; minute <= story.minutes; minute++) {
      const now = story.at(minute);
      if (now.cold) ship = fresh('ship');
      if (story.hasTwin) twin.emitRun(HEALTHY, false, { retry: EMPTY, 'dead-letter': EMPTY });
      tellOfShip(now, ship);
      if (now.ship === 'unheard') lines.length = 0;
      tellOfReplay(now, replay);
      for (const line of lines.splice(0)) {
        for (const { metric, value } of metricsIn(line)) sent.send(metric, minute, value);
      }
      const ran = now.ship !== 'none' && now.ship !== 'refused';
      sendFunctionMinute(sent, functions.Ship, minute, {
        invocations: Number(ran),
        errors: Number(now.ship === 'killed' || now.ship === 'threw'),
        throttles: Number(now.ship === 'refused'),
      });
      sendFunctionMinute(sent, functions.Replay, minute, {
        invocations: Number(now.replay !== undefined && now.replay !== 'refused'),
        errors: Number(now.replay === 'killed'),
        throttles: Number(now.replay === 'refused'),
      });
      if (now.ship !== 'none') sendScheduleMinute(sent, 'default', minute, false);
      const touched = ran && now.ship !== 'killed';
      retryMetrics(minute, { ...(now.retry ?? EMPTY), touched });
      deadMetrics(minute, { visible: now.dead ?? 0, hidden: 0, touched: touched || now.looked === true });
    }
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { story, alarms, sent };
}

function tellOfShip({ ship, retry = EMPTY, dead = 0, blind, cold }: Minute, told: Telemetry): void {
  if (ship === 'none' || ship === 'refused' || ship === 'killed') return;
  if (ship === 'threw') {
    told.emitBug(new TypeError('a bug'));
    return;
  }
  const denied = { problem: 'AccessDenied' };
  const looks = {
    retry: blind ? denied : retry,
    'dead-letter': blind ? denied : { visible: dead, hidden: 0 },
  };
  const { lagMs, ...report } = { ...HEALTHY, ...(typeof ship === 'object' && ship) };
  told.emitRun({ ...report, ...(lagMs !== undefined && { lagMs }) }, cold === true, looks);
}

function tellOfReplay({ replay }: Minute, told: Telemetry): void {
  if (replay === undefined || replay === 'refused' || replay === 'killed') return;
  if (replay === 'threw') told.emitBug(new TypeError('a bug'));
  else told.emitReplay([{ ...REPLAYED, ...replay }]);
}

/** The last of the tries that SQS allows. */
export const LAST_TRY = { done: false, logsAccepted: 0, lastTry: true } as const;
export const TRIES = RETRY_MAX_RECEIVES;

export interface Told {
  /** Minutes from the beginning of the trouble until the first notification of each alarm. */
  readonly after: Readonly<Record<string, number>>;
  /** What is not as the story says, a sentence each. */
  readonly faults: readonly string[];
}

/** Whether the alarms notify what they must, as soon as they must, that it is over, and nothing else. */
export function judge(played: Played, range: (n: number) => number): Told {
  const { story, alarms } = played;
  const after: Record<string, number> = {};
  const names = new Set(alarms.map(alarm => alarm.name));
  const lacking = Object.keys(story.tells).filter(name => !names.has(name));
  const faults = lacking.map(name => `there is no alarm ${name}`);
  for (const alarm of alarms) {
    const changes = changesOf(played, alarm, range);
    const rang = changes.find(one => one.to === 'ALARM');
    if (rang) after[alarm.name] = rang.minute - story.from;
    faults.push(...faultsOf(alarm.name, story, changes).map(fault => `${alarm.name} ${fault}`));
  }
  return { after, faults };
}

/** Whether the story goes wrong with this alarm in the place of the one of its name; without any, when undefined. */
export function isNoticed(played: Played, name: string, alarm: AlarmDefinition | undefined): boolean {
  if (!alarm) return name in played.story.tells;
  return RANGES.some(range => faultsOf(name, played.story, changesOf(played, alarm, range)).length > 0);
}

function changesOf({ story, sent }: Played, alarm: AlarmDefinition, range: (n: number) => number): Change[] {
  return historyOf(alarm, sent, { from: story.watchedFrom ?? 15, to: story.minutes }, range);
}

function faultsOf(name: string, story: Story, changes: readonly Change[]): string[] {
  const within = story.tells[name];
  const rang = changes.filter(one => one.to === 'ALARM' && one.told);
  const last = changes.at(-1);
  if (within === undefined) {
    // Not even a change to INSUFFICIENT_DATA and back, which notifies that something is over.
    return changes.length > 1 || last?.to === 'ALARM'
      ? [`changes: ${changes.map(one => `${one.minute} ${one.to}`).join(', ')}`]
      : [];
  }
  if (!rang[0]) return ['tells nobody'];
  const after = rang[0].minute - story.from;
  const times = story.times?.[name] ?? 1;
  const stays = story.stays?.includes(name) === true;
  return [
    (after < 0 || after > within) && `tells after ${after} minutes, not within ${within}`,
    rang.length !== times && `tells ${rang.length} times, not ${times}`,
    last !== undefined && last.minute < (story.lasts?.[name] ?? 0) && `is over at ${last.minute} already`,
    stays && last?.to !== 'ALARM' && 'does not stay on',
    !stays && !(last?.to === 'OK' && last.told) && `ends ${last?.to}`,
    changes.some(one => one.to === 'INSUFFICIENT_DATA') && 'falls back to INSUFFICIENT_DATA',
  ].filter(fault => fault !== false);
}
