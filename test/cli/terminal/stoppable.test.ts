import { expect, test } from 'vitest';
import { stoppableSource } from '../../../cli/terminal/stoppable.ts';
import type { LogSource } from '../../../lambda/core/model.ts';

test('every question to Auth0 is passed on whole until it is stopped, and none after that', async () => {
  const asked: unknown[] = [];
  const told =
    <T>(name: string, answer: T) =>
    async (...request: unknown[]) => {
      asked.push([name, ...request]);
      return answer;
    };
  const page = { kind: 'page', logs: [] } as const;
  const source: LogSource = {
    start: told('start', { kind: 'start', checkpoint: { logId: '9' } } as const),
    page: told('page', page),
    newest: told('newest', { kind: 'newest' } as const),
    search: told('search', page),
  };
  const stop = new AbortController();
  const stoppable = stoppableSource(source, stop.signal);
  const askAll = () =>
    Promise.all([
      stoppable.start({ kind: 'now' }, 1, 2),
      stoppable.page('9', 3, 4),
      stoppable.newest(5, 6),
      stoppable.search(7, 8, 9, 10),
    ]);
  expect((await askAll()).map(({ kind }) => kind)).toEqual(['start', 'page', 'newest', 'page']);
  const all = [
    ['start', { kind: 'now' }, 1, 2],
    ['page', '9', 3, 4],
    ['newest', 5, 6],
    ['search', 7, 8, 9, 10],
  ];
  expect(asked).toEqual(all);
  stop.abort();
  const stopped = { kind: 'fault', fault: { verdict: 'denied', code: 'STOPPED' } };
  expect(await askAll()).toMatchObject([stopped, stopped, stopped, stopped]);
  expect(asked).toEqual(all);
});
