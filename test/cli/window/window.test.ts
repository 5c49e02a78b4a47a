import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../cli/terminal/errors.ts';
import { parseTime, parseWindow } from '../../../cli/window/window.ts';

const NOW_MS = Date.parse('2026-07-15T12:00:00.500Z');
const HOUR_MS = 3_600_000;

describe('a time', () => {
  test.each([
    ['now', NOW_MS],
    ['30m', NOW_MS - 1_800_000],
    ['2h', NOW_MS - 2 * HOUR_MS],
    ['2h ago', NOW_MS - 2 * HOUR_MS],
    ['3 d', NOW_MS - 72 * HOUR_MS],
    ['2026-07-01', Date.parse('2026-07-01T00:00:00Z')],
    ['2026-07-01T08:30Z', Date.parse('2026-07-01T08:30:00Z')],
    [' 2026-07-01T08:30:00.250+02:00 ', Date.parse('2026-07-01T06:30:00.250Z')],
  ])('"%s" is read', (text, ms) => {
    expect(parseTime('--since', text, NOW_MS)).toBe(ms);
  });

  test.each(['', 'yesterday', '2', '2w', '-2h', '2026-02-30', '2026-07-01T08:30:00', '01.07.2026', 'oldest'])(
    '"%s" is refused, by the name of its option, with what is allowed',
    text => {
      const read = () => parseTime('--since', text, NOW_MS);
      expect(read).toThrow(UsageError);
      expect(read).toThrow(`--since is "${text}"; allowed: a UTC date "2026-07-01", a time with its zone`);
    },
  );
});

describe('a window', () => {
  test('ends where logs can be relied on, whether --to is left out or lies after that', () => {
    const latestMs = NOW_MS - 15_000;
    const expected = {
      fromMs: Date.parse('2026-07-15T11:00:00Z'),
      toMs: Date.parse('2026-07-15T11:59:45Z'),
    };
    expect(parseWindow('1h', undefined, NOW_MS, latestMs)).toEqual(expected);
    expect(parseWindow('1h', 'now', NOW_MS, latestMs)).toEqual(expected);
  });

  test('is one of whole seconds', () => {
    expect(parseWindow('2026-07-01T00:00:00.900Z', '2026-07-01T00:00:02.900Z', NOW_MS)).toEqual({
      fromMs: Date.parse('2026-07-01T00:00:00Z'),
      toMs: Date.parse('2026-07-01T00:00:02Z'),
    });
  });

  test.each([
    ['2026-07-02', '2026-07-01', '--from is "2026-07-02" (2026-07-02T00:00:00Z), which is not before --to'],
    ['2026-07-01', '2026-07-01', 'not before --to'],
    [
      '1h',
      '2026-07-16',
      '--to is "2026-07-16", which is in the future; allowed: up to now (2026-07-15T12:00',
    ],
    ['2026-07-16', undefined, 'not before --to'],
    ['1h', 'soon', '--to is "soon"; allowed:'],
  ])('from %s to %s is refused', (from, to, message) => {
    expect(() => parseWindow(from, to, NOW_MS)).toThrow(UsageError);
    expect(() => parseWindow(from, to, NOW_MS)).toThrow(message);
  });
});
