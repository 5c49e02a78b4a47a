/**
 * The long proof: tens of thousands of random scenarios in virtual time, then kills of real processes.
 * Run by `npm run test:soak`; see docs/reliability.md.
 */
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import fc from 'fast-check';
import { play, type Scenario, scenario } from '../test/properties/scenario.ts';

const HELP = `npm run test:soak -- [--cases N] [--kills N] [--minutes N] [--seed N [--path P]] [--json]

  --cases    random scenarios in virtual time         (default 20000)
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
  duplicates: number;
}

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
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
const [cases, kills, minutes, seed] = [values.cases, values.kills, values.minutes, values.seed].map(number);

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
  figures.duplicates += verdict.duplicates;
  const wrong = [...verdict.violations, ...verdict.missing.map(id => `missing: ${id}`)];
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

const crash = kills && !values.path ? await crashes(kills) : undefined;
const seconds = Math.round((Date.now() - startedAtMs) / 1000);
const result = { seed, seconds, scenarios: figures, crash };
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  process.stdout.write(`seed ${seed}, ${seconds} s\n`);
  for (const [name, value] of Object.entries(figures))
    process.stdout.write(`  ${name.padEnd(12)} ${value}\n`);
  if (crash) process.stdout.write(`kills of real processes: ${JSON.stringify(crash, null, 2)}\n`);
}
process.exit(crash && crash.missing > 0 ? 1 : 0);

async function crashes(count: number) {
  const { crashSoak } = await import('./soak-crash.ts');
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
