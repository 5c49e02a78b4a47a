import fc from 'fast-check';
import { expect, test } from 'vitest';
import { play, scenario } from './scenario.ts';

/** Fewer where mutants are judged: see vitest.mutation.config.ts. */
const RUNS = Number(process.env['RANDOM_WORLDS'] ?? 400);

test(`the promise holds in ${RUNS} random scenarios of faults, kills, overlaps and clock jumps`, async () => {
  const seen = { logs: 0, incidents: 0, kills: 0, duplicates: 0, late: 0, heldTicks: 0 };
  await fc.assert(
    fc.asyncProperty(scenario, async one => {
      const { missing, violations, stalls, excesses, duplicates, duplicatesAllowed, ...counts } =
        await play(one);
      const broken = { missing, violations, stalls, excesses };
      expect(broken).toEqual({ missing: [], violations: [], stalls: [], excesses: [] });
      expect(duplicates).toBeLessThanOrEqual(duplicatesAllowed);
      seen.logs += counts.logs;
      seen.incidents += counts.incidents;
      seen.kills += counts.kills;
      seen.late += counts.late;
      seen.heldTicks += counts.heldTicks;
      seen.duplicates += duplicates;
    }),
    { numRuns: RUNS },
  );
  // A suite that generates nothing proves nothing. Held ticks come in clusters: 11 to 40 of them in 400 scenarios, seldom 8.
  expect(seen.logs).toBeGreaterThan(RUNS * 10);
  expect(seen.incidents).toBeGreaterThan(RUNS);
  expect(seen.kills).toBeGreaterThan(RUNS / 4);
  expect(seen.late).toBeGreaterThan(RUNS / 20);
  expect(seen.heldTicks).toBeGreaterThan(RUNS / 200);
  expect(seen.duplicates).toBeGreaterThan(0);
});
