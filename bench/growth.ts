/** How cost and time grow with the logs: calculated from what was measured and counted. */
import { rowFor, rowsOf } from './comparison.ts';
import { durationText } from './durations.ts';
import { type AllKept, type Row, table, text } from './report.ts';
import { CHOSEN } from './sides.ts';
import { LOGS, PARTS } from './whole-path.ts';

/** US dollars: see docs/cost.md. */
const PRICES = {
  gbSecond: 0.0000133334,
  millionRequests: 0.2,
  millionWriteUnits: 0.625,
  cloudWatchGb: 0.5,
  azureGb: 2.3,
};
const MEMORY_GB = 0.5;
const DAYS = 30;
const RUNS_A_DAY = 1440;
/** Of the state item, a kilobyte each; of a run's lines and of a batch's line in the ledger; of a record as JSON. */
const UNITS_A_WRITE = 5;
const [RUN_BYTES, BATCH_BYTES, RECORD_BYTES] = [1_400, 1_700, 1_900];
const GB = 1e9;

/** In the default size: what an idle run and a backlog's logs take. Undefined while it was not measured. */
export function growthText(all: AllKept): string | undefined {
  const held = heldRow(all);
  if (!held) return undefined;
  const idleMs = Number(held['idle ms']);
  const logMs = msALog(held);
  const line = (what: string, ms: number, runs: number): Row => ({
    '': what,
    'Lambda ms': text(ms),
    'GB-seconds': text((ms / 1000) * MEMORY_GB),
    'US dollars': small(lambdaDollars(ms, runs)),
  });
  return [
    `A month in which nothing happens costs **${lambdaDollars(idleMs * RUNS_A_DAY * DAYS, RUNS_A_DAY * DAYS).toFixed(2)} dollars** of Lambda, a million logs **${lambdaDollars(logMs * 1e6, 0).toFixed(4)} dollars**.`,
    table([
      line('an idle run', idleMs, 1),
      line('a month of idle runs, one a minute', idleMs * RUNS_A_DAY * DAYS, RUNS_A_DAY * DAYS),
      line('1,000,000 logs of a backlog', logMs * 1e6, 0),
    ]),
    `_Calculated from the table above (${CHOSEN.name.replace('ours, ', '')}, 512 MB) and the prices of [cost](cost.md)._`,
  ].join('\n\n');
}

/** The table of docs/cost.md, from what the section "cost" counted. */
export function volumeText({ cost: kept }: AllKept): string | undefined {
  if (!kept) return undefined;
  const rows = kept.rows.filter(row => row['destination'] === CHOSEN.kind);
  const dollars = (value: number) =>
    value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const lines = rows.map(row => {
    const a = (column: string) => Number(row[`${column} a day`]) * DAYS;
    const runs = RUNS_A_DAY * DAYS;
    const cells = [
      (a('DynamoDB writes') * UNITS_A_WRITE * PRICES.millionWriteUnits) / 1e6,
      lambdaDollars(a('Lambda ms'), runs),
      ((runs * RUN_BYTES + a('Azure posts') * BATCH_BYTES) / GB) * PRICES.cloudWatchGb,
      ((a('logs') * RECORD_BYTES) / GB) * PRICES.azureGb,
    ];
    return `| ${text(Number(row['logs a day']))} | ${cells.map(dollars).join(' | ')} |`;
  });
  return [
    '| Logs per day | DynamoDB writes | Lambda requests and time | CloudWatch Logs | Azure ingestion |',
    '| ---: | ---: | ---: | ---: | ---: |',
    ...lines,
  ].join('\n');
}

interface Plan {
  readonly name: string;
  /** Of bench/rate-limits.ts. */
  readonly limit: string;
  /** https://auth0.com/docs/deploy-monitor/logs/log-data-retention */
  readonly retentionDays: number;
}

const PLANS: readonly Plan[] = [
  { name: 'Free', limit: 'Free', retentionDays: 1 },
  { name: 'Essentials', limit: 'Professional', retentionDays: 5 },
  { name: 'Professional', limit: 'Professional', retentionDays: 10 },
  { name: 'Enterprise', limit: 'Enterprise', retentionDays: 30 },
];
const BACKLOGS: readonly (readonly [name: string, days: number])[] = [
  ['1 hour', 1 / 24],
  ['1 day', 1],
  ['3 days', 3],
];
/** How long a run reads: its time-out less what it keeps for the end. */
const RUN_READS_SECONDS = 95;
const VOLUMES = [1e5, 1e6, 1e7];

/** How long a backlog takes by plan, while the tenant goes on writing. */
export function drainText(all: AllKept): string | undefined {
  const held = heldRow(all);
  const limits = all['rate-limits']?.rows;
  if (!held || limits?.[0]?.['a second, by ticks'] === undefined) return undefined;
  const speeds = new Map(
    PLANS.map(plan => [plan, logsADay(limits.find(row => row['plan'] === plan.limit)!, held)]),
  );
  const rows = VOLUMES.flatMap(volume =>
    BACKLOGS.map(
      ([name, days]): Row => ({
        'logs a day': text(volume),
        backlog: name,
        ...Object.fromEntries(
          PLANS.map(plan => [plan.name, drain(days, volume, speeds.get(plan)!, plan.retentionDays)]),
        ),
      }),
    ),
  );
  const perSecond = PLANS.map(plan => `${plan.name} ${Math.round(speeds.get(plan)! / 86_400)}`).join(', ');
  const inRuns = Math.round(Number(limits[0]['share of the time in runs']) * 100);
  return [
    'The time until a pipeline has caught up, in the default size, while the tenant writes on at the same pace:',
    table(rows),
    `_Calculated: at most ${perSecond} logs per second, by the plan's rate limit or the time that a page takes above, whichever is slower. Runs read for ${inRuns} % of the time: a tick is skipped while the run before it ends._`,
  ].join('\n\n');
}

/** A day's worth of work: the slower one of what the plan allows and what the chain takes, in the time that is spent in runs. */
function logsADay(limit: Row, held: Row): number {
  const allowed = Number(limit['a second, by ticks']) * 100;
  const possible = (1000 / msALog(held)) * Number(limit['share of the time in runs']);
  return Math.min(allowed, possible) * 86_400;
}

/** `days` of backlog at `written` logs a day, read at `speed` logs a day; Auth0 deletes what is older than `retentionDays`. */
export function drain(days: number, written: number, speed: number, retentionDays: number): string {
  if (speed <= written) {
    return `never: ${Math.ceil((1 - speed / written) * 100)} % of the logs are lost`;
  }
  const left = Math.min(days, retentionDays);
  const seconds = (left / (speed / written - 1)) * 86_400;
  const time = seconds <= RUN_READS_SECONDS ? 'one run' : durationText(seconds);
  return days > retentionDays ? `${days - retentionDays} days lost, then ${time}` : time;
}

function heldRow({ 'whole-path': kept }: AllKept): Row | undefined {
  return kept && rowFor(rowsOf(kept, PARTS.held.title), CHOSEN.name);
}

/** Two digits that count. */
const small = (value: number) => value.toFixed(Math.max(2, 1 - Math.floor(Math.log10(value))));

const msALog = (held: Row) => Number(held['wall ms']) / LOGS;

function lambdaDollars(ms: number, runs: number): number {
  return (ms / 1000) * MEMORY_GB * PRICES.gbSecond + (runs * PRICES.millionRequests) / 1e6;
}
