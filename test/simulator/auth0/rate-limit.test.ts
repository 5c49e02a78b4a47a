import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rateLimit } from '../../../simulator/auth0/rate-limit.ts';

const NOW = Date.parse('2026-03-01T10:00:00.000Z');
const seconds = (ms: number) => String(Math.ceil(ms / 1000));

it('lets the burst through, counts down, and refuses the next call', () => {
  const take = rateLimit({ burst: 3, perSecond: 2 });
  const answers = [0, 0, 0, 0].map(() => take(NOW));
  expect(answers.map(one => one.allowed)).toEqual([true, true, true, false]);
  expect(answers.map(one => one.headers['x-ratelimit-remaining'])).toEqual(['2', '1', '0', '0']);
  expect(new Set(answers.map(one => one.headers['x-ratelimit-limit']))).toEqual(new Set(['3']));
  expect(answers[3]?.headers['x-ratelimit-reset']).toBe(seconds(NOW + 500));
  expect(answers[3]?.headers).not.toHaveProperty('retry-after');
});

it('gives one call back after each refill and not a millisecond earlier', () => {
  const take = rateLimit({ burst: 2, perSecond: 2 });
  take(NOW);
  take(NOW);
  expect(take(NOW + 499).allowed).toBe(false);
  expect(take(NOW + 500).allowed).toBe(true);
  expect(take(NOW + 501).allowed).toBe(false);
  expect(take(NOW + 1_000).allowed).toBe(true);
});

it('never saves up more than the burst', () => {
  const take = rateLimit({ burst: 2, perSecond: 50 });
  take(NOW);
  expect([1, 2, 3].map(() => take(NOW + 3_600_000).allowed)).toEqual([true, true, false]);
});

it('counts 100 a minute without drifting', () => {
  const take = rateLimit({ burst: 10, perSecond: 100 / 60 });
  let allowed = 0;
  for (let ms = 0; ms < 600_000; ms += 50) if (take(NOW + ms).allowed) allowed++;
  expect(allowed).toBeGreaterThanOrEqual(1_008);
  expect(allowed).toBeLessThanOrEqual(1_010);
});

it('says Retry-After in whole seconds on a refusal when it is told to', () => {
  const take = rateLimit({ burst: 1, perSecond: 0.4, retryAfter: true });
  expect(take(NOW).headers).not.toHaveProperty('retry-after');
  expect(take(NOW).headers['retry-after']).toBe('3');
});

it('always lets a call through at the reset that it named', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      fc.array(fc.nat({ max: 3_000 }), { maxLength: 60 }),
      (burst, perSecond, waitsMs) => {
        const take = rateLimit({ burst, perSecond });
        let nowMs = NOW;
        for (const waitMs of waitsMs) {
          nowMs += waitMs;
          const refused = take(nowMs);
          if (refused.allowed) continue;
          nowMs = Math.max(nowMs, Number(refused.headers['x-ratelimit-reset']) * 1000);
          expect(take(nowMs).allowed).toBe(true);
        }
      },
    ),
  );
});
