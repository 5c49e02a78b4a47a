/** What becomes of the logs under a fault: counted in the simulated Azure, by collector. */
import { type FaultWorld, openFaultWorld } from './fault-worlds.ts';
import { INSTALL, isInstalled } from './peers.ts';
import type { Bench, Row } from './report.ts';
import { DIY, LOG_TOOLS, OURS, type Side } from './sides.ts';

const LOGS = 6_000;
const TICKS = 3;
const OUTAGE_MS = 10_000;
const SIDES = [...OURS, DIY, LOG_TOOLS];

interface Fault {
  readonly name: string;
  readonly poisonAt?: number;
  /** Begins it; returns how to end it. */
  begin(world: FaultWorld): () => void;
}

const NO_END = () => undefined;
const FAULTS: readonly Fault[] = [
  {
    name: 'Auth0 answers 429 once',
    begin: ({ auth0 }) => {
      const nextSecond = String(Math.ceil(Date.now() / 1000) + 1);
      auth0.faults.logs.add({ kind: 'slow', ms: 0 }, 10);
      auth0.faults.logs.add({
        kind: 'status',
        status: 429,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': nextSecond },
      });
      return NO_END;
    },
  },
  { name: 'Azure refuses one record', poisonAt: LOGS / 2, begin: () => NO_END },
  { name: 'Azure answers 503 for 10 s', begin: outage },
];

/** Begins after the first post. */
function outage({ azure, posts }: FaultWorld): () => void {
  posts.add({ kind: 'slow', ms: 0 });
  posts.always({ kind: 'status', status: 503 });
  const end = () => posts.always(undefined);
  let ending: NodeJS.Timeout | undefined;
  const looking = setInterval(() => {
    if (azure.received.posts > 1) ending ??= setTimeout(end, OUTAGE_MS);
  }, 10);
  return () => {
    clearInterval(looking);
    clearTimeout(ending);
    end();
  };
}

export const faults: Bench = async ({ folder, note }) => {
  const missing = SIDES.flatMap(({ needs }) => (needs && !isInstalled(needs) ? [needs] : []));
  const rows: Row[] = [];
  for (const side of SIDES.filter(({ needs }) => !needs || isInstalled(needs))) {
    for (const fault of FAULTS) {
      rows.push(await one(folder, side, fault));
      note(rows.at(-1)!);
    }
  }
  return {
    title: 'One fault',
    rows,
    wanted: OURS.map(({ name }) => ({
      what: `lost, stuck or doubled in any fault, ${name}`,
      value: rows
        .filter(row => row['what'] === name)
        .reduce((sum, row) => sum + Number(row['lost']) + Number(row['stuck']) + Number(row['doubled']), 0),
      atMost: 0,
    })),
    remarks: [
      `${LOGS.toLocaleString('en-US')} logs, ${TICKS} ticks, a minute apart by a clock that is handed in; the 10 seconds are real. Lost: not stored, on no queue, and the checkpoint is past it. Stuck: not stored, and every run tries again. Doubled: rows beyond the first of a log.`,
      ...missing.map(name => `Not measured: ${name} is not installed. ${INSTALL}`),
    ],
  };
};

async function one(folder: string, side: Side, fault: Fault): Promise<Row> {
  const world = await openFaultWorld(folder, side, LOGS, fault.poisonAt);
  const end = fault.begin(world);
  try {
    let failed = 0;
    for (let tick = 1; tick <= TICKS; tick++) {
      if (!(await world.tick())) failed++;
      // The next tick comes a minute later.
      end();
    }
    return { what: side.name, fault: fault.name, ...(await outcome(world)), 'runs that failed': failed };
  } finally {
    end();
    await world.close();
  }
}

async function outcome(world: FaultWorld): Promise<Row> {
  const { logIds, azure } = world;
  const dead = await world.queued('dead-letter');
  const retry = await world.queued('retry');
  const checkpoint = await world.checkpoint();
  const missing = logIds.filter(id => !azure.received.has(id));
  const isQueued = (id: string) => dead.has(id) || retry.has(id);
  const lost = missing.filter(id => !isQueued(id) && id <= checkpoint).length;
  return {
    stored: logIds.length - missing.length,
    lost,
    stuck: missing.filter(id => !isQueued(id)).length - lost,
    doubled: azure.received.duplicates,
    'dead-lettered': dead.size,
    'on the retry queue': retry.size,
  };
}
