import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parsePipeline, parsePipelines } from '../../lambda/config/config.ts';
import { SAMPLES } from '../destinations/samples.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
const auth0 = { domain: 'acme.eu.auth0.com', secret: 'a', customDomain: 'login.acme.com' };
const every = Object.values(SAMPLES).map(({ azure, carried }) =>
  parsePipeline({ name: 'prod', auth0, azure: { ...azure, ...carried } }),
);
const some = every[0]!;

/** `auth0.domain`, `settleSeconds`, …: every setting that a parsed configuration has. */
function settingsOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? settingsOf(inner, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  );
}

test('the page on the configuration has a row for every setting', () => {
  const settings = new Set(every.flatMap(one => settingsOf(one)));
  expect(settings.size).toBeGreaterThan(25);
  expect([...settings].filter(setting => !page.includes(`\n| \`${setting}\` |`))).toEqual([]);
});

test('the page tells the defaults that the schema fills in', () => {
  const rows = (setting: string) =>
    page
      .split('\n')
      .filter(line => line.startsWith(`| \`${setting}\` |`))
      .join('\n');
  expect(rows('settleSeconds')).toContain(`| \`${some.settleSeconds}\` |`);
  expect(rows('sweepMinutes')).toContain(`| \`${some.sweepMinutes}\` |`);
  expect(rows('schedule')).toContain(`| \`"${some.schedule}"\` |`);
  expect(rows('auth0.rateLimitHeadroom')).toContain(`| \`${some.auth0.rateLimitHeadroom}\` |`);
  for (const { azure } of every) {
    expect(rows('azure.maxBatchBytes')).toContain(`| \`${azure.maxBatchBytes}\` |`);
  }
  expect(rows('alarms.lagMinutes')).toContain(`| \`${some.alarms.lagMinutes}\` |`);
});

test('every configuration on the page is a valid one', () => {
  const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json!));
  expect(examples.map(example => parsePipelines(example).map(({ azure }) => azure.kind))).toEqual([
    ['logs-ingestion'],
    ['data-collector'],
    ['data-collector'],
    ['data-collector', 'data-collector'],
  ]);
});

test('the rules of redact on the page are valid, one of them with a list for a path', () => {
  const [, rules = ''] = /```jsonc\n("redact".*?)```/s.exec(page) ?? [];
  const { redact } = parsePipelines({ ...some, ...JSON.parse(`{${rules}}`) })[0]!;
  expect(redact.map(({ field }) => typeof field)).toEqual(['string', 'string', 'object']);
});
