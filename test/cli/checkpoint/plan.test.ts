import { describe, expect, test } from 'vitest';
import { countBetween, directionOf, parseWhere } from '../../../cli/checkpoint/plan.ts';
import type { LogSource, PageAnswer } from '../../../lambda/core/model.ts';
import { logIdAt } from '../../../simulator/auth0/tenant.ts';

const NOW_MS = Date.parse('2026-07-29T12:00:00Z');
const at = (text: string, tail?: string) => logIdAt(Date.parse(text), tail);

describe('a place', () => {
  test.each([
    ['oldest', { kind: 'oldest' }],
    [' now ', { kind: 'now' }],
    ['2026-07-29', { kind: 'date', dateMs: Date.parse('2026-07-29T00:00:00Z') }],
    ['2026-07-29T13:30:00+02:00', { kind: 'date', dateMs: Date.parse('2026-07-29T11:30:00Z') }],
    ['2h', { kind: 'date', dateMs: NOW_MS - 7_200_000 }],
    ['3d ago', { kind: 'date', dateMs: NOW_MS - 3 * 86_400_000 }],
    [at('2026-07-29T11:00:00Z', '7'), { kind: 'log', logId: at('2026-07-29T11:00:00Z', '7') }],
  ])('is given by "%s"', (text, place) => {
    expect(parseWhere(text, NOW_MS)).toEqual(place);
  });

  test.each([
    ['the day before', 'allowed: a log id, a UTC date'],
    ['2026-02-30', 'allowed: a log id'],
    ['', 'allowed: a log id'],
    ['2026-07-29T12:00:01Z', 'which is in the future; allowed: up to now (2026-07-29T12:00:00Z), or "now"'],
    [at('2026-07-29T12:10:00Z'), 'which is in the future (2026-07-29T12:10:00Z)'],
    ['12345678901234567890', 'which is not a valid Auth0 log id'],
    [`900${'9'.repeat(53)}`, 'which is not a valid Auth0 log id'],
  ])('is not given by "%s"', (text, problem) => {
    expect(() => parseWhere(text, NOW_MS)).toThrow(`<where> is "${text}"`);
    expect(() => parseWhere(text, NOW_MS)).toThrow(problem);
  });
});

describe('a move', () => {
  const [early, late] = [at('2026-07-29T10:00:00Z'), at('2026-07-29T11:00:00Z')];
  test('goes back or forward by the order of the ids as text, where that is known', () => {
    expect(directionOf({ from: late, to: early })).toBe('back');
    expect(directionOf({ from: early, to: late })).toBe('forward');
    expect(directionOf({ from: early, to: early })).toBe('none');
    // In numbers these two are the same.
    expect(directionOf({ from: `${early.slice(0, -1)}1`, to: `${early.slice(0, -1)}2` })).toBe('forward');
    expect(directionOf({ from: 'an-old-id', to: early })).toBe('unknown');
    expect(directionOf({ from: `${early}0`, to: late })).toBe('unknown');
  });

  test('is counted from the smaller id to the greater one, which belongs to it, whatever a log in between says', async () => {
    const logs = [
      ...Array.from({ length: 30 }, (_, i) => ({
        log_id: logIdAt(Date.parse('2026-07-29T10:00:01Z') + i * 1000),
      })),
      { log_id: 12 },
      { log_id: at('2030-01-01T00:00:00Z') },
      { log_id: late },
      { log_id: at('2026-07-29T11:00:01Z') },
    ];
    const asked: string[] = [];
    const source: LogSource = {
      start: () => Promise.reject(new Error('not asked for')),
      page: async (logId): Promise<PageAnswer> => {
        asked.push(logId);
        return { kind: 'page', logs: logId === early ? logs : [] };
      },
      newest: () => Promise.reject(new Error('not asked for')),
      search: () => Promise.reject(new Error('not asked for')),
    };
    const count = await countBetween(
      source,
      { from: late, to: early },
      0,
      new AbortController().signal,
      () => undefined,
    );
    expect(asked[0]).toBe(early);
    expect(count).toEqual({ kind: 'counted', logs: 33, isMore: false });
  });
});
