/** Random days of a pipeline that verifies: weather of Azure, kills, poison. In the end every accepted log has its row. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AzureFault, log, logAt, type World, world } from '../world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const WEATHER = ['fine', 'drops some', 'drops all', 'down', 'no query', 'hidden'] as const;
type Weather = (typeof WEATHER)[number];

interface Step {
  readonly weather: Weather;
  readonly ticks: number;
  readonly everyMs: number;
  readonly logs: number;
  /** The call at which each run is killed. */
  readonly killAt: number | undefined;
  readonly late: number;
}

const steps = fc.array(
  fc.record<Step>({
    weather: fc.constantFrom(...WEATHER),
    ticks: fc.integer({ min: 1, max: 12 }),
    everyMs: fc.constantFrom(MINUTE, 10 * MINUTE, HOUR),
    logs: fc.integer({ min: 0, max: 60 }),
    killAt: fc.option(fc.integer({ min: 1, max: 25 }), { nil: undefined, freq: 3 }),
    late: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: 2, maxLength: 8 },
);

const UNREAD = { kind: 'fault', fault: { verdict: 'unavailable', message: 'no answer' } } as const;

function become(w: World, weather: Weather, share: number): void {
  w.faults.drop = id =>
    weather === 'drops all' || (weather === 'drops some' && Number(id.slice(-4)) % share === 0);
  w.faults.post = () => (weather === 'down' ? DOWN : undefined);
  w.faults.query = () =>
    weather === 'no query' ? UNREAD : weather === 'hidden' ? { kind: 'rows', rows: [] } : undefined;
}
const DOWN: AzureFault = { kind: 'answered', status: 503 };

test('whatever the day: nothing that was accepted stays without a row, and nothing is lost', async () => {
  let repaired = 0;
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.record({ batchBytes: fc.constantFrom(2_000, 20_000), inFlight: fc.integer({ min: 1, max: 3 }) }),
      fc.record({
        poison: fc.option(fc.constantFrom(97, 13), { nil: 0 }),
        share: fc.integer({ min: 2, max: 5 }),
      }),
      async (days, { batchBytes, inFlight }, { poison, share }) => {
        const w = world({
          logs: [log(0, 30 * MINUTE)],
          verify: 'repair',
          maxBatchBytes: batchBytes,
          maxInFlight: inFlight,
          poison: id => poison > 0 && Number(id.slice(-4)) % poison === 1,
          options: { retentionMs: 30 * 24 * HOUR },
          rowAfterMs: 3 * MINUTE,
        });
        let number = 1;
        const bring = (count: number) => {
          for (let i = 0; i < count; i++) w.tenant.push(logAt(number++, w.clock.now() - MINUTE + i * 500));
        };
        for (const { weather, ticks, everyMs, logs, killAt, late } of days) {
          become(w, weather, share);
          for (let tick = 0; tick < ticks; tick++) {
            w.advance(everyMs);
            bring(logs);
            if (killAt === undefined) {
              await w.tick();
            } else {
              await w.killedTick({ at: killAt, when: 'after' });
              w.advance(2 * MINUTE);
            }
            for (let i = 0; i < late && tick === 0; i++) {
              w.insertLate(logAt(number++, w.clock.now() - 3 * MINUTE + i));
            }
            await w.replayAll();
          }
        }
        become(w, 'fine', share);
        for (let i = 0; i < 100; i++) {
          w.advance(20 * MINUTE);
          // A refused log alone is held, until another one is accepted.
          bring(2);
          repaired += (await w.tick()).logsRepaired;
          await w.replayAll();
        }
        expect(w.violations).toEqual([]);
        expect(w.missing()).toEqual([]);
        const { spans } = w.unproven();
        // While a dead letter waits, ten minutes in which more than 40 logs were dead-lettered cannot be told apart.
        const unknown = spans.filter(({ queued }) => queued?.['dead-letter'] === 'many');
        const isUnknown = (id: string) => unknown.some(span => id > span.afterLogId && id <= span.lastLogId);
        expect(w.notStored().filter(id => !isUnknown(id))).toEqual([]);
        expect(spans.filter(span => w.clock.now() - span.dueAtMs > 8 * HOUR)).toEqual([]);
      },
    ),
    { numRuns: 25, seed: 20261129 },
  );
  expect(repaired).toBeGreaterThan(0);
}, 300_000);
