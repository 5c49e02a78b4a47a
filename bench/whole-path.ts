/** The whole path, from Auth0's page to the record that Azure accepted, beside others that ship the same logs. */
import { median } from './client.ts';
import type { Mix } from './logs.ts';
import { INSTALL, isInstalled, PEERS } from './peers.ts';
import type { Bench, Row, Wanted } from './report.ts';
import {
  CHAIN,
  CHOSEN,
  type Condition,
  DIY,
  FLOOR,
  LOG_TOOLS,
  type Measured,
  OURS,
  openSides,
  type Side,
  type Sides,
  UNTOUCHED,
} from './sides.ts';

const PAGES = 200;
/** What the function posts at once. */
const MOST_IN_FLIGHT = 3;
/** The function's default. */
const MEMORY_MB = 512;

interface Part {
  readonly title: string;
  readonly mix: Mix;
  readonly condition: Condition;
  readonly sides: readonly Side[];
  readonly rounds: number;
}

const FREE: Part = {
  title: '0 ms a page',
  mix: 'everyday',
  condition: { auth0Ms: 0, azureMs: 0, memoryMb: MEMORY_MB },
  sides: [...OURS, DIY, LOG_TOOLS, FLOOR, UNTOUCHED],
  rounds: 5,
};
const HOSTILE: Part = {
  ...FREE,
  title: '0 ms, hostile logs',
  mix: 'hostile',
  sides: [CHOSEN, DIY, FLOOR],
  rounds: 3,
};
const PACED: Part = {
  ...FREE,
  title: '20 ms a page',
  condition: { ...FREE.condition, auth0Ms: 20, azureMs: 100 },
  sides: [CHOSEN, DIY, FLOOR],
  rounds: 3,
};
const HELD: Part = {
  ...PACED,
  title: `50 ms, in ${MEMORY_MB} MB`,
  condition: { auth0Ms: 50, azureMs: 100, memoryMb: MEMORY_MB, isHeld: true },
  sides: [...OURS, DIY],
  rounds: 3,
};
const SMALL: Part = {
  ...HELD,
  title: '50 ms, in 256 MB',
  condition: { ...HELD.condition, memoryMb: 256 },
  sides: [CHOSEN],
  rounds: 1,
};
/** What a run adds to its pages in any size: its start, the witness and the last post. */
const WHOLE: Part = {
  ...HELD,
  title: '50 ms, in a whole processor',
  condition: { ...HELD.condition, isHeld: false },
  sides: [CHOSEN],
};
/** What no size of the function can shorten: with a whole processor. */
const PAGES_ALONE: Part = { ...HELD, condition: { ...HELD.condition, isHeld: false }, sides: [CHAIN] };

/** What the pages name. */
export const LOGS = PAGES * 100;
export const PARTS = { free: FREE, paced: PACED, held: HELD, whole: WHOLE, small: SMALL };

/** A run beside the others of its round, by part and side. */
type Runs = ReadonlyMap<Part, ReadonlyMap<Side, readonly Measured[]>>;

export const wholePath: Bench = async ({ folder, note }) => {
  const missing = Object.keys(PEERS).filter(name => !isInstalled(name as keyof typeof PEERS));
  const everyday = await measured(folder, 'everyday', [FREE, PACED, [HELD, WHOLE, PAGES_ALONE], SMALL], note);
  const hostile = await measured(folder, 'hostile', [HOSTILE], note);
  const runs = new Map([...everyday, ...hostile]);
  return {
    title: 'The whole path',
    rows: [...runs].flatMap(([part, sides]) =>
      [...sides].map(([side, all]) => rowOf(part, side, all, sides, runs.get(PAGES_ALONE)!.get(CHAIN)!)),
    ),
    wanted: wantedOf(runs),
    remarks: [
      `Each run: ${LOGS.toLocaleString('en-US')} logs, a fresh process, TLS, Azure in 100 ms where Auth0 takes time. Runs alternate; a figure is a median, with its smallest and largest.`,
      'Hostile logs are the simulated tenant’s: two thirds hold other than Latin characters, one in a hundred is 20 to 53 KB long. Everyday logs are those of them that are like the answers of the real API that Auth0 has published: ASCII, 5 KB at most.',
      `"In ${MEMORY_MB} MB": the process has that size’s share of a processor, ${(MEMORY_MB / 1769).toFixed(2)}, by ${heldBy(runs)}. The chain has a whole one.`,
      ...missing.map(name => `Not measured: ${name} is not installed. ${INSTALL}`),
    ],
  };
};

/** Parts in a list of their own alternate with each other too. */
async function measured(
  folder: string,
  mix: Mix,
  parts: readonly (Part | readonly Part[])[],
  note: (row: Row) => void,
): Promise<Runs> {
  const sides = await openSides(folder, mix, PAGES);
  const runs = new Map<Part, Map<Side, Measured[]>>();
  try {
    for (const together of parts) await alternate(sides, [together].flat(), runs, note);
  } finally {
    await sides.close();
  }
  return runs;
}

async function alternate(
  sides: Sides,
  parts: readonly Part[],
  runs: Map<Part, Map<Side, Measured[]>>,
  note: (row: Row) => void,
): Promise<void> {
  for (const part of parts) {
    const here = part.sides.filter(({ needs }) => !needs || isInstalled(needs));
    runs.set(part, new Map(here.map(side => [side, []])));
  }
  for (let round = 0; round < Math.max(...parts.map(part => part.rounds)); round++) {
    for (const part of parts) {
      for (const [side, all] of runs.get(part)!) {
        all.push(await sides.run(side, part.condition));
        const { cpuMs, logs, wallMs } = all.at(-1)!;
        note({ part: part.title, side: side.name, 'CPU µs a log': (cpuMs * 1000) / logs, wallMs });
      }
    }
  }
}

const cpu = ({ cpuMs, logs }: Measured) => (cpuMs * 1000) / logs;
const cpuOnceStarted = ({ cpuMs, cpuBeforeMs, logs }: Measured) => ((cpuMs - cpuBeforeMs) * 1000) / logs;
const wall = ({ wallMs }: Measured) => wallMs;
const peakMiB = ({ peakBytes }: Measured) => peakBytes / 2 ** 20;

type Figure = (one: Measured) => number;

/** Of each round, one over the other. */
function ratios(figure: Figure, one: readonly Measured[], other: readonly Measured[] | undefined): number[] {
  if (!other) return [];
  return one.map((run, round) => figure(run) / figure(other[Math.min(round, other.length - 1)]!));
}

function rowOf(
  part: Part,
  side: Side,
  all: readonly Measured[],
  sides: ReadonlyMap<Side, readonly Measured[]>,
  chain: readonly Measured[],
): Row {
  const middle = (figure: Figure) => median(all.map(figure));
  const times = (figure: Figure, other: readonly Measured[] | undefined) => {
    const each = ratios(figure, all, other);
    return each.length === 0 ? '' : spread(each);
  };
  const { idle } = all.at(-1)!;
  return {
    condition: part.title,
    what: side.name,
    'CPU µs a log': middle(cpu),
    'from to': range(all.map(cpu)),
    'once started': middle(cpuOnceStarted),
    '÷ do it yourself': times(cpu, sides.get(DIY)),
    '÷ the floor': times(cpu, sides.get(FLOOR)),
    'wall ms': middle(wall),
    ...(part.condition.auth0Ms === HELD.condition.auth0Ms && { '÷ the chain': times(wall, chain) }),
    posts: middle(one => one.posts),
    'to Auth0': Math.max(...all.map(one => one.auth0Connections)),
    'to Azure': Math.max(...all.map(one => one.azureConnections)),
    'peak MiB': Math.max(...all.map(peakMiB)),
    ...(idle && {
      'idle ms': median(all.map(one => one.idle!.wallMs)),
      'idle CPU ms': median(all.map(one => one.idle!.cpuMs)),
    }),
  };
}

function wantedOf(runs: Runs): Wanted[] {
  const chain = runs.get(PAGES_ALONE)!.get(CHAIN)!;
  const free = runs.get(FREE)!;
  const ofOurs = [...runs.values()].flatMap(sides => OURS.flatMap(side => sides.get(side) ?? []));
  const most = (what: string, figure: Figure, atMost: number): Wanted => ({
    what: `${what}, the most of any run of ours`,
    value: Math.max(...ofOurs.map(figure)),
    atMost,
  });
  const ratio = (what: string, each: readonly number[], atMost: number): Wanted[] =>
    each.length === 0 ? [] : [{ what, value: median(each), spread: range(each), atMost }];
  return [
    ...OURS.flatMap(side => {
      const ours = free.get(side)!;
      const held = runs.get(HELD)!.get(side)!;
      return [
        ...ratio(`CPU ÷ do it yourself, ${side.name}`, ratios(cpu, ours, free.get(DIY)), 1),
        ...ratio(`CPU ÷ the floor, ${side.name}`, ratios(cpu, ours, free.get(FLOOR)), 1.6),
        ...ratio(`wall ÷ the chain, ${HELD.title}, ${side.name}`, ratios(wall, held, chain), 1.05),
      ];
    }),
    most('peak MiB', peakMiB, 160),
    most('connections to Auth0', one => one.auth0Connections, 2),
    most('connections to Azure', one => one.azureConnections, MOST_IN_FLIGHT),
  ];
}

function heldBy(runs: Runs): string {
  const by = runs.get(HELD)!.get(CHOSEN)![0]!.heldBy;
  return by === 'cgroup' ? 'a quota of the kernel' : 'stopping and continuing it';
}

const range = (values: readonly number[]) => `${short(Math.min(...values))}–${short(Math.max(...values))}`;
const spread = (values: readonly number[]) =>
  values.length === 1 ? short(values[0]!) : `${short(median(values))} (${range(values)})`;
const short = (value: number) => value.toFixed(value >= 20 ? 0 : 2);
