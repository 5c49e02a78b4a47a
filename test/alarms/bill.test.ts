/** What a stack costs whatever the volume: counted from the synthesized templates and from a day of simulated runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { azureBills } from '../../bench/azure-bill.ts';
import { parsePipelines } from '../../lambda/config/config.ts';
import { config, MINIMAL } from '../cdk/example.ts';
import { stack } from '../cdk/synth.ts';
import { watchTable } from './watch-bill.ts';
import { play, type Story } from './world.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/cost.md');
/** US dollars a month, us-east-1: see the page. */
const PRICES = { metric: 0.3, alarm: 0.1, secret: 0.4, dashboard: 3, key: 1 };
/** A log alert rule a month, by how often it looks. */
const RULE_PRICES: Readonly<Record<string, number>> = { PT5M: 1.5, PT15M: 0.5, PT30M: 0.5, PT1H: 0.5 };
const HOURS_A_DAY = 24;

interface Bill {
  readonly pipelines: number;
  readonly metrics: number;
  readonly alarms: number;
  readonly secrets: number;
  readonly shared: number;
}

/** Two tenants share no secret here: each pipeline names its own. */
const many = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    config({
      name: `tenant-${at}`,
      auth0: { ...MINIMAL.auth0, secret: `auth0-logs/tenant-${at}/auth0` },
      azure: { ...MINIMAL.azure, secret: `auth0-logs/tenant-${at}/azure` },
    }),
  );

/** Metric-months of a pipeline, CloudWatch metering only the hours in which a metric is sent. */
function metricMonths(at: Story['at']): number {
  const day = { name: 'a day', from: 0, minutes: HOURS_A_DAY * 60 - 1, tells: {}, at };
  const hours = [...play(day).sent.hours('Auth0LogsToAzure').values()];
  return hours.reduce((sum, one) => sum + one, 0) / HOURS_A_DAY;
}

function billOf(made: ReturnType<typeof stack>, months: number): Bill {
  const { pipelines } = made;
  const nested = [...new Set(pipelines.map(one => one.table.stack))].filter(one => one !== made);
  const templates = [Template.fromStack(made), ...nested.map(one => Template.fromStack(one))];
  const count = (type: string) =>
    templates.reduce((sum, one) => sum + Object.keys(one.findResources(type)).length, 0);
  // An alarm over several metrics costs as many.
  const alarms = templates.flatMap(one => Object.values(one.findResources('AWS::CloudWatch::Alarm')));
  const watched = alarms.reduce((sum, { Properties: { Metrics = [1] } }) => sum + Metrics.length, 0);
  return {
    pipelines: pipelines.length,
    metrics: months * pipelines.length * PRICES.metric,
    alarms: watched * PRICES.alarm,
    secrets: count('AWS::SecretsManager::Secret') * PRICES.secret,
    shared: count('AWS::CloudWatch::Dashboard') * PRICES.dashboard + count('AWS::KMS::Key') * PRICES.key,
  };
}

const sumOf = ({ metrics, alarms, secrets, shared }: Bill) => metrics + alarms + secrets + shared;

const busy = (minute: number) => ({
  ship: { lagMs: (minute % 3) * 20_000, logsRead: 7, logsAccepted: 7, posts: 1 },
  cold: minute % 200 === 0,
});
const months = metricMonths(busy);
const example = parsePipelines(JSON.parse(readFileSync(join(ROOT, 'config.example.json'), 'utf8')));
const BILLS = {
  'the example': billOf(stack(example), months),
  'one pipeline': billOf(stack(many(1)), months),
  '50 pipelines': billOf(stack(many(50), { nested: true }), months),
};

describe('the bill', () => {
  test('of one pipeline is at most 3 dollars beside what the stack shares', () => {
    const { shared, ...own } = BILLS['one pipeline'];
    expect(sumOf({ ...own, shared: 0 })).toBeLessThanOrEqual(3);
    expect(shared).toBe(4);
  });

  test('of 50 pipelines in one stack is at most 155 dollars', () => {
    expect(BILLS['50 pipelines'].pipelines).toBe(50);
    expect(sumOf(BILLS['50 pipelines'])).toBeLessThanOrEqual(155);
  });

  test('of metrics is the same whether a pipeline is idle or busy', () => {
    expect(metricMonths(() => ({}))).toBe(months);
    expect(months).toBe(1);
  });

  test('of metrics grows by the hours in which something is wrong, and by nothing else', () => {
    const denied = metricMonths(minute =>
      minute >= 120 && minute < 240 ? { ship: { outcome: 'denied', party: 'azure' } } : {},
    );
    expect(denied).toBeCloseTo(1 + 2 / HOURS_A_DAY, 5);
  });
});

test('docs/cost.md has the bill, and that of the alert rules in Azure; write it anew with vitest -u', async () => {
  const sections: Readonly<Record<string, string>> = {
    bill: billTable(),
    rules: rulesText(),
    ingestion: ingestionTable(),
    watch: await watchTable(),
  };
  console.log(sections['bill']);
  let page = readFileSync(PAGE, 'utf8');
  for (const [name, text] of Object.entries(sections)) {
    const section = new RegExp(`(<!-- ${name} -->\n\n)[\\s\\S]*?(\n\n<!-- /${name} -->)`);
    expect(page).toMatch(section);
    page = page.replace(section, (_, begin, end) => begin + text + end);
  }
  // One snapshot: two of the same file would each write the page without the other's part.
  await expect(page).toMatchFileSnapshot(PAGE);
}, 300_000);

function billTable(): string {
  const line = (title: string, of: (bill: Bill) => number) =>
    `| ${title} | ${Object.values(BILLS)
      .map(bill => of(bill).toFixed(2))
      .join(' | ')} |`;
  return [
    `| A month, US dollars | ${Object.keys(BILLS).join(' | ')} |`,
    '| --- | ---: | ---: | ---: |',
    line('Custom metrics: one all the time, the others only while something is wrong', bill => bill.metrics),
    line('Alarms: 17 a pipeline', bill => bill.alarms),
    line('Secrets: two a pipeline, one if it is federated', bill => bill.secrets),
    line('**A stack’s pipelines**', bill => sumOf({ ...bill, shared: 0 })),
    line('Dashboard and key of the alarm topics, one of each a stack', bill => bill.shared),
    line('**In all**', sumOf),
  ].join('\n');
}

function rulesText(): string {
  const { variables } = JSON.parse(readFileSync(join(ROOT, 'azure/template.json'), 'utf8'));
  const rules = variables.detections as readonly { readonly frequency: string }[];
  const often = rules.filter(one => one.frequency === 'PT5M').length;
  const sum = rules.reduce((all, { frequency }) => all + RULE_PRICES[frequency]!, 0);
  return (
    `The template makes ${rules.length} alert rules: ${often} look every five minutes, at 1.50 a month each, ` +
    `${rules.length - often} every quarter of an hour or less often, at 0.50: **${sum.toFixed(2)} dollars a month**, more than the AWS side. ` +
    '`disabledAlerts` switches off those that you do not need; a rule that is off costs nothing.'
  );
}

function ingestionTable(): string {
  const { types, whole, ...less } = azureBills();
  const line = (title: string, { analyticsGb, basicGb, dollars }: typeof whole) => {
    const saved = whole.dollars - dollars;
    const percent = Math.round((saved / whole.dollars) * 100);
    const cells = [analyticsGb.toFixed(0), basicGb.toFixed(0), dollars.toFixed(2)];
    return `| ${title} | ${cells.join(' | ')} | ${saved === 0 ? '' : `${saved.toFixed(2)}, ${percent} %`} |`;
  };
  const shares = types.map(({ type, share, readers }) => {
    const rules = readers.length === 0 ? '' : `, read by ${readers.map(id => `\`${id}\``).join(', ')}`;
    return `- \`${type}\`: ${(share * 100).toFixed(1)} % of these logs${rules}`;
  });
  return [
    '| A month | GB, plan Analytics | GB, plan Basic | US dollars | saved |',
    '| --- | ---: | ---: | ---: | ---: |',
    line('Every column, one table', whole),
    line('`typeColumns: false`', less.withoutTypeColumns),
    line('`bulkTypes`: those that no alert rule reads', less.withUnreadTypes),
    line('`bulkTypes`: all, with the rules disabled that read them', less.withBulkTypes),
    line('All `bulkTypes`, and `typeColumns: false`', less.withBoth),
    '',
    ...shares,
  ].join('\n');
}
