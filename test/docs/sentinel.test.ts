/** The numbers in docs/sentinel.md. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { DETECTIONS } from '../../azure/detections.ts';
import { huntingQueries, SAVED_QUERIES } from '../../azure/queries.ts';
import { sentinelRule } from '../../azure/sentinel-rules.ts';
import { WATCHLISTS } from '../../azure/sentinel-watchlists.ts';

const page = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/sentinel.md'), 'utf8');

test('counts what the template deploys', () => {
  const counts = [...page.matchAll(/(\d+) (?:analytics )?rules\b/g)].map(([, count]) => Number(count));
  const uses = WATCHLISTS.map(
    ({ name }) =>
      DETECTIONS.filter(one => one.expected.some(({ watchlist }) => watchlist.name === name)).length,
  );
  const all = DETECTIONS.length;
  expect(counts).toEqual([all, all, all, ...uses]);
  const hunting = huntingQueries(SAVED_QUERIES).length;
  expect(page).toContain(`${hunting} hunting\nqueries`);
  expect(page).toContain(`has ${hunting} of the [saved queries]`);
});

test('names each watchlist, its search key and its parameter', () => {
  for (const { alias, key, parameter } of WATCHLISTS) {
    expect(page).toContain(`| \`${alias}\`, \`${key}\` |`);
    expect(page).toContain(`${parameter}='["`);
  }
});

test('tells of each thing that an alert shows', () => {
  const rules = DETECTIONS.map(one => sentinelRule(one).properties);
  const types = new Set(rules.flatMap(one => (one.entityMappings ?? []).map(mapping => mapping.entityType)));
  for (const type of types) expect(page).toContain(`**${type}**`);
  const ids = new Set(
    rules.flatMap(one => Object.keys(one.customDetails ?? {})).filter(key => /UserId$/.test(key)),
  );
  for (const id of ids) expect(page).toContain(`\`${id}\``);
});
