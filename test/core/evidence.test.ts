import { expect, test } from 'vitest';
import { evidence } from '../../lambda/core/evidence.ts';

const record = (logId: string) => ({ logId, json: Buffer.from(`{"LogId":"${logId}"}`) });
/** 'waits' until it is settled. */
const now = (answer: Promise<boolean>) =>
  Promise.race([answer, new Promise(resolve => setImmediate(resolve, 'waits'))]);

test('only what is accepted after the mark is evidence', () => {
  const e = evidence();
  e.accepted(record('a'));
  const mark = e.mark();
  expect(e.isSince(mark)).toBe(false);
  e.accepted(record('b'));
  expect(e.isSince(mark)).toBe(true);
});

test('the first record that was accepted is known, as a copy', () => {
  const e = evidence();
  expect(e.known()).toBeUndefined();
  const first = record('a');
  e.accepted(first);
  e.accepted(record('b'));
  first.json.fill(0);
  expect(e.known()).toEqual(record('a'));
});

test('a delivery that is alone does not wait', async () => {
  const e = evidence();
  e.enter();
  expect(await now(e.since(e.mark()))).toBe(false);
});

test('a delivery waits for another, until one is accepted', async () => {
  const e = evidence();
  e.enter();
  e.enter();
  const answer = e.since(e.mark());
  expect(await now(answer)).toBe('waits');
  e.accepted(record('a'));
  expect(await now(answer)).toBe(true);
});

test('or until the other ends', async () => {
  const e = evidence();
  e.enter();
  const leave = e.enter();
  const answer = e.since(e.mark());
  expect(await now(answer)).toBe('waits');
  leave();
  expect(await now(answer)).toBe(false);
});

test('or until all of them wait; none of them is asked twice', async () => {
  const e = evidence();
  e.enter();
  e.enter();
  const first = e.since(e.mark());
  const second = e.since(e.mark());
  expect(await Promise.all([now(first), now(second)])).toEqual([false, false]);
  expect(await now(e.since(e.mark()))).toBe('waits');
});

test('what was accepted before a later mark ends no wait for that', async () => {
  const e = evidence();
  for (let n = 0; n < 3; n++) e.enter();
  const early = e.since(e.mark());
  const late = e.since(e.mark() + 1);
  e.accepted(record('a'));
  expect([await now(early), await now(late)]).toEqual([true, 'waits']);
});
