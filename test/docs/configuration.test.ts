import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parsePipeline, parsePipelines } from '../../lambda/config/config.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
const guid = '01234567-89ab-cdef-0123-456789abcdef';
const auth0 = { domain: 'acme.eu.auth0.com', secret: 'a', customDomain: 'login.acme.com' };
const dataCollector = parsePipeline({
  name: 'prod',
  auth0,
  azure: { kind: 'data-collector', workspaceId: guid, secret: 'b', resourceId: '/subscriptions/x' },
});
const logsIngestion = parsePipeline({
  name: 'prod',
  auth0,
  azure: {
    kind: 'logs-ingestion',
    endpoint: 'https://a.westeurope-1.ingest.monitor.azure.com',
    dcrImmutableId: `dcr-${'0'.repeat(32)}`,
    tenantId: guid,
    clientId: guid,
    secret: 'b',
  },
});

/** `auth0.domain`, `settleSeconds`, …: every setting that a parsed configuration has. */
function settingsOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? settingsOf(inner, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  );
}

test('the page on the configuration has a row for every setting', () => {
  const settings = new Set([...settingsOf(dataCollector), ...settingsOf(logsIngestion)]);
  expect(settings.size).toBeGreaterThan(25);
  expect([...settings].filter(setting => !page.includes(`\n| \`${setting}\` |`))).toEqual([]);
});

test('the page tells the defaults that the schema fills in', () => {
  const rows = (setting: string) =>
    page
      .split('\n')
      .filter(line => line.startsWith(`| \`${setting}\` |`))
      .join('\n');
  expect(rows('settleSeconds')).toContain(`| \`${dataCollector.settleSeconds}\` |`);
  expect(rows('sweepMinutes')).toContain(`| \`${dataCollector.sweepMinutes}\` |`);
  expect(rows('schedule')).toContain(`| \`"${dataCollector.schedule}"\` |`);
  expect(rows('auth0.rateLimitHeadroom')).toContain(`| \`${dataCollector.auth0.rateLimitHeadroom}\` |`);
  for (const { azure } of [dataCollector, logsIngestion]) {
    expect(rows('azure.maxBatchBytes')).toContain(`| \`${azure.maxBatchBytes}\` |`);
  }
  expect(rows('alarms.lagMinutes')).toContain(`| \`${dataCollector.alarms.lagMinutes}\` |`);
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
  const { redact } = parsePipelines({ ...dataCollector, ...JSON.parse(`{${rules}}`) })[0]!;
  expect(redact.map(({ field }) => typeof field)).toEqual(['string', 'string', 'object']);
});
