import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Template } from '../../azure/arm.ts';
import { schemaPage } from '../../azure/schema-page.ts';
import { dataCollectorColumn } from '../../azure/table.ts';
import { generatedFiles } from '../../azure/write-template.ts';
import { COLUMNS } from '../../lambda/core/record/columns.ts';
import { deploy } from './arm-deploy.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const files = generatedFiles();
const template: Template = JSON.parse(files['azure/template.json'] ?? '');
const { resources } = deploy(template, {
  parameters: { workspaceName: 'logs' },
  state: {
    'Microsoft.OperationalInsights/workspaces': { customerId: 'x' },
    'Microsoft.Insights/dataCollectionRules': { immutableId: 'x', endpoints: { logsIngestion: 'x' } },
    'Microsoft.ManagedIdentity/userAssignedIdentities': { principalId: 'x', clientId: 'x' },
  },
});
const of = (type: string) => resources.filter(one => one.type.endsWith(`/${type}`));

test.each(Object.keys(files))('%s is as "npm run generate" writes it now', path => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(files[path]);
});

test('the page of the schema tells of every column by both of its names, in as many cells', () => {
  const lines = schemaPage()
    .split('\n')
    .filter(line => line.startsWith('| `'));
  expect(lines).toHaveLength(COLUMNS.length);
  COLUMNS.forEach((column, i) => {
    const cells = lines[i]!.split(' | ');
    expect(cells).toHaveLength(5);
    expect(cells[0]).toBe(`| \`${column.name}\``);
    expect(cells[2]).toBe(`\`${dataCollectorColumn(column)}\``);
  });
});

describe('the template with all of its content', () => {
  test('keeps within the limits of a deployment', () => {
    // https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits
    expect(Buffer.byteLength(files['azure/template.json'] ?? '')).toBeLessThan(4_000_000);
    expect(Object.keys(template.parameters).length).toBeLessThanOrEqual(256);
    expect(Object.keys(template.variables).length).toBeLessThanOrEqual(256);
    expect(Object.keys(template.outputs).length).toBeLessThanOrEqual(64);
    expect(resources.length).toBeLessThanOrEqual(800);
  });

  test('gives every saved search and alert rule a name that it may have', () => {
    const searches = of('savedSearches');
    expect(searches.length).toBeGreaterThan(0);
    for (const { name, properties } of searches) {
      expect(name).toMatch(/^logs\/[a-z0-9-]{1,80}$/);
      expect(properties['displayName']).not.toBe('');
    }
    const rules = of('scheduledQueryRules');
    for (const { name } of rules) expect(name).toMatch(/^auth0-[a-z0-9-]{1,80}$/);
    const titles = rules.map(({ properties }) => properties['displayName']);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('has the alert rules that were asked for, each with what Azure takes', () => {
    const rules = of('scheduledQueryRules');
    expect(rules.length).toBeGreaterThanOrEqual(25);
    for (const { tags, properties } of rules) {
      const { severity, evaluationFrequency, windowSize, criteria } = properties;
      expect([0, 1, 2, 3, 4]).toContain(severity);
      // https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule
      expect(evaluationFrequency).toMatch(/^(PT(5|10|15|30|45)M|PT[1-6]H|P1D)$/);
      expect(windowSize).toMatch(/^(PT(5|10|15|30|45)M|PT[1-6]H|P[12]D|PT(24|48)H)$/);
      const [{ operator, threshold, query }] = (criteria as { allOf: [Record<string, unknown>] }).allOf;
      expect(['GreaterThan', 'GreaterThanOrEqual', 'LessThan', 'LessThanOrEqual', 'Equals']).toContain(
        operator,
      );
      expect(threshold).toEqual(expect.any(Number));
      expect(query).not.toBe('');
      for (const tag of Object.values(tags as Record<string, string>)) expect(tag.length).toBeLessThan(256);
    }
  });

  test('has a workbook that Azure can read', () => {
    const [workbook] = of('workbooks');
    const { version, items, fallbackResourceIds } = JSON.parse(
      String(workbook?.properties['serializedData']),
    );
    expect(version).toBe('Notebook/1.0');
    expect(items.length).toBeGreaterThan(0);
    expect(fallbackResourceIds).toEqual([workbook?.properties['sourceId']]);
  });
});
