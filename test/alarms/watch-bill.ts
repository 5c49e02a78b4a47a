/** What `verify` costs: a day of runs, one a minute, counted in the world in memory with and without it. */
import { SHIP_TIMEOUT_SECONDS } from '../../lambda/core/contract.ts';
import { logAt, START_MS, type World, world } from '../world.ts';

const MINUTE_MS = 60_000;
const MINUTES = 24 * 60;
/** US dollars: see docs/cost.md. */
const PRICES = { gbSecond: 0.0000133334, writeUnit: 0.625 / 1e6 };
const MEMORY_GB = 0.5;
const DAYS = 30;
/** Logs that Auth0 still serves: those of five hours. */
const KEPT = 2_100;
/** What a query is assumed to take: a run that has nothing else to do waits for it. */
const QUERY_MS = 1_000;

interface Day {
  readonly queries: number;
  readonly pages: number;
  readonly ranMs: number;
  /** DynamoDB bills each kilobyte of the item, begun ones too. */
  readonly writeUnits: number;
  readonly largestItemBytes: number;
}

interface Load {
  readonly name: string;
  readonly logsAMinute: (minute: number) => number;
  /** Of each hundred logs that Azure accepts. */
  readonly dropped: number;
  /** Dropped again, however often they are shipped. */
  readonly isLasting?: true;
  /** Another tenant has as many rows in the table. */
  readonly isShared?: true;
}

const LOADS: readonly Load[] = [
  { name: 'one log an hour', logsAMinute: minute => Number(minute % 60 === 0), dropped: 0 },
  { name: '10,000 logs a day', logsAMinute: () => 7, dropped: 0 },
  { name: '10,000 logs a day, of which Azure drops one in a hundred', logsAMinute: () => 7, dropped: 1 },
  { name: 'the same, and drops these each time', logsAMinute: () => 7, dropped: 1, isLasting: true },
  {
    name: '10,000 logs a day, in a table with another tenant',
    logsAMinute: () => 7,
    dropped: 0,
    isShared: true,
  },
];

async function dayOf({ logsAMinute, dropped, isLasting, isShared }: Load, verify?: 'repair'): Promise<Day> {
  const hasRow = (w: World, id: string) => !isLasting && (w.accepted.get(id) ?? 0) > 1;
  const w = world({
    ...(verify && { verify }),
    maxBatchBytes: 1_000_000,
    options: { deadlineMs: Number.MAX_SAFE_INTEGER },
    logs: [logAt(0, START_MS - MINUTE_MS)],
  });
  w.faults.drop = id => Number(id.slice(-6)) % 100 < dropped && !hasRow(w, id);
  w.faults.query = () => {
    w.advance(QUERY_MS);
    return undefined;
  };
  let [number, ranMs, writeUnits, largestItemBytes] = [1, 0, 0, 0];
  const write = () => {
    const bytes = Buffer.byteLength(JSON.stringify(w.state()));
    largestItemBytes = Math.max(largestItemBytes, bytes);
    writeUnits += Math.ceil(bytes / 1024);
  };
  w.faults.call = name => {
    if (name.startsWith('state')) write();
    return undefined;
  };
  for (let minute = 0; minute < MINUTES; minute++) {
    const beganMs = START_MS + minute * MINUTE_MS;
    w.advance(Math.max(0, beganMs - w.clock.now()));
    for (let i = 0; i < logsAMinute(minute); i++) w.tenant.push(logAt(number++, beganMs - MINUTE_MS / 2 + i));
    if (isShared) w.rows.set(String(logAt(9_000_000 + minute, beganMs - MINUTE_MS / 2)['log_id']), beganMs);
    // Nothing reads logs that are older, and the world sorts all of them at every page.
    if (w.tenant.length > KEPT) w.tenant.splice(0, w.tenant.length - KEPT);
    const deadlineMs = w.clock.now() + SHIP_TIMEOUT_SECONDS * 1000;
    ranMs += (await w.tick({ deadlineMs, leaseExpiresAtMs: deadlineMs })).durationMs;
  }
  return { queries: w.calls.query, pages: w.calls.page, ranMs, writeUnits, largestItemBytes };
}

/** The table of docs/cost.md. */
export async function watchTable(): Promise<string> {
  const lines = [
    '| Load | Queries a day | Pages of Auth0 a day, more | Run time a day, more | Largest state item | Dollars a month, more |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
  ];
  for (const load of LOADS) {
    const [without, day] = [await dayOf(load), await dayOf(load, 'repair')];
    const ranMs = day.ranMs - without.ranMs;
    const dollars =
      DAYS *
      ((ranMs / 1000) * MEMORY_GB * PRICES.gbSecond +
        (day.writeUnits - without.writeUnits) * PRICES.writeUnit);
    const kilobytes = `${(without.largestItemBytes / 1024).toFixed(1)} → ${(day.largestItemBytes / 1024).toFixed(1)} KB`;
    lines.push(
      `| ${load.name} | ${day.queries} | ${day.pages - without.pages} | ${Math.round(ranMs / 1000)} s | ${kilobytes} | ${dollars.toFixed(3)} |`,
    );
  }
  return lines.join('\n');
}
