import { expect, test } from 'vitest';
import { dataCollectorColumn } from '../../../azure/table.ts';
import { COLUMNS } from '../../../lambda/core/record/columns.ts';
import { dataCollector } from '../../../lambda/destinations/data-collector/spec.ts';
import { columnNames, widen } from '../../../simulator/azure/table.ts';
import { records } from '../../azure/emitted.ts';

test('its columns are those that it makes of what shaping emits', () => {
  const made = columnNames(widen(new Map(), records(dataCollector.form)));
  const named = COLUMNS.filter(({ name }) => name !== 'TimeGenerated').map(dataCollectorColumn);
  expect(made.toSorted()).toEqual(named.toSorted());
});
