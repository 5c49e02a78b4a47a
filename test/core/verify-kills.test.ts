/** A run that compares and repairs is killed before and after each of its calls: what it leaves behind is proven anyway. */
import { expect, test } from 'vitest';
import { logAt, START_MS, type World, world } from '../world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LOGS = 240;
const LOST = 12;
const numberOf = (id: string) => Number(id.slice(20));

/** A pipeline an hour after Azure dropped one log in twenty, of which one was late, and one is poison now. */
async function scene(): Promise<World> {
  const logs = Array.from({ length: LOGS }, (_, i) => logAt(i, START_MS - 25 * MINUTE + i * 5_000));
  let isDropping = true;
  const w = world({
    logs,
    verify: 'repair',
    maxBatchBytes: 4_000,
    faults: { drop: id => isDropping && numberOf(id) % 20 === 3 && numberOf(id) < LOGS },
    poison: id => !isDropping && numberOf(id) === 43,
  });
  await w.tick();
  isDropping = false;
  w.advance(HOUR + 2 * MINUTE);
  for (let i = 0; i < 5; i++) w.tenant.push(logAt(1_000 + i, w.clock.now() - MINUTE + i));
  return w;
}

test('nothing is lost, passed or left without a row, and little is repeated', async () => {
  const whole = await scene();
  expect(whole.notStored()).toHaveLength(LOST);
  const { effects } = await whole.killedTick({ at: Number.POSITIVE_INFINITY, when: 'after' });
  expect(whole.notStored()).toEqual([]);
  expect(effects).toBeGreaterThan(15);
  for (const when of ['before', 'after'] as const) {
    for (let at = 0; at < effects; at++) {
      const w = await scene();
      const before = w.duplicates();
      expect((await w.killedTick({ at, when })).outcome).toBe('killed');
      for (let i = 0; i < 12; i++) {
        w.advance(20 * MINUTE);
        w.tenant.push(logAt(2_000 + i, w.clock.now() - MINUTE));
        await w.tick();
      }
      const place = `${when} call ${at}`;
      expect([w.violations, w.missing(), w.notStored()], place).toEqual([[], [], []]);
      expect(w.unproven().spans.filter(span => span.missing > 0 || (span.again ?? 0) > 0)).toEqual([]);
      // What is lost once more than it was killed, and a sample beside the poison each time.
      expect(w.duplicates() - before, place).toBeLessThanOrEqual(2 * (LOST + 10) + w.largestPost());
    }
  }
});
