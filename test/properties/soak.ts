/**
 * The long proof: tens of thousands of random scenarios in virtual time, one small world with every pair of faults in it,
 * then kills of real processes.
 * Run by `npm run test:soak`; see docs/reliability.md.
 */
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import fc from 'fast-check';
import { play, type Scenario, scenario } from './scenario.ts';
import { pairs, type SmallVerdict, singles } from './small-worlds.ts';

const HELP = `npm run test:soak -- [--cases N] [--kills N] [--minutes N] [--seed N [--path P]] [--json]

  --cases    random scenarios in virtual time         (default 20000)
  --pairs    of the pairs of faults in the small world, every so-manieth (default 1: all of them; 0 for none)
  --kills    kill -9 of real processes                (default 200, 0 for none)
  --minutes  stop after so many minutes               (default 30)
  --seed     the seed to begin with                   (default: from the clock)
  --path     replays one failing case of that seed, as a failure prints it
  --json     figures as one JSON object
`;
const CHUNK = 250;

interface Figures {
  cases: number;
  logs: number;
  incidents: number;
  kills: number;
  late: number;
  missing: number;
  violations: number;
  'silent stalls': number;
  'held ticks': number;
  excesses: number;
  duplicates: number;
}

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    pairs: { type: 'string', default: '1' },
    kills: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    path: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [cases, kills, minutes, seed, stride] = [
  values.cases,
  values.kills,
  values.minutes,
  values.seed,
  values.pairs,
].map(number);

function number(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  process.stderr.write(`error: "${text}" is given; allowed: a whole number\n\n${HELP}`);
  process.exit(2);
}

/** One case against the promise; throws what is wrong. */
async function judge(one: Scenario, figures: Figures): Promise<void> {
  const verdict = await play(one);
  figures.cases++;
  figures.logs += verdict.logs;
  figures.incidents += verdict.incidents;
  figures.kills += verdict.kills;
  figures.late += verdict.late;
  figures.missing += verdict.missing.length;
  figures.violations += verdict.violations.length;
  figures['silent stalls'] += verdict.stalls.length;
  figures['held ticks'] += verdict.heldTicks;
  figures.excesses += verdict.excesses.length;
  figures.duplicates += verdict.duplicates;
  const wrong = [...verdict.violations, ...verdict.stalls, ...verdict.excesses];
  wrong.push(...verdict.missing.map(id => `missing: ${id}`));
  if (verdict.duplicates > verdict.duplicatesAllowed) {
    wrong.push(`${verdict.duplicates} duplicates, ${verdict.duplicatesAllowed} allowed`);
  }
  if (wrong.length > 0) throw new Error(wrong.slice(0, 5).join('\n'));
}

const startedAtMs = Date.now();
const isOver = () => Date.now() - startedAtMs > (minutes ?? 30) * 60_000;
const figures: Figures = {
  cases: 0,
  logs: 0,
  incidents: 0,
  kills: 0,
  late: 0,
  missing: 0,
  violations: 0,
  'silent stalls': 0,
  'held ticks': 0,
  excesses: 0,
  duplicates: 0,
};
const quiet = values.json || !process.stderr.isTTY;
const bar = new SingleBar({
  format: 'scenarios {bar} {value}/{total} | {logs} logs | {incidents} faults | {eta_formatted} left',
  stream: process.stderr,
});
const total = values.path ? 1 : (cases ?? 0);
if (!quiet) bar.start(total, 0, { logs: 0, incidents: 0 });
for (let begun = 0, chunkSeed = seed ?? 0; begun < total && !isOver(); begun += CHUNK, chunkSeed++) {
  const run = await fc.check(
    fc.asyncProperty(scenario, one => judge(one, figures)),
    {
      numRuns: Math.min(CHUNK, total - begun),
      seed: chunkSeed,
      ...(values.path ? { path: values.path, endOnFailure: true } : {}),
    },
  );
  if (!quiet)
    bar.update(Math.min(total, figures.cases), { logs: figures.logs, incidents: figures.incidents });
  if (run.failed) {
    bar.stop();
    process.stderr.write(
      `\nthe promise is broken: ${run.errorInstance}\n${JSON.stringify(run.counterexample)}\n`,
    );
    process.stderr.write(
      `again: npm run test:soak -- --seed ${run.seed} --path ${run.counterexamplePath} --kills 0\n`,
    );
    process.exit(1);
  }
}
bar.stop();

const small = stride && !values.path ? await smallWorlds(stride) : undefined;
const crash = kills && !values.path ? await crashes(kills) : undefined;
const seconds = Math.round((Date.now() - startedAtMs) / 1000);
const result = { seed, seconds, scenarios: figures, small, crash };
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  process.stdout.write(`seed ${seed}, ${seconds} s\n`);
  for (const [name, value] of Object.entries(figures))
    process.stdout.write(`  ${name.padEnd(14)} ${value}\n`);
  if (small) process.stdout.write(`small worlds: ${JSON.stringify(small, null, 2)}\n`);
  if (crash) process.stdout.write(`kills of real processes: ${JSON.stringify(crash, null, 2)}\n`);
}
process.exit((crash && crash.missing > 0) || (small && small.broken > 0) ? 1 : 0);

/** Every fault at every call of the small world, and every pair of them. */
async function smallWorlds(stride: number) {
  const figures = { singles: 0, pairs: 0, broken: 0, duplicates: 0, 'most ticks until all is settled': 0 };
  const take = ({ mishaps, calls, wrong, ...verdict }: SmallVerdict) => {
    figures.duplicates += verdict.duplicates;
    const most = 'most ticks until all is settled';
    figures[most] = Math.max(figures[most], verdict.ticksToEnd);
    if (wrong.length === 0) return;
    figures.broken++;
    const at = mishaps.map(one => `${one.kind} at call ${one.at}, ${calls[one.at]}`);
    process.stderr.write(
      `\nthe promise is broken in the small world: ${at.join('; ')}: ${wrong.join('; ')}\n`,
    );
  };
  for await (const verdict of singles()) {
    figures.singles++;
    take(verdict);
  }
  for await (const verdict of pairs(stride)) {
    if (isOver()) break;
    figures.pairs++;
    take(verdict);
    if (!quiet && figures.pairs % 500 === 0) process.stderr.write(`\r${figures.pairs} pairs of faults`);
  }
  return figures;
}

async function crashes(count: number) {
  const { crashSoak } = await import('../crash/soak.ts');
  const progress = new SingleBar({
    format: 'kills     {bar} {value}/{total} | {eta_formatted} left',
    stream: process.stderr,
  });
  if (!quiet) progress.start(count, 0);
  const figures = await crashSoak({
    kills: count,
    seed: seed ?? 0,
    onProgress: (done: number) => {
      if (!quiet) progress.update(done);
    },
  });
  progress.stop();
  return figures;
}
