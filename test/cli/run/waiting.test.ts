import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchedDestination, watchedSource } from '../../../cli/run/waiting.ts';
import type { Destination, LogSource } from '../../../lambda/core/model.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => undefined);
const quick = async () => ({ kind: 'page', logs: [] }) as const;

test('Auth0 that hangs is named while it does, with the seconds; one that answers is not', async () => {
  const told: string[] = [];
  const say = (vendor: string, ms: number) => void told.push(`${vendor} ${ms / 1000}`);
  const source = { start: never, page: never, newest: never, search: quick } as unknown as LogSource;
  const watched = watchedSource(source, Date.now, say);
  await watched.search(0, 1, 0, 1000);
  void watched.page('900', 60_000);
  await vi.advanceTimersByTimeAsync(5_500);
  expect(told).toEqual(['Auth0 2', 'Auth0 3', 'Auth0 4', 'Auth0 5']);
});

test('Azure likewise, until it answers', async () => {
  const told: string[] = [];
  let answer: (answer: object) => void = () => undefined;
  const post = () =>
    new Promise(done => {
      answer = done;
    });
  const watched = watchedDestination(
    { post } as unknown as Destination,
    Date.now,
    (vendor, ms) => void told.push(`${vendor} ${ms / 1000}`),
  );
  const posted = watched.post(Buffer.from('[]'), 60_000);
  await vi.advanceTimersByTimeAsync(2_500);
  answer({ kind: 'answered', status: 200 });
  expect(await posted).toMatchObject({ status: 200 });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).toEqual(['Azure 2']);
});
