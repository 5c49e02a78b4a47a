import { describe, expect, test } from 'vitest';
import {
  endSweep,
  known,
  type Late,
  passed,
  readLate,
  startLate,
  startSweep,
  writeLate,
} from '../../lambda/core/late.ts';
import { countOf, emptySketch, sketchOf } from '../../lambda/core/sketch.ts';

const ids = (from: number, count: number) => Array.from({ length: count }, (_, n) => `id-${from + n}`);
const pass = (late: Late, from: number, count: number, last: string) =>
  passed(late, sketchOf(ids(from, count)), count, last);

describe('what was passed', () => {
  test('is counted in the generation that is open, from where the pipeline began', () => {
    const late = pass(pass(startLate('a', 5), 0, 3, 'x'), 3, 2, 'y');
    expect(late).toMatchObject({ fromLogId: 'a', currentFromLogId: 'a', count: 5, sweptAtMs: 5 });
    expect([countOf(late.current), countOf(late.older)]).toEqual([5, 0]);
    expect(known(late)).toEqual({ fromLogId: 'a', ids: sketchOf(ids(0, 5)) });
  });

  test.each([
    [9_999, false],
    [10_000, true],
  ])('of %i ids another generation begins: %s', (count, begins) => {
    const full: Late = { ...startLate('a', 5), current: sketchOf(ids(0, 7)), count };
    const late = pass(full, 7, 2, 'last before');
    if (!begins) return expect(late).toMatchObject({ fromLogId: 'a', currentFromLogId: 'a', count: 10_001 });
    expect(late).toMatchObject({ fromLogId: 'a', currentFromLogId: 'last before', count: 2, sweptAtMs: 5 });
    expect([countOf(late.older), countOf(late.current)]).toEqual([7, 2]);
    const next = pass({ ...late, count: 10_000 }, 9, 1, 'then');
    expect(next).toMatchObject({ fromLogId: 'last before', currentFromLogId: 'then', count: 1 });
  });
});

describe('a sweep', () => {
  const two: Late = {
    fromLogId: 'a',
    currentFromLogId: 'c',
    older: sketchOf(ids(0, 3)),
    current: sketchOf(ids(3, 2)),
    count: 2,
    sweptAtMs: 5,
  };

  test('looks at both generations, and what is passed meanwhile is remembered beside it', () => {
    const late = startSweep(two, 'f', 9);
    expect(late.sweep).toEqual({
      fromLogId: 'a',
      recentFromLogId: 'c',
      toLogId: 'f',
      known: sketchOf(ids(0, 5)),
      seen: emptySketch(),
      recent: emptySketch(),
      cursorLogId: 'a',
      startedAtMs: 9,
    });
    expect(late).toMatchObject({ fromLogId: 'f', currentFromLogId: 'f', count: 0, sweptAtMs: 5 });
    expect(known(pass(late, 5, 1, 'f'))).toEqual({ fromLogId: 'a', ids: sketchOf(ids(0, 6)) });
  });

  test('at its end hands over what is to be looked at once more', () => {
    const begun = pass(startSweep(two, 'f', 9), 5, 1, 'f');
    const recent = sketchOf(ids(3, 2));
    const late = endSweep({ ...begun, sweep: { ...startSweep(two, 'f', 9).sweep, recent } }, 20);
    expect(late).toEqual({
      fromLogId: 'c',
      currentFromLogId: 'f',
      older: recent,
      current: sketchOf(ids(5, 1)),
      count: 1,
      sweptAtMs: 20,
    });
  });

  test.each([{ currentFromLogId: 'g' }, { fromLogId: 'f2', currentFromLogId: 'h' }, { fromLogId: 'f2' }])(
    'keeps generations that began since: %o',
    moved => {
      const begun = startSweep(two, 'f', 9);
      const { sweep: _, ...own } = { ...begun, ...moved };
      expect(endSweep({ ...begun, ...moved }, 20)).toEqual({ ...own, sweptAtMs: 20 });
    },
  );
});

describe('as text', () => {
  const plain = pass(startLate('a', 5), 0, 3, 'x');
  const { sweep } = startSweep(plain, 'f', 9);
  const named = { ...sweep, seen: sketchOf(ids(0, 2)), recent: sketchOf(ids(1, 1)), missing: ['k1', 'k2'] };
  test.each([
    ['plain', plain],
    ['in the first pass', { ...plain, sweep }],
    ['in the second pass', { ...plain, sweep: named }],
    ['with too many to name', { ...plain, sweep: { ...sweep, missing: 'all' } }],
  ] as [string, Late][])('it is read as it was written: %s', (_, late) => {
    expect(readLate(writeLate(late))).toEqual(late);
  });

  test.each([undefined, '', 'null', '{}', '[]', 'no JSON', '7'])('%o is none', text => {
    expect(readLate(text)).toBeUndefined();
  });

  const written = () => JSON.parse(writeLate({ ...plain, sweep: named }));
  test.each([
    ['fromLogId', 1],
    ['currentFromLogId', undefined],
    ['count', '3'],
    ['sweptAtMs', null],
    ['older', 'short'],
    ['current', undefined],
    ['sweep', 'text'],
    ['sweep', {}],
  ])('with %s %o it is none: all starts anew', (field, value) => {
    expect(readLate(JSON.stringify({ ...written(), [field]: value }))).toBeUndefined();
  });

  test.each([
    ['fromLogId', 1],
    ['recentFromLogId', 1],
    ['toLogId', null],
    ['cursorLogId', undefined],
    ['startedAtMs', 'now'],
    ['missing', 'some'],
    ['missing', 5],
    ['missing', ['k1', 5]],
    ['missing', null],
    ['known', 'short'],
    ['seen', undefined],
    ['recent', 5],
  ])('with %s %o in its sweep it is none: a window would be left out', (field, value) => {
    const { sweep: own, ...rest } = written();
    expect(readLate(JSON.stringify({ ...rest, sweep: { ...own, [field]: value } }))).toBeUndefined();
  });
});
