/** The status as a person reads it: a verdict first, then what it rests on. */
import type { LastRun } from '../../lambda/core/last-run.ts';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import type { Facts } from '../pipelines/facts.ts';
import {
  faultText,
  type Health,
  healthOf,
  healthSentence,
  lagMs,
  partyName,
  silenceReasons,
} from '../pipelines/health.ts';
import type { Alarm, Depth, Target } from '../pipelines/operated.ts';
import { command, firstRun } from '../pipelines/remedy.ts';
import { colors, columnsOf, harmless, wrapped } from '../terminal/text.ts';
import { counted, dateText, duration, runSentence } from '../terminal/words.ts';

/** With more pipelines, only unhealthy ones are shown in full. */
const TOLD_IN_FULL = 3;

/** Lines, without the line's end. */
export function statusLines({ place }: Target, all: readonly Facts[], nowMs: number): string[] {
  const inFull = all.filter(facts => all.length <= TOLD_IN_FULL || healthOf(facts).health !== 'healthy');
  const blocks = inFull.flatMap(facts => ['', ...healthLines(facts), ...detailLines(facts)]);
  return [
    ...wrapped(`${place}, at ${dateText(nowMs)}`)
      .split('\n')
      .map(colors.dim),
    ...blocks,
    ...hiddenLines(all.filter(facts => !inFull.includes(facts))),
  ];
}

function hiddenLines(hidden: readonly Facts[]): string[] {
  const [first] = hidden;
  if (!first) return [];
  return [
    '',
    `${counted(hidden.length, 'more pipeline')}, healthy; for all details:`,
    `  ${command(['status'], first.about)}`,
  ];
}

const PAINT: Readonly<Record<Health, (text: string) => string>> = {
  healthy: colors.green,
  degraded: colors.yellow,
  unhealthy: colors.red,
  unknown: colors.yellow,
};

function healthLines(facts: Facts): string[] {
  const judgement = healthOf(facts);
  const paint = PAINT[judgement.health];
  return wrapped(`${facts.pipeline}: ${healthSentence(judgement)}`)
    .split('\n')
    .map(line => colors.bold(paint(line)));
}

const LABEL_CHARACTERS = 14;

/** For those who have the mail alone: here, the pipeline's own report names the cause. */
const LIKELY_CAUSES = / Likely causes: .*(?= What to do: )/s;

/** Label and text; a command stands alone, and is not broken. */
export type Detail = readonly [label: string, text: string, kind?: 'command'];

/** What the verdict rests on. An empty label belongs to the one before. */
export function detailsOf(facts: Facts): Detail[] {
  const { state, queues, alarms, stopped, unanswered } = facts;
  return [
    ...(state ? stateDetails(facts, state) : []),
    ...(queues ? queueDetails(queues, facts) : []),
    ...(alarms && facts.kind === 'stack' ? alarmDetails(alarms, facts.askedAtMs) : []),
    ...(stopped ?? []).flatMap(({ text, remedy }) => remedyDetails('stopped', text, remedy)),
    ...unanswered.map((sentence): Detail => ['unknown', sentence]),
  ];
}

/** In lines of 80 columns. */
function detailLines(facts: Facts): string[] {
  const indent = ' '.repeat(LABEL_CHARACTERS + 2);
  return detailsOf(facts).flatMap(([label, text, kind]) =>
    kind === 'command'
      ? [`${indent}${harmless(text)}`]
      : wrapped(`  ${label.padEnd(LABEL_CHARACTERS)}${harmless(text)}`, columnsOf(), indent).split('\n'),
  );
}

/** What is wrong and what to do, with each command on its own line for copying. */
function remedyDetails(label: string, text: string, remedy: string): Detail[] {
  const [words, ...commands] = remedy.split('\n');
  return [[label, `${text}; ${words}`], ...commands.map((line): Detail => ['', line.trim(), 'command'])];
}

function stateDetails(facts: Facts, state: NonNullable<Facts['state']>): Detail[] {
  const { askedAtMs } = facts;
  const { checkpoint, checkpointSet } = state;
  const ago = (ms: number) => `${duration(Math.max(0, askedAtMs - ms))} ago`;
  const at = (ms: number) => `${dateText(ms)}, ${ago(ms)}`;
  const lag = lagMs(facts);
  // A position that is not a log has a time too, in its id.
  const date = checkpoint && (checkpoint.logDateMs ?? logIdTimeMs(checkpoint.logId));
  return [
    ['lag', lag === undefined ? 'unknown' : lagText(lag, facts)],
    ...lastRunDetails(facts, ago),
    ['checkpoint', checkpoint ? (date === undefined ? 'its date is unknown' : at(date)) : 'none yet'],
    ...(checkpoint ? ([['', checkpoint.logId]] as const) : []),
    ['lease', leaseText(facts)],
    ...(checkpointSet ? ([['set by hand', checkpointSet]] as const) : []),
  ];
}

function lagText(lag: number, facts: Facts): string {
  const { limits, state } = facts;
  const threshold = limits ? ` (threshold ${duration(limits.lagMs)})` : '';
  if (state?.lastRun?.outcome !== 'caught-up') return `${duration(lag)}${threshold}`;
  // Without a run, it is unknown what Auth0 has now.
  const runsNoMore = facts.stopped?.some(({ runbook }) => runbook === 'silent');
  if (runsNoMore || silenceReasons(facts).length > 0)
    return `unknown: Auth0 was last read ${duration(lag)} ago`;
  return `none; all logs up to ${duration(lag)} ago are shipped`;
}

function lastRunDetails(facts: Facts, ago: (ms: number) => string): Detail[] {
  const { lastRun: run } = facts.state ?? {};
  if (!run) {
    if (facts.kind === 'stack') return [['last run', 'no run has ended yet']];
    return remedyDetails('last run', 'no run has ended yet', firstRun(facts.about, facts.isFederated));
  }
  const { rateLimit, durationMs, endedAtMs } = run;
  const fault = faultText(facts, run);
  const did = runSentence({ ...run, pipeline: facts.pipeline }, false);
  const calls = rateLimit && `${rateLimit.remaining} of ${rateLimit.limit} calls left after the last run`;
  return [
    ['last run', `ended ${ago(endedAtMs)}, took ${tookText(durationMs)}: ${did}`],
    ...(fault === undefined ? [] : ([['', `${endText(run, facts.kind)}: ${fault}`]] as const)),
    ...(run.redactionUnmatched?.length
      ? ([
          ['redaction', `rules that matched no log of the last run: ${run.redactionUnmatched.join(', ')}`],
        ] as const)
      : []),
    ...(calls ? ([['Auth0’s limit', calls]] as const) : []),
  ];
}

/** `denied by Azure`, `unavailable: Azure`, `lease-lost`. */
function endText({ outcome, party }: LastRun, kind: Facts['kind']): string {
  if (!party) return outcome;
  if (outcome === 'astray') return outcome;
  if (outcome === 'intercepted') return 'intercepted on the way to Azure';
  return outcome === 'denied' || outcome === 'throttled'
    ? `${outcome} by ${partyName(party, kind)}`
    : `${outcome}, ${partyName(party, kind)}`;
}

function leaseText({ state, askedAtMs }: Facts): string {
  const { lease } = state ?? {};
  if (!lease) return 'free: no run is in progress';
  const until = dateText(lease.expiresAtMs);
  return lease.expiresAtMs > askedAtMs
    ? `held until ${until} by ${lease.owner}`
    : `free: the lease of ${lease.owner} expired at ${until}, so that run did not finish`;
}

function queueDetails(
  { retry, 'dead-letter': dead }: NonNullable<Facts['queues']>,
  { about }: Facts,
): Detail[] {
  const look = `list: ${command(['replay', '--list'], about)}`;
  const goesOn = retry.messages > 0 ? '; retried automatically' : '';
  return [
    ['retry queue', `${depthText(retry, 'failed batch', 'failed batches')}${goesOn}`],
    ['dead letters', depthText(dead, 'message', 'messages')],
    ...(dead.messages > 0 ? ([['', look, 'command']] as const) : []),
  ];
}

function depthText({ messages, oldestAgeMs }: Depth, one: string, many: string): string {
  if (messages === 0) return 'none';
  const age = oldestAgeMs === undefined ? 'age unknown' : `the oldest queued ${duration(oldestAgeMs)} ago`;
  return `${counted(messages, one, many)}, ${age}`;
}

function alarmDetails(alarms: readonly Alarm[], nowMs: number): Detail[] {
  if (alarms.length === 0) return [['alarms', 'in ALARM state: none']];
  return alarms.map(({ name, description, sinceMs }, index) => {
    const since = sinceMs === undefined ? '' : ` (${duration(Math.max(0, nowMs - sinceMs))})`;
    const brief = description.replace(LIKELY_CAUSES, '');
    return [index === 0 ? 'alarms' : '', `${name} is in ALARM state${since}: ${brief}`];
  });
}

function tookText(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}
