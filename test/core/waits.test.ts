import { describe, expect, test } from 'vitest';
import type { Fault } from '../../lambda/core/model.ts';
import { readWaits, stopByWait, type Waits, waitsAfter, writeWaits } from '../../lambda/core/waits.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const HOUR = 3_600_000;
const wait = (untilMs: number) => ({ untilMs, times: 1, verdict: 'throttled', message: 'quota' }) as const;
const fault = (more: Partial<Fault>): Fault => ({ verdict: 'throttled', message: 'quota', ...more });
const ending = (party: 'auth0' | 'azure', more: Partial<Fault>, waits: Waits = {}) =>
  waitsAfter(waits, { outcome: 'throttled', party, fault: fault(more) }, NOW);

describe('a run while a vendor is left alone', () => {
  test.each(['auth0', 'azure'] as const)('ends before it asks, for %s, and says until when', party => {
    expect(stopByWait({ [party]: wait(NOW + 90_000) }, NOW)).toEqual({
      outcome: 'throttled',
      party,
      message: 'quota; next attempt at 2026-03-01T12:01:30.000Z',
    });
  });

  test('names the status of the answer that asked for it, also after it was stored', () => {
    const stored = readWaits(writeWaits(ending('auth0', { status: 429, retryAfterMs: 90_000 })));
    expect(stopByWait(stored, NOW)).toMatchObject({ outcome: 'throttled', party: 'auth0', status: 429 });
  });

  test.each([
    [NOW + 1, true],
    [NOW, false],
    [NOW - 1, false],
    // A little more than a vendor may ask for is a clock that was set back; much more is one that was wrong.
    [NOW + 2 * HOUR, true],
    [NOW + 2 * HOUR + 1, false],
  ])('until %i it is %s', (untilMs, stops) => {
    expect(stopByWait({ azure: wait(untilMs) }, NOW) !== undefined).toBe(stops);
  });

  test('one wait that is over hides no other', () => {
    expect(stopByWait({ auth0: wait(NOW - 1), azure: wait(NOW + 1) }, NOW)).toMatchObject({ party: 'azure' });
  });

  test('nobody asked for it', () => expect(stopByWait({}, NOW)).toBeUndefined());
});

describe('what is remembered', () => {
  test('is what the vendor asked for, an hour at most', () => {
    expect(ending('auth0', { retryAfterMs: 300_000 })).toEqual({
      auth0: { untilMs: NOW + 300_000, times: 0, verdict: 'throttled', message: 'quota' },
    });
    expect(ending('auth0', { retryAfterMs: 2 * HOUR }).auth0?.untilMs).toBe(NOW + HOUR);
    expect(ending('azure', { retryAfterMs: HOUR, isTokenRefused: true }).azure?.untilMs).toBe(NOW + HOUR);
  });

  test('is neither what is over before the next run, nor what Azure says to a post', () => {
    expect(ending('auth0', { retryAfterMs: 9_999 })).toEqual({});
    expect(ending('auth0', { retryAfterMs: 10_000 })).not.toEqual({});
    expect(ending('azure', { retryAfterMs: HOUR })).toEqual({});
  });

  test('is no secret that is not filled in, which no vendor was asked with', () => {
    expect(ending('auth0', { verdict: 'denied' })).toEqual({});
  });

  test('is nothing after a run that ended otherwise, or whose vendor asked for nothing', () => {
    const waits = { azure: wait(NOW) };
    expect(waitsAfter(waits, { outcome: 'caught-up' }, NOW)).toEqual({});
    expect(waitsAfter(waits, { outcome: 'failed', party: 'queue', fault: fault({}) }, NOW)).toEqual({});
    expect(
      waitsAfter(waits, { outcome: 'failed', party: 'state', fault: fault({ retryAfterMs: 5 }) }, NOW),
    ).toEqual({});
    expect(waitsAfter(waits, { outcome: 'astray', party: 'auth0' }, NOW)).toEqual({});
    expect(ending('azure', {}, waits)).toEqual({});
    expect(ending('auth0', {}, waits)).toEqual({});
  });

  test.each([
    ['auth0', {}, true],
    ['azure', { isTokenRefused: true }, true],
    ['azure', { isTokenRefused: false }, false],
    ['azure', {}, false],
  ] as const)('a refusal by %s, %o, is asked about less and less: %s', (party, more, isLess) => {
    const waitsMs: number[] = [];
    let waits: Waits = {};
    for (let n = 0; n < 15; n++) {
      waits = ending(party, { verdict: 'denied', status: 403, ...more }, waits);
      const told = waits[party];
      waitsMs.push(told ? told.untilMs - NOW : -1);
      if (told) expect(told.times).toBe(n + 1);
    }
    const minutes = [0, 2, 4, 8, ...Array(11).fill(10)];
    expect(waitsMs).toEqual(isLess ? minutes.map(one => one * 60_000) : Array(15).fill(-1));
  });

  test('a refusal that asks for longer is left alone for longer', () => {
    expect(ending('auth0', { verdict: 'denied', retryAfterMs: 900_000 }).auth0?.untilMs).toBe(NOW + 900_000);
  });

  test('a token that is refused for a moment is no refusal', () => {
    expect(ending('azure', { verdict: 'unavailable', isTokenRefused: true })).toEqual({});
  });
});

describe('as text', () => {
  test('it is read as it was written, and none is empty', () => {
    const waits = { auth0: wait(5), azure: wait(6) };
    expect(readWaits(writeWaits(waits))).toEqual(waits);
    expect(writeWaits({})).toBe('');
  });

  test.each([
    undefined,
    '',
    'no JSON',
    '[]',
    'null',
    '7',
    '{"azure":5}',
    '{"azure":null}',
    '{"azure":{"untilMs":"5","times":1,"verdict":"denied","message":""}}',
    '{"azure":{"untilMs":5,"times":null,"verdict":"denied","message":""}}',
    '{"azure":{"untilMs":5,"times":1,"verdict":7,"message":""}}',
    '{"azure":{"untilMs":5,"times":1,"verdict":"denied"}}',
    '{"auth0":{"untilMs":5,"times":1,"verdict":"denied","message":""},"azure":{}}',
  ])('%o is none', text => expect(readWaits(text)).toEqual({}));
});
