/**
 * Mutation testing: makes every small change to each file that keeps the promise, one at a time. A test must fail.
 * Run by `npm run test:mutation`; see docs/reliability.md, "The tests can fail".
 */
import { existsSync, mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

const HELP = `npm run test:mutation -- [FILE...] [--concurrency N]

  FILE           a name, such as settle; all of them unless given
  --concurrency  mutants at a time (default 1)
`;
/** Percent of a file's mutants that the tests must catch. */
const LEAST = 92;

/** The tests for a file: its own, and those of the stories that use it. */
const core = (...names: readonly string[]) => names.map(name => `test/core/${name}.test.ts`);
const TESTS: Readonly<Record<string, readonly string[]>> = {
  'core/ship': core('ship-bounds', 'ship'),
  'core/settle': core('settle'),
  'core/deliver': core('deliver', 'deliver-bounds'),
  'core/post': core('post', 'deliver'),
  'core/evidence': core('evidence', 'deliver'),
  'core/read': core('read', 'read-bounds'),
  'core/ask': core('ask', 'read'),
  'core/witness': core('witness'),
  'core/sweep': core('sweep-bounds', 'sweep'),
  'core/late': core('late', 'sweep'),
  'core/waits': core('waits'),
  'core/replay': core('replay', 'replay-bounds'),
  'core/verdict': core('verdict'),
  'core/stored': core('stored'),
  'core/unproven': core('unproven'),
  'core/verify': core('verify-parts'),
  'core/verify-ids': core('verify-ids'),
  'core/repair': core('verify-ids'),
  'edges/dynamodb': [
    'test/edges/dynamodb-item.test.ts',
    'test/edges/dynamodb.test.ts',
    'test/edges/dynamodb-lost-answers.test.ts',
  ],
};

const { values, positionals } = parseArgs({
  options: { concurrency: { type: 'string', default: '1' }, help: { type: 'boolean', default: false } },
  allowPositionals: true,
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const files = Object.keys(TESTS).filter(
  file => positionals.length === 0 || positionals.some(name => file.endsWith(`/${name}`)),
);
if (files.length === 0) {
  const names = Object.keys(TESTS).map(file => file.split('/')[1]);
  process.stderr.write(`error: "${positionals.join(' ')}" is given; allowed: ${names.join(', ')}\n\n${HELP}`);
  process.exit(2);
}

mkdirSync('reports', { recursive: true });
let isGood = true;
for (const file of files) {
  // Stryker's own option never activates the mutants of code that runs when a module is loaded.
  process.env['MUTATION_TESTS'] = TESTS[file]!.filter(t => existsSync(t)).join(',');
  const results = await new Stryker({
    mutate: [`lambda/${file}.ts`],
    incrementalFile: `reports/mutation-${file.replace('/', '-')}.json`,
    concurrency: Number(values.concurrency),
  }).runMutationTest();
  const isCaught = ({ status }: (typeof results)[number]) => status === 'Killed' || status === 'Timeout';
  const counted = results.filter(({ status }) => status !== 'Ignored' && status !== 'CompileError');
  const survivors = counted.filter(result => !isCaught(result));
  const percent = (100 * (counted.length - survivors.length)) / counted.length;
  isGood &&= percent >= LEAST;
  process.stdout.write(
    `${file}.ts: ${counted.length} mutants, ${survivors.length} survive, ${percent.toFixed(1)} %\n`,
  );
  for (const { location, mutatorName, replacement, status } of survivors) {
    const { start, end } = location;
    process.stdout.write(
      `  ${start.line}:${start.column}-${end.line}:${end.column} ${mutatorName} ${status}: ${replacement?.replaceAll(/\s+/g, ' ')}\n`,
    );
  }
}
process.exit(isGood ? 0 : 1);
