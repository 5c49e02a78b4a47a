/** The guards can fail: what they forbid is planted into the house's imports, and is refused. */
import { describe, expect, test } from 'vitest';
import { EXCEPTIONS } from './exceptions.ts';
import { circles, isExcepted, NO_ROW, refusals } from './judge.ts';
import { COMPUTED, importsIn, sources } from './sources.ts';

const files = new Set(sources.map(({ file }) => file));
const imports = sources.flatMap(source => importsIn(source, files));

/** What is refused of an import, were it written. */
function refusedOf(file: string, target: string) {
  const wrong = refusals(new Set([...files, file]), [...imports, { file, target }]);
  return wrong.filter(one => one.file === file && !EXCEPTIONS.some(exception => isExcepted(one, exception)));
}

describe('the matrix', () => {
  test.each([
    ['azure/arm.ts', 'cli/terminal/text.ts'],
    ['lambda/edges/sqs.ts', 'bench/report.ts'],
    ['lambda/edges/sqs.ts', 'lambda/edges/dynamodb.ts'],
    ['simulator/dice.ts', 'lambda/core/record/shape.ts'],
    ['simulator/azure/data-collector.ts', 'lambda/destinations/data-collector/sign.ts'],
    ['lambda/core/ship.ts', 'lambda/edges/sqs.ts'],
    ['lambda/core/ship.ts', 'lambda/destinations/all.ts'],
    ['lambda/core/ship.ts', 'npm:@aws-sdk/client-sqs'],
    ['lambda/core/ship.ts', 'node:fs'],
    ['lambda/core/ship.ts', COMPUTED],
    ['lambda/config/config.ts', 'lambda/destinations/data-collector/post.ts'],
    ['lambda/destinations/data-collector/post.ts', 'lambda/destinations/logs-ingestion/post.ts'],
    ['lambda/ship-handler.ts', 'simulator/faults.ts'],
    ['lambda/ship-handler.ts', 'scripts/build.ts'],
    ['lambda/wiring.ts', 'test/world.ts'],
    ['cdk/stack.ts', 'lambda/wiring.ts'],
    ['cdk/stack.ts', 'lambda/core/model.ts'],
    ['cdk/stack.ts', 'npm:vitest'],
    ['cli/audit/run.ts', 'cli/status/run.ts'],
    ['cli/pipelines/open.ts', 'cli/audit/run.ts'],
    ['cli/window/window.ts', 'cli/audit/run.ts'],
    ['cli/terminal/text.ts', 'cli/audit/show.ts'],
    ['cli/audit/run.ts', 'simulator/faults.ts'],
    ['cli/main.ts', 'test/cli/cli.ts'],
    ['scripts/build.ts', 'test/world.ts'],
    ['bench/main.ts', 'test/world.ts'],
    ['test/cdk/synth.ts', 'test/world.ts'],
    ['test/cdk/synth.ts', COMPUTED],
  ])('refuses %s → %s', (file, target) => expect(refusedOf(file, target)).toEqual([{ file, target }]));

  test.each(['new.ts', 'lib/new.ts', 'lambda/core/parts/new.ts', 'cli/tools/new.ts', 'test/tools/new.ts'])(
    'refuses %s, whose folder it does not know',
    file => expect(refusedOf(file, 'lambda/core/model.ts')).toEqual([{ file, target: NO_ROW }]),
  );

  test.each([
    ['lambda/edges/dynamodb-former.ts', 'lambda/edges/dynamodb.ts'],
    ['lambda/destinations/all.ts', 'lambda/destinations/data-collector/post.ts'],
    ['cli/audit/run.ts', 'cli/audit/show.ts'],
    ['cli/demo/world.ts', 'simulator/azure/server.ts'],
    ['lambda/core/ship.ts', 'node:zlib'],
  ])('allows %s → %s', (file, target) => expect(refusedOf(file, target)).toEqual([]));
});

describe('a circle', () => {
  const inCore = imports.filter(one => [one.file, one.target].every(path => path.startsWith('lambda/core/')));

  test('is seen when any import of core is turned round as well', () => {
    expect(inCore.length).toBeGreaterThan(50);
    for (const { file, target } of inCore) {
      const found = circles([...inCore, { file: target, target: file }]);
      expect(found).toEqual([expect.arrayContaining([file, target])]);
    }
  });

  test('is seen over many files and folders, once', () => {
    const ring = ['a.ts', 'b/b.ts', 'c.ts', 'd/d.ts'];
    const around = ring.map((file, i) => ({ file, target: ring[(i + 1) % ring.length]! }));
    expect(circles([...around, { file: 'c.ts', target: 'e.ts' }])).toEqual([ring]);
    expect(circles(around.slice(1))).toEqual([]);
  });
});

describe('an import', () => {
  const X = 'a/x.ts';
  test.each([
    ["import { x } from './x.ts';", X],
    ["import './x.ts';", X],
    ["import\n  x,\n  { type y }\nfrom\n  './x.ts';", X],
    ["import type { X } from './x.ts';", X],
    ["export { x } from './x.ts';", X],
    ["export type { X } from './x.ts';", X],
    ["export * from '../a/x.ts';", X],
    ["const { x } = await import('./x.ts');", X],
    ["type X = import('./x.ts').X;", X],
    ["const x = require('./x.ts');", X],
    ["fork(fileURLToPath(new URL('x.ts', import.meta.url)));", X],
    ["fork(join(import.meta.dirname, 'x.ts'));", X],
    ["spawn('node', [resolve(ROOT, 'a/x.ts')]);", X],
    ['new Worker(`$' + '{ROOT}/a/x.ts`);', X],
    ["import data from './x.json' with { type: 'json' };", 'a/x.json'],
    ["import { LogsClient } from 'auth0/logs';", 'npm:auth0'],
    ["import { SQSClient } from '@aws-sdk/client-sqs';", 'npm:@aws-sdk/client-sqs'],
    ["import { readFile } from 'node:fs/promises';", 'node:fs/promises'],
    ['await import(name);', COMPUTED],
    ["// import './x.ts';", undefined],
    ["const text = 'as of x.ts';", undefined],
  ])('is seen in %s', (text, target) => {
    const found = importsIn({ file: 'a/b.ts', text }, new Set(['a/b.ts', X]));
    expect(found.map(one => one.target)).toEqual(target ? [target] : []);
  });
});
