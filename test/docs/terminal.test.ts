import { expect, test } from 'vitest';
import { differenceOf } from './terminal.ts';

const PRINTED = `stack Logs, at 2026-07-01T08:30:00Z
  last run  ended 12 s ago, took 579 ms:
            1,200 logs shipped
  queue     none
`;

test.each([
  [
    'other times, durations and line ends',
    'stack Logs, at 2027-01-01T00:00:00Z\n  last run  ended 1 h 2 min ago, took 3 s: 1,200\n logs shipped\n  queue none\n',
  ],
  ['lines left out', 'stack Logs, at 2026-07-01T08:30:00Z\n…\n  queue     none\n'],
  ['the rest of a line and the end left out', 'stack Logs, at…\n  last run  ended 12 s ago…\n'],
  ['the beginning left out', '…\n  queue     none\n'],
])('is the same output: %s', (_, page) => {
  expect(differenceOf(page, PRINTED)).toBeUndefined();
});

test.each([
  ['another number', PRINTED.replace('1,200', '1,201')],
  ['a line more', `${PRINTED}  alarms    none\n`],
  ['a line less, without an ellipsis', PRINTED.replace('  queue     none\n', '')],
  ['another beginning before an ellipsis', 'stack Log,…\n  queue     none\n'],
  ['another end after an ellipsis', 'stack Logs…\n  queue     some\n'],
  ['the parts in another order', 'stack Logs…\n  queue     none…\n  last run  ended…\n'],
])('is another output: %s', (_, page) => {
  expect(differenceOf(page, PRINTED)).toContain('on the page:');
});
