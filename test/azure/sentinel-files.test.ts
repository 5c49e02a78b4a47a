/**
 * The files of azure/sentinel/, by our own statement of the checks that Microsoft runs over such files:
 * https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation
 * https://github.com/Azure/Azure-Sentinel/tree/master/.github/workflows
 */

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Template } from '../../azure/arm.ts';
import { DETECTIONS } from '../../azure/detections.ts';
import { huntingQueries, SAVED_QUERIES } from '../../azure/queries.ts';
import { WATCHLISTS } from '../../azure/sentinel-watchlists.ts';
import { columnsOf } from '../../scripts/azure-trials/sentinel-runs.ts';
import { committedPaths, committedText, sentinelTexts } from '../../scripts/sentinel-files.ts';
import { refuseRuleSettings } from '../../simulator/azure/sentinel-refusals.ts';
import type { SentinelRuleSettings } from '../../simulator/azure/sentinel-settings.ts';
import { TACTICS, tacticsOf } from '../../simulator/azure/sentinel-tactics.ts';
import { deploy } from './arm-deploy.ts';
import { deployedWith, ofType } from './sentinel-deployment.ts';
import { SENTINEL_RULES } from './sentinel-rules.ts';

const texts = sentinelTexts();
const paths = Object.keys(texts);
const inFolder = (folder: string) => paths.filter(path => path.startsWith(`${folder}/`));
const yamlOf = (path: string) => parse(texts[path]!);
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HUNTING = huntingQueries(SAVED_QUERIES);

test('are as "npm run generate -- sentinel" writes them now, and no others', () => {
  expect(committedPaths()).toEqual(paths.toSorted());
  expect(paths.filter(path => committedText(path) !== texts[path])).toEqual([]);
  console.log(
    `${inFolder('solution/Analytic Rules').length} rules, ${HUNTING.length} hunting queries, ${WATCHLISTS.length} watchlists, ${paths.length} files`,
  );
});

test('there is one for each rule, hunting query and watchlist', () => {
  expect(inFolder('solution/Analytic Rules')).toHaveLength(DETECTIONS.length);
  expect(inFolder('repository/AnalyticsRules')).toHaveLength(DETECTIONS.length);
  expect(inFolder('solution/Hunting Queries')).toHaveLength(HUNTING.length);
  expect(inFolder('repository/HuntingQueries')).toHaveLength(HUNTING.length);
  expect(inFolder('solution/Watchlists')).toHaveLength(WATCHLISTS.length);
  expect(inFolder('solution/Parsers').length).toBe(inFolder('repository/Parsers').length);
});

test('have no character outside of ASCII', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII has them
  expect(paths.filter(path => /[^\x00-\x7f]/.test(texts[path]!))).toEqual([]);
});

test('have ids that are GUIDs, each once', () => {
  const ids = inFolder('solution')
    .filter(path => path.endsWith('.yaml'))
    .map(path => String(yamlOf(path).id));
  expect(ids.filter(id => !GUID.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

describe('a rule as YAML', () => {
  /** https://github.com/Azure/Azure-Sentinel/blob/master/.script/tests/detectionTemplateSchemaValidation/Models/ScheduledTemplateInternalModel.cs */
  const problems = (rule: ReturnType<typeof parse>): string[] => {
    const minutes = (text: string) => {
      const [, count, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
      return Number(count) * ({ m: 1, h: 60, d: 1440 }[unit ?? ''] ?? Number.NaN);
    };
    const [frequency, period] = [minutes(rule.queryFrequency), minutes(rule.queryPeriod)];
    const isTime = (value: number) => value >= 5 && value <= 14 * 1440;
    const mappings = rule.entityMappings ?? [];
    const rules: Readonly<Record<string, boolean>> = {
      kind: rule.kind === 'Scheduled',
      name: rule.name?.length >= 1 && rule.name.length <= 256,
      description: rule.description?.length >= 1 && rule.description.length <= 5000,
      severity: ['Informational', 'Low', 'Medium', 'High'].includes(rule.severity),
      requiredDataConnectors: Array.isArray(rule.requiredDataConnectors),
      queryFrequency: isTime(frequency),
      queryPeriod: isTime(period) && period >= frequency,
      'an hour or more between long periods': period < 2 * 1440 || frequency >= 60,
      triggerOperator: ['gt', 'lt', 'eq', 'ne'].includes(rule.triggerOperator),
      triggerThreshold: rule.triggerThreshold >= 0 && rule.triggerThreshold <= 10_000,
      tactics: rule.tactics?.length > 0 && rule.tactics.every((one: string) => TACTICS.includes(one)),
      relevantTechniques: rule.relevantTechniques.every((one: string) =>
        tacticsOf(one).some(tactic => rule.tactics.includes(tactic)),
      ),
      query: rule.query?.length >= 1 && rule.query.length <= 10_000,
      entityMappings: rule.entityMappings === undefined || (mappings.length >= 1 && mappings.length <= 5),
      fieldMappings: mappings.every(
        ({ fieldMappings }: { fieldMappings: unknown[] }) =>
          fieldMappings.length >= 1 && fieldMappings.length <= 3,
      ),
      customDetails: Object.entries(rule.customDetails ?? {}).every(
        ([key, value]) => /^[a-zA-Z]\w{0,19}$/.test(key) && /^[a-zA-Z_]\w*$/.test(String(value)),
      ),
      version: /^\d+\.\d+\.\d+$/.test(rule.version),
    };
    return Object.keys(rules).filter(name => !rules[name]);
  };
  const some = inFolder('solution/Analytic Rules');

  test('has what the checks require', () => {
    expect(some.flatMap(path => problems(yamlOf(path)).map(name => `${path}: ${name}`))).toEqual([]);
  });

  test('is refused by them with another value', () => {
    const rule = yamlOf(some[0]!);
    const wrong = {
      queryFrequency: '1m',
      queryPeriod: '30d',
      severity: 'Critical',
      triggerOperator: 'GreaterThan',
      version: '1',
      tactics: ['Theft'],
      kind: 'NRT',
      entityMappings: Array(6).fill({ fieldMappings: [{}] }),
    };
    for (const [key, value] of Object.entries(wrong))
      expect(problems({ ...rule, [key]: value })).toContain(key);
  });

  test('has the query and the id of the rule that the template deploys', () => {
    const deployed = ofType(deployedWith(), 'alertRules').map(one => one.name);
    expect(some.map(path => yamlOf(path).id).sort()).toEqual(deployed.toSorted());
    const plain = (text: string) => text.replaceAll('’', "'");
    const queries = SENTINEL_RULES.map(({ settings }) => plain(settings.query)).sort();
    expect(some.map(path => yamlOf(path).query).sort()).toEqual(queries);
  });
});

describe('a hunting query', () => {
  const some = inFolder('solution/Hunting Queries').map(path => [path, yamlOf(path)] as const);

  test.each(some)('%s has the keys, tactics and a query that runs', (_, hunting) => {
    const keys = [
      'id',
      'name',
      'description',
      'requiredDataConnectors',
      'tactics',
      'relevantTechniques',
      'query',
      'version',
    ];
    expect(Object.keys(hunting)).toEqual(keys);
    expect(hunting.description.length).toBeLessThanOrEqual(255);
    for (const technique of hunting.relevantTechniques) {
      expect(tacticsOf(technique)).toEqual(expect.arrayContaining([expect.toBeOneOf(hunting.tactics)]));
    }
    expect(columnsOf(hunting.query)).not.toEqual({});
  });

  test('is deployed after all other saved searches, with its tags', () => {
    const searches = ofType(deployedWith(), 'savedSearches');
    const hunting = searches.filter(one => one.properties['category'] === 'Hunting Queries');
    expect(hunting.map(one => one.name)).toEqual(HUNTING.map(one => `logs/auth0-hunting-${one.name}`));
    for (const { properties } of hunting) {
      const tags = properties['tags'] as readonly { readonly name: string; readonly value: string }[];
      expect(tags.map(one => one.name)).toEqual(['description', 'tactics', 'relevantTechniques']);
      expect(tags[2]!.value).toMatch(/^T\d{4}(,T\d{4})*$/);
    }
    expect(ofType(deployedWith({ deploySentinel: false }), 'savedSearches').length).toBeLessThan(
      searches.length - HUNTING.length + 1,
    );
  });
});

describe('an ARM template for Repositories', () => {
  const templates = inFolder('repository').filter(path => path.endsWith('.json'));
  const deployed = (path: string) => {
    const template: Template = JSON.parse(texts[path]!);
    expect(Object.keys(template.parameters)).toEqual(['workspace']);
    return deploy({ ...template, variables: {}, outputs: {} }, { parameters: { workspace: 'logs' } })
      .resources;
  };

  test('has the parameter "workspace" alone, and one resource of that workspace', () => {
    const types = templates.flatMap(path => deployed(path).map(one => one.type.replace(/^.*?\//, '')));
    expect(types).toHaveLength(templates.length);
    expect([...new Set(types)].sort()).toEqual([
      'workbooks',
      'workspaces/providers/alertRules',
      'workspaces/savedSearches',
    ]);
  });

  test('of a rule is one that Sentinel takes, and that the template deploys too', () => {
    const names = inFolder('repository/AnalyticsRules').map(path => {
      const [rule] = deployed(path);
      const settings = rule!.properties as unknown as SentinelRuleSettings;
      refuseRuleSettings(settings, columnsOf(settings.query));
      return rule!.name.replace('logs/Microsoft.SecurityInsights/', '');
    });
    expect(names.sort()).toEqual(
      ofType(deployedWith(), 'alertRules')
        .map(one => one.name)
        .sort(),
    );
  });

  test('of a saved search has the name that the template gives it, so that there is one of each', () => {
    const names = [...inFolder('repository/HuntingQueries'), ...inFolder('repository/Parsers')].map(
      path => deployed(path)[0]!.name,
    );
    const all = ofType(deployedWith(), 'savedSearches').map(one => one.name);
    expect(names.filter(name => !all.includes(name))).toEqual([]);
  });

  test('functions come before what calls them', () => {
    const { prioritizedcontentfiles } = JSON.parse(texts['repository/sentinel-deployment.config']!);
    const parsers = inFolder('repository/Parsers').map(path => path.replace('repository/', ''));
    expect(prioritizedcontentfiles.toSorted()).toEqual(parsers.toSorted());
    const place = (alias: string) => prioritizedcontentfiles.indexOf(`Parsers/${alias}.json`);
    expect(place('Auth0LogTypes')).toBeLessThan(place('Auth0Logs'));
    expect(place('Auth0Logs')).toBeLessThan(place('Auth0SignIns'));
  });
});

describe('the solution', () => {
  const solution = JSON.parse(texts['solution/Data/Solution_Auth0LogsToAzure.json']!);

  test('names each of its files once', () => {
    const kinds = ['Analytic Rules', 'Hunting Queries', 'Parsers', 'Workbooks', 'Watchlists'];
    const named = kinds.flatMap(kind => solution[kind] as string[]).map(path => `solution/${path}`);
    const more = [
      'solution/Data/Solution_Auth0LogsToAzure.json',
      'solution/SolutionMetadata.json',
      'solution/ReleaseNotes.md',
    ];
    expect([...named, ...more].sort()).toEqual(inFolder('solution').sort());
  });

  test('has the keys of Microsoft’s packaging', () => {
    for (const key of [
      'Name',
      'Author',
      'Logo',
      'Description',
      'BasePath',
      'Version',
      'Metadata',
      'TemplateSpec',
      'Is1PConnector',
    ]) {
      expect(solution).toHaveProperty(key);
    }
    const metadata = JSON.parse(texts['solution/SolutionMetadata.json']!);
    expect(Object.keys(metadata)).toEqual([
      'publisherId',
      'offerId',
      'firstPublishDate',
      'lastPublishDate',
      'providers',
      'categories',
      'support',
    ]);
    expect(Object.keys(metadata.support)).toEqual(['name', 'email', 'tier', 'link']);
  });

  test.each(inFolder('solution/Watchlists'))('%s has its search key as the first column', path => {
    const { itemsSearchKey, rawContent } = JSON.parse(texts[path]!).resources[0].properties;
    const [head, item] = rawContent.split('\n');
    expect(head.split(',')[0]).toBe(itemsSearchKey);
    expect(item.split(',')).toHaveLength(head.split(',').length);
  });
});
