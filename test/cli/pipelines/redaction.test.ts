import { expect, test } from 'vitest';
import { unknownFieldLines } from '../../../cli/pipelines/redaction.ts';

test.each([
  ['user_nam', 'user_name'],
  ['userName', 'user_name'],
  ['detials', 'details'],
  ['usr_agent', 'user_agent'],
  ['x', undefined],
  ['shipment', undefined],
])('of the field "%s" it is said that it is unknown, and that %s may be meant', (field, meant) => {
  const guess = meant === undefined ? '' : `; did you mean "${meant}"?`;
  expect(unknownFieldLines([{ field, how: 'drop' }])).toEqual([
    `${field}: "${field}" is not a known field of Auth0’s logs${guess}`,
  ]);
});

test('of a field that Auth0 has, or of any, nothing is said', () => {
  expect(
    unknownFieldLines([
      { field: 'user_name', how: 'drop' },
      { field: '*.email', how: 'drop' },
    ]),
  ).toEqual([]);
});
