import { expect, test } from 'vitest';
import { cell } from '../../bench/fault-table.ts';
import { pagesOf, readPage } from '../../bench/page.ts';
import { misses, type Result } from '../../bench/report.ts';
import { readResults } from '../../bench/results.ts';
import { DIY, LOG_TOOLS } from '../../bench/sides.ts';
import { targetsText } from '../../bench/targets.ts';

test('pages and picture have what bench/results.json has', async () => {
  const files = await pagesOf(await readResults(), readPage);
  expect([...files.keys()].sort()).toEqual([
    'README.md',
    'bench/results.md',
    'docs/cost.md',
    'docs/images/performance.svg',
    'docs/performance.md',
  ]);
  for (const [path, text] of files) expect(text === (await readPage(path)), path).toBe(true);
});

test('pages have no hole where a peer was not installed', async () => {
  const all = await readResults();
  const without = Object.entries(all).map(([name, kept]) => [
    name,
    { ...kept, rows: kept.rows.filter(({ what }) => what !== DIY.name && what !== LOG_TOOLS.name) },
  ]);
  const files = await pagesOf(Object.fromEntries(without), readPage);
  expect(files.get('docs/performance.md')).toContain('times the processor time of the floor.');
  for (const text of files.values()) expect(text).not.toMatch(/undefined|NaN/);
});

test('a page without its marks is refused, and not written', async () => {
  const read = async (path: string) => (path === 'README.md' ? '# A page' : readPage(path));
  await expect(pagesOf(await readResults(), read)).rejects.toThrow('README.md lacks the marks');
});

const NONE = {
  lost: 0,
  stuck: 0,
  doubled: 0,
  'dead-lettered': 0,
  'on the retry queue': 0,
  'runs that failed': 0,
};

test.each([
  [{}, '0 lost'],
  [{ 'dead-lettered': 1 }, '0 lost, 1 in the dead-letter queue'],
  [{ 'runs that failed': 1 }, '0 lost, 1 run failed'],
  [{ lost: 4100, 'runs that failed': 2 }, '4,100 lost'],
  [{ stuck: 965, doubled: 10_070, 'runs that failed': 3 }, 'stuck: 965 not delivered, 10,070 duplicates'],
  [{ lost: 3, stuck: 5 }, '3 lost, stuck: 5 not delivered'],
])('an outcome %j reads "%s"', (some, words) => {
  expect(cell({ ...NONE, ...some })).toBe(words);
});

const RESULT: Result = { title: 'x', rows: [{ ratio: 1.1 }, { ratio: 0.9 }, { what: 'no figure' }] };

test('a row misses the limit of its column, and a figure its own', () => {
  expect(misses(RESULT)).toEqual([]);
  expect(misses({ ...RESULT, limit: { column: 'ratio', atMost: 1 } })).toEqual([{ ratio: 1.1 }]);
  expect(misses({ ...RESULT, limit: { column: 'ratio', atLeast: 1 } })).toEqual([{ ratio: 0.9 }]);
  const wanted = [
    { what: 'met', value: 1, atMost: 1 },
    { what: 'missed', value: 2, atMost: 1 },
  ];
  expect(misses({ ...RESULT, wanted }).map(row => row['wanted'])).toEqual(['missed']);
});

test('the targets are those of figures and of columns, the missed ones first, with how much they miss', () => {
  const kept = { date: '2026-01-01', command: '', machine: '', node: '' };
  const lines = targetsText({
    one: {
      ...kept,
      title: 'Met',
      rows: [{ share: 0.96 }, { share: 1.2 }],
      limit: { column: 'share', atLeast: 0.95 },
    },
    other: {
      ...kept,
      title: 'x',
      rows: [],
      wanted: [{ what: 'Missed', value: 1.2, spread: '1–2', atMost: 1 }],
    },
  })?.split('\n');
  expect(lines?.[0]).toBe('Of 2 figures that have a limit, 1 miss it.');
  expect(lines?.slice(4).map(line => line.replace(/ +/g, ' '))).toEqual([
    '| Missed | ≤ 1 | 1.200 | 1–2 | **missed** by 20 % |',
    '| Met: share | ≥ 0.95 | 0.960 | | met |',
  ]);
});
