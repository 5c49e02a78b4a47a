import { expect, test } from 'vitest';
import { clockAhead, remedied, remedyOf, SET_THE_CLOCK, withoutRemedy } from '../../lambda/core/cause.ts';

const ROW = {
  name: 'role',
  answer: '`403`',
  means: 'no role',
  remedy: 'give {who} the role:\n  az role --assignee {who} --query "[].{id:id}"',
  next: 'next run',
  is: ({ status }: { readonly status: number }) => status === 403,
} as const;

test('a remedy is the first row’s that fits, with the values of the pipeline', () => {
  expect(remedyOf([ROW], { status: 403 }, { who: 'app' })).toBe(
    'give app the role:\n  az role --assignee app --query "[].{id:id}"',
  );
  expect(remedyOf([ROW], { status: 401 }, {})).toBeUndefined();
});

test('a message ends with the words of its remedy, and is told without them again', () => {
  const what = 'Azure refused (403: a; b)';
  const { message, remedy } = remedied(what, ROW.remedy);
  expect(message).toBe(`${what}; give {who} the role`);
  expect(withoutRemedy(`${message}; next attempt at noon`, remedy)).toBe(`${what}; next attempt at noon`);
  expect(remedied(what, undefined)).toEqual({ message: what });
  expect(withoutRemedy(message, undefined)).toBe(message);
});

test.each([
  [25, '25 min ahead'],
  [-20, '20 min behind'],
])('a clock that is %i min ahead is said to be %s', (minutes, words) => {
  const nowMs = Date.UTC(2026, 0, 1);
  const ahead = clockAhead(new Date(nowMs - minutes * 60_000).toUTCString(), nowMs);
  expect(ahead).toBe(minutes * 60_000);
  const clock = { ...ROW, remedy: SET_THE_CLOCK };
  expect(remedyOf([clock], { status: 403, clockAheadMs: ahead }, {})).toContain(`clock, which is ${words}`);
});
