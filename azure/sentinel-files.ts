/**
 * The Sentinel content as files, one for each rule, query and parser: ARM templates for Sentinel's Repositories, and a
 * solution for the packaging of the Content hub.
 * https://learn.microsoft.com/azure/sentinel/ci-cd-custom-content
 * https://github.com/Azure/Azure-Sentinel/blob/master/Tools/Create-Azure-Sentinel-Solution/V3/README.md
 */
import { type Json, literal, TEMPLATE_SCHEMA } from './arm.ts';
import { huntingQueries, type SavedQuery } from './queries.ts';
import { HUNTING_CATEGORY, huntingTags } from './sentinel-content.ts';
import type { ParserFile, SentinelContent } from './sentinel-parts.ts';
import { type SentinelRule, sentinelRule } from './sentinel-rules.ts';
import { solutionFiles } from './sentinel-solution.ts';

/** By path in azure/sentinel/. An object is written as YAML where the path ends so, otherwise as JSON. */
export type Files = Readonly<Record<string, Json>>;

const SAVED_SEARCH = {
  type: 'Microsoft.OperationalInsights/workspaces/savedSearches',
  apiVersion: '2020-08-01',
};

/** Every file. */
export function sentinelFiles(content: SentinelContent): Files {
  const rules = content.detections.map(sentinelRule);
  const hunting = huntingQueries(content.queries);
  const files = { ...repositoryFiles(content, rules, hunting), ...solutionFiles(content, rules, hunting) };
  return ascii(files) as Files;
}

/** Microsoft's checks refuse other characters: https://github.com/Azure/Azure-Sentinel/tree/master/.github/workflows */
function ascii(value: Json): Json {
  if (typeof value === 'string')
    return value.replaceAll('’', "'").replaceAll(/[“”]/g, '"').replaceAll('…', '...');
  if (Array.isArray(value)) return value.map(ascii);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, ascii(one)]));
}

function repositoryFiles(
  { parsers, workbook }: SentinelContent,
  rules: readonly SentinelRule[],
  hunting: readonly SavedQuery[],
): Record<string, Json> {
  const parserPath = ({ alias }: ParserFile) => `Parsers/${alias}.json`;
  const named = (folder: string, name: string) => `repository/${folder}/${name}.json`;
  return {
    // Functions first: Sentinel runs the query of a rule before it takes the rule.
    'repository/sentinel-deployment.config': { prioritizedcontentfiles: parsers.map(parserPath) },
    ...Object.fromEntries(rules.map(rule => [named('AnalyticsRules', rule.id), armOf(ruleResource(rule))])),
    ...Object.fromEntries(
      hunting.map(query => [named('HuntingQueries', query.name), armOf(huntingResource(query))]),
    ),
    ...Object.fromEntries(
      parsers.map(parser => [`repository/${parserPath(parser)}`, armOf(parserResource(parser))]),
    ),
    'repository/Workbooks/Auth0.json': armOf(workbookResource(workbook)),
  };
}

/** Sentinel's Repositories hand in the one parameter `workspace`. */
const armOf = (resource: Json): Json => ({
  $schema: TEMPLATE_SCHEMA,
  contentVersion: '1.0.0.0',
  parameters: { workspace: { type: 'string' } },
  resources: [resource],
});

/** The older spelling of an extension of a workspace, as Sentinel's own export has it. */
const ruleResource = ({ guid, properties }: SentinelRule): Json => ({
  type: 'Microsoft.OperationalInsights/workspaces/providers/alertRules',
  apiVersion: '2025-03-01',
  name: `[concat(parameters('workspace'), '/Microsoft.SecurityInsights/${guid}')]`,
  kind: 'Scheduled',
  properties: literal({ ...properties, enabled: true } as unknown as Json),
});

const huntingResource = ({ name, displayName, description, tactics, techniques, kql }: SavedQuery): Json => ({
  ...SAVED_SEARCH,
  name: `[concat(parameters('workspace'), '/auth0-hunting-${name}')]`,
  properties: literal({
    etag: '*',
    displayName: `Auth0: ${displayName}`,
    category: HUNTING_CATEGORY,
    query: kql,
    version: 2,
    tags: huntingTags(description, tactics, techniques),
  }),
});

const parserResource = ({
  alias,
  displayName,
  category,
  description,
  parameters,
  kql,
}: ParserFile): Json => ({
  ...SAVED_SEARCH,
  name: `[concat(parameters('workspace'), '/${alias.toLowerCase().replaceAll('_', '-')}')]`,
  properties: literal({
    etag: '*',
    displayName,
    category,
    functionAlias: alias,
    ...(parameters === '' ? {} : { functionParameters: parameters }),
    query: `// ${description}\n${kql}`,
    version: 2,
  }),
});

const workbookResource = (workbook: object): Json => ({
  type: 'Microsoft.Insights/workbooks',
  apiVersion: '2022-04-01',
  // As the template names it, so that there is one.
  name: "[guid(resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace')), 'auth0-logs')]",
  location: '[resourceGroup().location]',
  kind: 'shared',
  properties: {
    displayName: 'Auth0',
    category: 'sentinel',
    sourceId: "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace'))]",
    version: 'Notebook/1.0',
    serializedData: JSON.stringify(workbook),
  },
});
