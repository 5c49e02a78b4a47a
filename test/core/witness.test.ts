import { describe, expect, test } from 'vitest';
import type { Fault, PageAnswer, PipelineState } from '../../lambda/core/model.ts';
import { hear, isWitnessDue } from '../../lambda/core/witness.ts';
import { type Log, log, logAt, START_MS, world } from '../world.ts';
import { runIn } from './run-world.ts';

const MINUTE = 60_000;
const SETTLE = 15_000;
const idOf = (one: Log) => String(one['log_id']);
const down: Fault = { verdict: 'unavailable', message: 'down' };
const END = { kind: 'caught-up', isEmpty: true, atMs: START_MS } as const;

describe('the witness is due', () => {
  const due = async (witnessedAtMs: number | undefined, isEmpty: boolean, witnessMs = 10 * MINUTE) => {
    const w = world({ callMs: 0 });
    const run = await runIn(w, { witnessMs });
    const state: PipelineState = witnessedAtMs === undefined ? {} : { witnessedAtMs };
    return isWitnessDue(run, state, { ...END, isEmpty });
  };
  test.each([
    ['never asked', undefined, false, true],
    ['set by hand', 0, false, true],
    ['asked a moment ago', START_MS - 1, true, false],
    ['asked ten minutes ago, less a moment', START_MS - 10 * MINUTE + 1, true, false],
    ['asked ten minutes ago', START_MS - 10 * MINUTE, true, true],
    ['asked ten minutes ago, and young logs were seen', START_MS - 10 * MINUTE, false, false],
    ['asked this very moment', START_MS, true, false],
    ['asked in the future: a clock went back', START_MS + 1, true, true],
  ])('%s', async (_, at, isEmpty, expected) => expect(await due(at, isEmpty)).toBe(expected));

  test('never, where a window has an end of its own', async () =>
    expect(await due(undefined, true, 0)).toBe(false));
});

/** The witness is heard at `place`; Auth0 answers empty pages after it by default. */
async function heard(
  logs: readonly Log[],
  checkpoint: { logId: string; logDateMs?: number },
  {
    pages = [] as readonly unknown[],
    search,
    newest,
    deadlineMs = 110_000,
  }: {
    pages?: readonly unknown[];
    search?: (from: number, before: number, page: number) => PageAnswer;
    newest?: 'nothing' | Fault | Log;
    deadlineMs?: number;
  } = {},
) {
  const w = world({ logs, callMs: 0 });
  const { d } = w.ports();
  const asked: (readonly (string | number)[])[] = [];
  const source = {
    ...d.source,
    page: async (after: string) => {
      asked.push(['page', after]);
      return { kind: 'page', logs: pages } as const;
    },
    newest: async (beforeMs: number, timeoutMs: number) => {
      asked.push(['newest', beforeMs - START_MS]);
      if (newest === 'nothing') return { kind: 'newest' } as const;
      if (newest && 'verdict' in newest) return { kind: 'fault', fault: newest as Fault } as const;
      return newest ? ({ kind: 'newest', log: newest } as const) : d.source.newest(beforeMs, timeoutMs);
    },
    search: async (from: number, before: number, page: number, timeoutMs: number) => {
      asked.push(['search', from - START_MS, before - START_MS, page]);
      return search ? search(from, before, page) : d.source.search(from, before, page, timeoutMs);
    },
  };
  const run = await runIn(w, { deadlineMs: START_MS + deadlineMs }, { source });
  run.tally.counts.checkpoint = checkpoint;
  run.unsaved = { checkpoint, waits: 'w' };
  const testimony = await hear(run, checkpoint, END);
  return { testimony, asked, run, w };
}
const astray = (why: string) => ({
  kind: 'stop',
  stop: { outcome: 'astray', party: 'auth0', message: expect.stringContaining(why) },
});

describe('what the witness says', () => {
  const five = Array.from({ length: 5 }, (_, n) => log(n, 10 * MINUTE - n * 1000));
  const place = (n: number) => ({ logId: idOf(five[n]!), logDateMs: START_MS - 10 * MINUTE + n * 1000 });

  test('nothing newer than the checkpoint: confirmed, by one look', async () => {
    const { testimony, asked, run } = await heard(five, place(4));
    expect([testimony, asked]).toEqual([{ kind: 'confirmed' }, [['newest', -SETTLE]]]);
    expect(run.tally.counts.checkpointAstray).toBe(false);
  });

  test('no log at all: confirmed', async () => {
    expect((await heard([], { logId: '0' })).testimony).toEqual({ kind: 'confirmed' });
    expect((await heard(five, place(0), { newest: { type: 's' } })).testimony).toEqual({ kind: 'confirmed' });
  });

  test('an older log, as the lists of Auth0 differ for a moment: confirmed', async () => {
    expect((await heard(five.slice(0, 2), place(4))).testimony).toEqual({ kind: 'confirmed' });
  });

  test('a newer log, and the page has it now: found, and nothing is searched', async () => {
    const { testimony, asked, run } = await heard(five, place(1), { pages: [five[2]] });
    expect(testimony).toEqual({ kind: 'found' });
    expect(asked).toEqual([
      ['newest', -SETTLE],
      ['page', place(1).logId],
    ]);
    expect(run.tally.counts.checkpointAstray).toBe(false);
  });

  test('a newer log by its date, whose id is too young: confirmed', async () => {
    const young = { ...logAt(9, START_MS - SETTLE + 1), date: new Date(START_MS - MINUTE).toISOString() };
    expect((await heard(five, place(4), { newest: young })).testimony).toEqual({ kind: 'confirmed' });
    const ripe = { ...logAt(9, START_MS - SETTLE), date: young.date };
    expect((await heard([...five, ripe], place(4), { newest: ripe })).testimony).toEqual({ kind: 'found' });
  });

  test('it cannot be had: told with its fault', async () => {
    const { testimony } = await heard(five, place(0), { newest: down });
    const stop = { outcome: 'unavailable', party: 'auth0', message: 'down', fault: down };
    expect(testimony).toEqual({ kind: 'stop', stop });
  });

  test('there is no time for it', async () => {
    const { testimony, asked } = await heard(five, place(0), { deadlineMs: 1_999 });
    expect([testimony, asked]).toEqual([{ kind: 'stop', stop: { outcome: 'out-of-time' } }, []]);
  });

  test.each([
    ['its time is to come', `900209901010000${'0'.repeat(41)}`],
    ['another prefix', `999${idOf(five[0]!).slice(3)}`],
    ['no time at all', '9'.repeat(56)],
  ])('the checkpoint lies beyond every log, %s: astray, and it is not kept', async (_, logId) => {
    const { testimony, run } = await heard(five, { logId });
    expect(testimony).toMatchObject(
      astray(`the checkpoint ${logId} is after the tenant's newest log ${idOf(five[4]!)}`),
    );
    expect(run.tally.counts.checkpointAstray).toBe(true);
    expect(run.unsaved).toEqual({ waits: 'w' });
  });

  test('ids without an order are compared by their dates, a minute apart', async () => {
    const at = (ms: number) => ({ log_id: 'z', date: new Date(START_MS + ms).toISOString() });
    const of = (newest: Log, logDateMs?: number) =>
      heard(five, { logId: 'a', ...(logDateMs !== undefined && { logDateMs }) }, { newest });
    expect((await of(at(-5 * MINUTE), START_MS - 6 * MINUTE)).testimony).toEqual({ kind: 'confirmed' });
    expect((await of(at(-5 * MINUTE + 1), START_MS - 6 * MINUTE)).testimony).not.toEqual({
      kind: 'confirmed',
    });
    expect((await of(at(-5 * MINUTE))).testimony).toMatchObject(astray('leads to none'));
    expect((await of({ log_id: 'z' }, START_MS)).testimony).toEqual({ kind: 'confirmed' });
    expect((await of({ log_id: 'z' })).testimony).toMatchObject(astray('leads to none'));
  });
});

describe('the bridge', () => {
  const five = Array.from({ length: 5 }, (_, n) => log(n, 10 * MINUTE - n * 1000));
  const place = { logId: idOf(five[0]!), logDateMs: START_MS - 10 * MINUTE };

  test('ships what a search finds after the checkpoint, from a minute before it', async () => {
    const { testimony, asked, run, w } = await heard(five, place);
    expect(testimony).toEqual({ kind: 'found' });
    expect(asked.slice(2)).toEqual([['search', -11 * MINUTE, -SETTLE, 0]]);
    expect([...w.accepted.keys()]).toEqual(five.slice(1).map(idOf));
    expect(run.tally.counts).toMatchObject({
      checkpointAstray: true,
      logsBridged: 4,
      logsRead: 4,
      logsAccepted: 4,
    });
    expect(w.state().checkpoint?.logId).toBe(idOf(five[4]!));
    expect(w.journalled).toEqual([
      {
        message: 'Auth0 returned no logs after the checkpoint; they were found by search and shipped',
        checkpoint: place.logId,
        logs: 4,
      },
    ]);
  });

  test('begins at the earlier of the id’s time and the date', async () => {
    const early = { ...place, logDateMs: START_MS - 20 * MINUTE };
    expect((await heard(five, early)).asked[2]).toEqual(['search', -21 * MINUTE, -SETTLE, 0]);
    const late = { ...place, logDateMs: START_MS - 5 * MINUTE };
    expect((await heard(five, late)).asked[2]).toEqual(['search', -11 * MINUTE, -SETTLE, 0]);
    expect((await heard(five, { logId: place.logId })).asked[2]).toEqual([
      'search',
      -11 * MINUTE,
      -SETTLE,
      0,
    ]);
  });

  test('ends before the first log that is too young', async () => {
    const young = [log(7, SETTLE), log(8, SETTLE - 1, { date: new Date(START_MS - MINUTE).toISOString() })];
    const { w } = await heard([...five, ...young], place, { newest: five[4]! });
    expect([...w.accepted.keys()]).toEqual(five.slice(1).map(idOf));
    const wide = await heard([...five, ...young], place, {
      newest: five[4]!,
      search: () => ({ kind: 'page', logs: [...five, ...young] }),
    });
    expect([...wide.w.accepted.keys()]).toEqual([...five.slice(1), young[0]!].map(idOf));
  });

  test('that finds nothing, or cannot search: astray', async () => {
    for (const search of [
      () => ({ kind: 'page', logs: [] }) as const,
      () => ({ kind: 'page', logs: [five[0]] }) as const,
      () => ({ kind: 'fault', fault: { ...down, verdict: 'denied' } }) as const,
    ]) {
      const { testimony, run } = await heard(five, place, { search });
      expect(testimony).toMatchObject(
        astray(`leads to none of the newer logs, the newest of which is ${idOf(five[4]!)}`),
      );
      expect(run.tally.counts).toMatchObject({ checkpointAstray: true, logsBridged: 0 });
    }
  });

  test('of a checkpoint that has no time does not search', async () => {
    const { testimony, asked } = await heard(five, { logId: 'a' });
    expect(testimony).toMatchObject(astray('leads to none'));
    expect(asked.map(([what]) => what)).toEqual(['newest', 'page']);
  });

  test('stops where a batch stops', async () => {
    const w = world({ logs: five, callMs: 0, faults: { post: () => ({ kind: 'answered', status: 403 }) } });
    const { d } = w.ports();
    const page = async () => ({ kind: 'page', logs: [] }) as const;
    const run = await runIn(w, {}, { source: { ...d.source, page } });
    expect(await hear(run, place, END)).toMatchObject({
      kind: 'stop',
      stop: { outcome: 'denied', party: 'azure' },
    });
    expect(run.tally.counts.logsBridged).toBe(0);
  });

  const many = Array.from({ length: 1200 }, (_, n) => log(n, 9 * MINUTE - n * 100));
  test('of more than a search shows takes ten pages, and leaves the last moment for the next search', async () => {
    const { testimony, asked, run } = await heard([...five, ...many], place);
    expect(testimony).toEqual({ kind: 'found' });
    expect(asked.slice(2).map(one => one[3])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // A thousand: five and 995, of which the very last may share its moment with one that is not shown.
    expect(run.tally.counts.logsBridged).toBe(4 + 994);
  });

  test('ends at a page that is not full', async () => {
    const { asked, run } = await heard([...five, ...many.slice(0, 120)], place);
    expect([asked.slice(2).map(one => one[3]), run.tally.counts.logsBridged]).toEqual([[0, 1], 124]);
  });

  test('that breaks off in the middle keeps what is complete', async () => {
    const { testimony, run } = await heard([...five, ...many], place, {
      search: (_, __, page) =>
        page === 0
          ? { kind: 'page', logs: [...five, ...many].slice(0, 100) }
          : { kind: 'fault', fault: { verdict: 'denied', message: 'no' } },
    });
    expect([testimony, run.tally.counts.logsBridged]).toEqual([{ kind: 'found' }, 98]);
  });
});
