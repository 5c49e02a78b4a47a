import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addToSketch,
  emptySketch,
  idKey,
  missingFrom,
  readSketch,
  type Sketch,
  unite,
  writeSketch,
} from '../../lambda/core/sketch.ts';

const ids = (from: number, count: number) => Array.from({ length: count }, (_, n) => `log-${from + n}`);
function sketchOf(some: readonly string[]): Sketch {
  const sketch = emptySketch();
  for (const id of some) addToSketch(sketch, idKey(id));
  return sketch;
}
const keys = (some: readonly string[]) => new Set(some.map(idKey));

describe('a sketch of log ids', () => {
  test('tells nothing when nothing is missing, however many there are', () => {
    expect(missingFrom(sketchOf(ids(0, 50_000)), sketchOf(ids(0, 50_000).reverse()))).toEqual(new Set());
  });

  test('names exactly the few that are missing among many', () => {
    const known = ids(0, 30_000).filter(id => !['log-7', 'log-20000', 'log-29999'].includes(id));
    expect(missingFrom(sketchOf(known), sketchOf(ids(0, 30_000)))).toEqual(
      keys(['log-7', 'log-20000', 'log-29999']),
    );
  });

  test('whatever the sets, it names exactly what is missing or says that it cannot', () => {
    let told = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 6 }),
        fc.nat(1_000_000),
        (late, gone, from) => {
          const shared = ids(from, 200);
          const missing = missingFrom(
            sketchOf([...shared, ...ids(from + 5_000_000, gone)]),
            sketchOf([...shared, ...ids(from + 2_000_000, late)]),
          );
          if (!missing) return;
          told++;
          expect(missing).toEqual(keys(ids(from + 2_000_000, late)));
        },
      ),
      { numRuns: 300 },
    );
    expect(told).toBeGreaterThan(200);
  });

  test('tells up to 25 missing ids nearly always, and never a wrong one when there are thousands', () => {
    const told = Array.from({ length: 200 }, (_, n) =>
      missingFrom(emptySketch(), sketchOf(ids(n * 100, 25))),
    );
    expect(told.filter(one => one?.size === 25).length).toBeGreaterThan(190);
    expect(missingFrom(emptySketch(), sketchOf(ids(0, 5000)))).toBeUndefined();
  });

  test('two sketches together are the sketch of both sets', () => {
    const both = unite(sketchOf(ids(0, 100)), sketchOf(ids(100, 100)));
    expect(both).toEqual(sketchOf(ids(0, 200)));
  });

  test('comes back from its text, and anything else is no sketch', () => {
    const sketch = sketchOf(ids(0, 1000));
    expect(readSketch(writeSketch(sketch))).toEqual(sketch);
    expect(writeSketch(sketch).length).toBeLessThan(1300);
    for (const text of ['', 'AAAA', undefined, 7, '%%%']) expect(readSketch(text)).toBeUndefined();
  });
});
