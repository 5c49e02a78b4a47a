import { expect, test } from 'vitest';
import { pairs, type SmallVerdict, singles } from './small-worlds.ts';

/** Of the pairs, every so-manieth is played here, and all of them in the soak. */
const STRIDE = 20;

async function broken(worlds: AsyncGenerator<SmallVerdict>) {
  const wrong = [];
  let count = 0;
  for await (const verdict of worlds) {
    count++;
    if (verdict.wrong.length === 0) continue;
    const at = verdict.mishaps.map(one => `${one.kind} at call ${one.at}, ${verdict.calls[one.at]}`);
    wrong.push(`${at.join('; ')}: ${verdict.wrong.join('; ')}`);
  }
  return { count, wrong };
}

test('the small world: every fault at every call', async () => {
  const { count, wrong } = await broken(singles());
  console.log(`${count} small worlds with one fault`);
  expect(wrong).toEqual([]);
  // A suite that generates nothing proves nothing.
  expect(count).toBeGreaterThan(250);
});

test(`the small world: of all pairs of faults, every ${STRIDE}th`, async () => {
  const { count, wrong } = await broken(pairs(STRIDE));
  console.log(`${count} small worlds with two faults`);
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(40_000 / STRIDE);
});
