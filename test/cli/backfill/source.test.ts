/** Where a window ends, whatever Auth0 gives. */
import { expect, test } from 'vitest';
import { boundedSource, SLACK_MS } from '../../../cli/backfill/source.ts';
import type { LogSource, PageAnswer } from '../../../lambda/core/model.ts';
import { logIdAt } from '../../../simulator/auth0/tenant.ts';

const NOW_MS = Date.parse('2026-07-15T12:00:00Z');
const TO_MS = NOW_MS - 3_600_000;
const END_MS = TO_MS + SLACK_MS;

/** A log whose id was given at that time after the end of the slack; its date lies three seconds before. */
const log = (ms: number, fields: object = {}) => ({
  log_id: logIdAt(END_MS + ms, '1'),
  date: new Date(END_MS + ms - 3000).toISOString(),
  ...fields,
});

async function bounded(logs: readonly unknown[]): Promise<PageAnswer> {
  const source: LogSource = {
    start: () => Promise.reject(new Error('not asked for')),
    page: async () => ({ kind: 'page', logs, nextLogId: 'next' }),
    newest: () => Promise.reject(new Error('not asked for')),
    search: () => Promise.reject(new Error('not asked for')),
  };
  return boundedSource(source, TO_MS, () => NOW_MS).page('1', 1000);
}

test('logs are kept up to the slack after the end, by their ids, and cut off from there', async () => {
  const inside = [log(-60_000), log(-1)];
  expect(await bounded([...inside, log(0), log(1)])).toMatchObject({ kind: 'page', logs: inside });
  expect(await bounded(inside)).toEqual({ kind: 'page', logs: inside, nextLogId: 'next' });
  // Nothing is left: the reader takes it for the end.
  expect(await bounded([log(0), log(5000)])).toMatchObject({ logs: [] });
});

test('a log of the window that comes after one beyond it is kept, with what lies between', async () => {
  const logs = [log(-500), log(300), log(-200), log(400)];
  expect(await bounded(logs)).toMatchObject({ logs: logs.slice(0, 3) });
});

test('a date decides only where the id does not tell', async () => {
  const ahead = log(-1000, { date: new Date(END_MS + 50_000).toISOString() });
  const without = log(1000, { log_id: 'x', date: new Date(END_MS - 1).toISOString() });
  expect(await bounded([ahead, without])).toMatchObject({ logs: [ahead, without] });
  const outside = { _id: 'x', date: new Date(END_MS).toISOString() };
  expect(await bounded([ahead, outside])).toMatchObject({ logs: [ahead] });
});

test('a log whose place in time cannot be told is kept where its neighbours are', async () => {
  const broken = [null, {}, { date: 'soon' }, log(0, { log_id: '9', date: '2099-01-01T00:00:00Z' })];
  const logs = [log(-2), ...broken, log(-1), ...broken];
  expect(await bounded(logs)).toMatchObject({ logs });
  expect(await bounded([log(-1), log(0), ...broken])).toMatchObject({ logs: [log(-1)] });
});

test('the newest log and a search by date are of the window too, and of nothing behind its end', async () => {
  const asked: unknown[] = [];
  const source: LogSource = {
    start: () => Promise.reject(new Error('not asked for')),
    page: () => Promise.reject(new Error('not asked for')),
    newest: async (...request) => {
      asked.push(request);
      return { kind: 'newest', log: 'the newest' };
    },
    search: async (...request) => {
      asked.push(request);
      return { kind: 'page', logs: ['found'] };
    },
  };
  const bound = boundedSource(source, TO_MS, () => NOW_MS);
  expect(await bound.newest(NOW_MS, 1)).toEqual({ kind: 'newest', log: 'the newest' });
  await bound.newest(TO_MS - 1, 2);
  expect(await bound.search(TO_MS - 9, NOW_MS, 3, 4)).toEqual({ kind: 'page', logs: ['found'] });
  expect(await bound.search(TO_MS, NOW_MS, 0, 5)).toEqual({ kind: 'page', logs: [] });
  expect(asked).toEqual([
    [TO_MS, 1],
    [TO_MS - 1, 2],
    [TO_MS - 9, TO_MS, 3, 4],
  ]);
});
