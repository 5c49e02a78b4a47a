import { describe, expect, test } from 'vitest';
import { digestOf, sketchOf } from '../../lambda/core/sketch.ts';
import {
  generatedWithin,
  storedCounts,
  storedIds,
  storedValues,
  storedWords,
} from '../../lambda/core/stored.ts';
import { BIN_MS, binAt, binOf } from '../../lambda/core/stored-kql.ts';
import type { QueryAnswer, Span, WorkspaceReader } from '../../lambda/core/workspace.ts';
import { logIdAt } from '../../simulator/auth0/tenant.ts';
import { runKql } from '../../simulator/azure/kql.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2030-05-15T12:00:00Z');
const SPAN = { fromMs: NOW - 4 * HOUR_MS, toMs: NOW - HOUR_MS };
const PLACE = { table: 'Auth0Logs_CL', logIdColumn: 'LogId', stream: 'Custom-Auth0Logs_CL' };
const IDS = Array.from({ length: 180 }, (_, n) => logIdAt(SPAN.fromMs + n * 60_000, '1'));

/** Every third has a value, every ninth an empty one; one is there twice. */
const osOf = (n: number) => (n % 3 === 0 ? { Os: n % 9 === 0 ? '' : 'iOS' } : {});
const ROWS = [...IDS, IDS[3]!].map((LogId, n) => ({ LogId, ...osOf(n === IDS.length ? 3 : n) }));

interface Asked {
  readonly kql: string;
  readonly span: Span;
  readonly timeoutMs: number;
}
/** A workspace that holds IDS and answers so many rows; `first` answers come instead. */
function world(maxRows: number, ...first: QueryAnswer[]) {
  const asked: Asked[] = [];
  const slept: number[] = [];
  const reader: WorkspaceReader = {
    query: async (kql, span, timeoutMs) => {
      asked.push({ kql, span, timeoutMs });
      const instead = first.shift();
      if (instead) return instead;
      const rows = runKql(kql, name =>
        name === PLACE.table ? { columns: ['LogId', 'Os'], rows: ROWS } : undefined,
      );
      if (rows.length > maxRows) return { kind: 'too-much', message: 'rows' };
      const plain = rows.map(row =>
        Object.fromEntries(
          Object.entries(row).map(([name, one]) => [name, typeof one === 'bigint' ? Number(one) : one]),
        ),
      );
      return { kind: 'rows', rows: plain };
    },
  };
  const clock = { now: () => NOW, sleep: async (ms: number) => void slept.push(ms) };
  return { asked, slept, d: { reader, place: PLACE, clock, random: () => 0.5 } };
}
const fault = (verdict: 'throttled' | 'unavailable' | 'denied', retryAfterMs?: number): QueryAnswer => ({
  kind: 'fault',
  fault: { verdict, message: verdict, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
});

describe('what is stored', () => {
  test('is counted and digested by ten minutes, in one query', async () => {
    const { d, asked } = world(1_000);
    const found = await storedCounts(d, SPAN);
    if (found.kind !== 'found') throw new Error(found.kind);
    expect(asked).toHaveLength(1);
    expect([...found.value.keys()]).toEqual([...new Set(IDS.map(binOf))]);
    for (const [bin, { ids, rows, repeated, high, low }] of found.value) {
      const expected = IDS.filter(id => binOf(id) === bin);
      const twice = expected.includes(IDS[3]!) ? 1 : 0;
      expect({ ids, rows, repeated }).toEqual({ ids: 10, rows: 10 + twice, repeated: twice });
      expect({ high, low }).toEqual(digestOf(sketchOf(expected)));
    }
    expect(binAt(SPAN.fromMs)).toBe(binOf(IDS[0]!));
  });

  test('is asked for by halves where one answer cannot hold it: every id, each once', async () => {
    const { d, asked } = world(25);
    const found = await storedIds(d, SPAN);
    expect(found.kind === 'found' && [...found.value.keys()]).toEqual(IDS);
    expect(asked.length).toBeLessThan(2 * (IDS.length / 12));
    const few = world(3);
    const counts = await storedCounts(few.d, SPAN);
    expect(counts.kind === 'found' && counts.value.size).toBe(18);
  });

  test('is never split within ten minutes, nor for ever', async () => {
    const { d, asked } = world(0);
    const tooMuch = {
      verdict: 'unavailable',
      code: 'TOO_MUCH',
      message: 'the query is too large even for the shortest window: rows',
    };
    expect(await storedCounts(d, SPAN)).toEqual({ kind: 'fault', fault: tooMuch });
    expect(asked.length).toBeLessThan(10);
    // Less than the least: its middle is its begin.
    const short = { fromMs: SPAN.fromMs, toMs: SPAN.fromMs + 10_000 };
    expect(await storedCounts(world(0).d, short)).toMatchObject({ kind: 'fault' });
    expect(await storedIds(world(0).d, SPAN)).toMatchObject({ kind: 'fault', fault: { code: 'TOO_MUCH' } });
    expect(BIN_MS).toBe(600_000);
  });

  test('is looked for wherever TimeGenerated may be: its own time, and receipt until now', async () => {
    const { d, asked } = world(1_000);
    await storedIds(d, SPAN);
    expect(asked[0]?.span).toEqual(generatedWithin(SPAN, NOW));
    expect(generatedWithin(SPAN, NOW)).toEqual({
      fromMs: SPAN.fromMs - 48 * HOUR_MS,
      toMs: NOW + 24 * HOUR_MS,
    });
  });
});

describe('values', () => {
  const found = (Os: number, Later = 0) => ({
    kind: 'found',
    value: new Map([
      ['Os', Os],
      ['Later', Later],
    ]),
  });

  test('are counted by column, once an id; a column that the table does not have has none', async () => {
    const { d, asked } = world(1);
    expect(await storedValues(d, SPAN, ['Os', 'Later'])).toEqual(found(40));
    expect(asked.map(({ span }) => span)).toEqual([generatedWithin(SPAN, NOW)]);
    const none = { fromMs: SPAN.toMs, toMs: SPAN.toMs + HOUR_MS };
    expect(await storedValues(d, none, ['Os', 'Later'])).toEqual(found(0));
  });

  test('are added up where the query takes too much: each half has its own', async () => {
    const { d, asked } = world(1, { kind: 'too-much', message: 'memory' });
    expect(await storedValues(d, SPAN, ['Os', 'Later'])).toEqual(found(40));
    expect(asked).toHaveLength(3);
  });

  test('are not known from an answer without a row, or without a column of the query', async () => {
    const answer = (...rows: object[]) =>
      Array.from({ length: 6 }, () => ({ kind: 'rows' as const, rows: rows.map(row => ({ ...row })) }));
    const ask = (answers: QueryAnswer[]) => storedValues(world(1, ...answers).d, SPAN, ['Os', 'Later']);
    const why = (what: string) => ({
      kind: 'fault',
      fault: { verdict: 'intercepted', message: `the answer is not that of the query: ${what}` },
    });
    expect(await ask(answer())).toEqual(why('it has no row'));
    expect(await ask(answer({ Os: 3 }))).toEqual(why('a row has no valid Later'));
    expect(await ask([{ kind: 'unknown-name', name: 'Auth0Logs_CL' }])).toMatchObject({
      kind: 'unknown-name',
    });
  });
});

describe('an answer that is not that of the query', () => {
  const rows = (...some: object[]): QueryAnswer[] =>
    Array.from({ length: 6 }, () => ({ kind: 'rows', rows: some.map(one => ({ ...one })) }));

  test.each([
    ['without the column of the ids', { Rows: 1 }, 'LogId'],
    ['with a null for an id', { LogId: null, Rows: 1 }, 'LogId'],
    ['without a count', { LogId: IDS[0], Rows: null }, 'Rows'],
  ])('%s is a fault, and no proof that rows are missing', async (_, row, name) => {
    const found = await storedIds(world(1_000, ...rows({ LogId: IDS[1], Rows: 1 }, row)).d, SPAN);
    expect(found).toMatchObject({
      kind: 'fault',
      fault: { verdict: 'intercepted', message: expect.stringContaining(name) },
    });
  });

  test('counts without a digest, and messages without a time, are faults too', async () => {
    const counts = await storedCounts(world(1, ...rows({ Bin: '20300515080', Ids: 1 })).d, SPAN);
    expect(counts).toMatchObject({ kind: 'fault', fault: { verdict: 'intercepted' } });
    const word = { Operation: 'o', Message: 'm', Times: 1, First: 'x', Last: 'x' };
    expect(await storedWords(world(1, ...rows(word)).d, SPAN)).toMatchObject({
      kind: 'fault',
      fault: { message: expect.stringContaining('First') },
    });
  });

  test('columns may come in any order, and with others', async () => {
    const row = { Rows: 2, Other: null, LogId: IDS[0] };
    const found = await storedIds(world(1, ...rows(row)).d, SPAN);
    expect(found).toEqual({ kind: 'found', value: new Map([[IDS[0], 2]]) });
  });
});

describe('patience', () => {
  test('a wait of an hour is not waited for: the caller learns of it', async () => {
    const { d, asked, slept } = world(1_000, fault('throttled', HOUR_MS));
    expect(await storedIds(d, SPAN)).toMatchObject({ kind: 'fault', fault: { verdict: 'throttled' } });
    expect({ asked: asked.length, slept }).toEqual({ asked: 1, slept: [] });
  });

  test('a passing fault is asked again, after what it asked for', async () => {
    const { d, asked, slept } = world(1_000, fault('throttled', 30_000), fault('unavailable'));
    expect((await storedCounts(d, SPAN)).kind).toBe('found');
    expect(asked).toHaveLength(3);
    expect(slept[0]).toBeGreaterThanOrEqual(30_000);
  });

  test('a lasting one ends it after six attempts, and a refusal at once', async () => {
    const lasting = world(1_000, ...Array.from({ length: 9 }, () => fault('unavailable')));
    expect(await storedIds(lasting.d, SPAN)).toMatchObject({
      kind: 'fault',
      fault: { verdict: 'unavailable' },
    });
    expect(lasting.asked).toHaveLength(6);
    const once = world(1_000, fault('unavailable'), fault('unavailable'));
    await storedIds({ ...once.d, maxAttempts: 1 }, SPAN);
    expect(once.asked).toHaveLength(1);
    const denied = world(1_000, fault('denied'));
    expect(await storedIds(denied.d, SPAN)).toMatchObject({ kind: 'fault', fault: { verdict: 'denied' } });
    expect(denied.asked).toHaveLength(1);
  });
});

describe('time', () => {
  test('a query may take four minutes, or what is left of the time', async () => {
    const { d, asked } = world(1_000);
    await storedCounts(d, SPAN);
    await storedCounts({ ...d, deadlineMs: NOW + 30_000 }, SPAN);
    await storedCounts({ ...d, deadlineMs: NOW + 3_600_000 }, SPAN);
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([240_000, 30_000, 240_000]);
  });

  test('nothing is asked when it is over', async () => {
    const { d, asked } = world(1_000);
    for (const deadlineMs of [NOW, NOW - 1]) {
      expect(await storedCounts({ ...d, deadlineMs }, SPAN)).toEqual({
        kind: 'fault',
        fault: {
          verdict: 'unavailable',
          code: 'OUT_OF_TIME',
          message: 'the time for queries of the workspace was over',
        },
      });
    }
    expect(asked).toEqual([]);
  });
});

describe('the words of the workspace', () => {
  test('without a rule, only those of the workspace itself are asked for', async () => {
    const { d, asked } = world(1, { kind: 'rows', rows: [] });
    const { stream: _, ...place } = PLACE;
    expect(await storedWords({ ...d, place }, SPAN)).toEqual({
      kind: 'found',
      value: { words: [], unread: [] },
    });
    expect(asked.map(({ kql, span }) => [kql.split('\n')[0], span])).toEqual([['_LogOperation', SPAN]]);
  });

  test('a fault ends the asking; too many words are unread', async () => {
    const denied = fault('denied');
    expect(await storedWords(world(1, denied).d, SPAN)).toEqual(denied);
    const many: QueryAnswer = { kind: 'too-much', message: 'rows' };
    expect(await storedWords(world(1, many, { kind: 'rows', rows: [] }).d, SPAN)).toEqual({
      kind: 'found',
      value: { words: [], unread: [{ from: '_LogOperation', why: 'rows' }] },
    });
  });
});

test('a table that is not there says so of rows, and nothing of the workspace’s words', async () => {
  const unknown: QueryAnswer = { kind: 'unknown-name', name: PLACE.table };
  expect(await storedCounts(world(1, unknown).d, SPAN)).toEqual(unknown);
  const row = {
    Operation: 'Custom log',
    Message: 'm',
    Times: 2,
    First: '2030-05-15T10:00:00Z',
    Last: '2030-05-15T11:00:00Z',
  };
  const said = world(1, { kind: 'rows', rows: [row] }, { kind: 'unknown-name', name: 'DCRLogErrors' });
  expect(await storedWords(said.d, SPAN)).toEqual({
    kind: 'found',
    value: {
      words: [
        {
          from: '_LogOperation',
          operation: 'Custom log',
          message: 'm',
          times: 2,
          firstAtMs: NOW - 2 * HOUR_MS,
          lastAtMs: NOW - HOUR_MS,
        },
      ],
      unread: [{ from: 'DCRLogErrors', why: expect.stringContaining('not visible to this caller') }],
    },
  });
});
