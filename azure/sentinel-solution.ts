/**
 * The content as a solution: the folder that Microsoft's packaging takes.
 * https://github.com/Azure/Azure-Sentinel/tree/master/Tools/Create-Azure-Sentinel-Solution/V3
 */
import { type Json, TEMPLATE_SCHEMA } from './arm.ts';
import type { SavedQuery } from './queries.ts';
import { stableGuid } from './sentinel-guid.ts';
import type { ParserFile, SentinelContent } from './sentinel-parts.ts';
import type { SentinelRule } from './sentinel-rules.ts';
import { WATCHLISTS, type Watchlist } from './sentinel-watchlists.ts';

const VERSION = '1.0.0';
/** Of a package: the packaging tool makes versions 3. */
const PACKAGE_VERSION = '3.0.0';
/** Raised with a change of content, as the date of the solution's metadata. */
const PUBLISHED = '2026-11-29';
const NAME = 'Auth0 logs to Azure';

/** The files in `solution/`. */
export function solutionFiles(
  { parsers, workbook }: SentinelContent,
  rules: readonly SentinelRule[],
  hunting: readonly SavedQuery[],
): Record<string, Json> {
  const at = <T>(some: readonly T[], path: (one: T) => string, text: (one: T) => Json) =>
    Object.fromEntries(some.map(one => [path(one), text(one)]));
  const parts = {
    'Analytic Rules': at(rules, ({ id }) => `Analytic Rules/${id}.yaml`, ruleYaml),
    'Hunting Queries': at(hunting, ({ name }) => `Hunting Queries/${name}.yaml`, huntingYaml),
    Parsers: at(parsers, ({ alias }) => `Parsers/${alias}.yaml`, parserYaml),
    Workbooks: { 'Workbooks/Auth0.json': workbook as Json },
    Watchlists: at(WATCHLISTS, ({ alias }) => `Watchlists/${alias}.json`, watchlistJson),
  };
  const files: Record<string, Json> = {
    ...Object.assign({}, ...Object.values(parts)),
    'Data/Solution_Auth0LogsToAzure.json': {
      Name: NAME,
      Author: NAME,
      Logo: '',
      Description: `Rules, hunting queries, parsers, a workbook and watchlists for the logs of Auth0 tenants, as ${NAME} ships them.`,
      ...Object.fromEntries(Object.entries(parts).map(([kind, some]) => [kind, Object.keys(some)])),
      Metadata: 'SolutionMetadata.json',
      BasePath: '',
      Version: PACKAGE_VERSION,
      TemplateSpec: true,
      Is1PConnector: false,
    },
    'SolutionMetadata.json': {
      publisherId: 'auth0-logs-to-azure',
      offerId: 'auth0-logs-to-azure',
      firstPublishDate: PUBLISHED,
      lastPublishDate: PUBLISHED,
      providers: ['Auth0'],
      categories: { domains: ['Identity', 'Security - Threat Protection'], verticals: [] },
      support: { name: NAME, email: '', tier: 'Community', link: '' },
    },
    'ReleaseNotes.md': `| **Version** | **Date Modified (DD-MM-YYYY)** | **Change History** |
| --- | --- | --- |
| ${PACKAGE_VERSION} | ${PUBLISHED.split('-').reverse().join('-')} | Initial release |
`,
  };
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`solution/${path}`, text]));
}

/** `PT15M` → `15m`, `P3D` → `3d`: the form of such files. */
const short = (duration: string) => duration.replace(/^PT?/, '').toLowerCase();

/** https://github.com/Azure/Azure-Sentinel/wiki/Query-Style-Guide */
function ruleYaml({ guid, properties }: SentinelRule): Json {
  const { displayName, description, severity, query, tactics, techniques, queryFrequency, queryPeriod } =
    properties;
  const {
    entityMappings,
    customDetails,
    alertDetailsOverride,
    eventGroupingSettings,
    incidentConfiguration,
  } = properties;
  return {
    id: guid,
    name: displayName,
    description,
    severity,
    status: 'Available',
    requiredDataConnectors: [],
    queryFrequency: short(queryFrequency),
    queryPeriod: short(queryPeriod),
    triggerOperator: 'gt',
    triggerThreshold: properties.triggerThreshold,
    tactics,
    relevantTechniques: techniques,
    query,
    ...(entityMappings ? { entityMappings: entityMappings as unknown as Json } : {}),
    ...(customDetails ? { customDetails } : {}),
    ...(alertDetailsOverride ? { alertDetailsOverride } : {}),
    eventGroupingSettings,
    incidentConfiguration: incidentConfiguration as unknown as Json,
    version: VERSION,
    kind: 'Scheduled',
  };
}

const huntingYaml = ({ name, displayName, description, tactics, techniques, kql }: SavedQuery): Json => ({
  id: stableGuid(`hunting ${name}`),
  name: `Auth0: ${displayName}`,
  description,
  requiredDataConnectors: [],
  tactics,
  relevantTechniques: techniques.map(one => one.split('.')[0]!),
  query: kql,
  version: VERSION,
});

const parserYaml = ({ alias, displayName, category, parameters, description, kql }: ParserFile): Json => ({
  id: stableGuid(`parser ${alias}`),
  Function: { Title: displayName, Version: VERSION, LastUpdated: PUBLISHED },
  Category: category,
  FunctionName: alias,
  FunctionAlias: alias,
  ...(parameters === '' ? {} : { FunctionParams: parameters }),
  FunctionQuery: `// ${description}\n${kql}`,
});

/** With one item as an example: https://learn.microsoft.com/azure/sentinel/watchlists-create */
const watchlistJson = ({ alias, displayName, description, key, columns, example }: Watchlist): Json => ({
  $schema: TEMPLATE_SCHEMA,
  contentVersion: '1.0.0.0',
  parameters: { workspace: { type: 'string' } },
  resources: [
    {
      type: 'Microsoft.OperationalInsights/workspaces/providers/Watchlists',
      apiVersion: '2022-08-01',
      name: `[concat(parameters('workspace'), '/Microsoft.SecurityInsights/${alias}')]`,
      properties: {
        displayName,
        description,
        provider: 'auth0-logs-to-azure',
        source: `${alias}.csv`,
        itemsSearchKey: key,
        contentType: 'Text/Csv',
        numberOfLinesToSkip: 0,
        rawContent: `${[key, ...columns].join(',')}\n${[example, 'An example: replace it'].join(',')}\n`,
      },
    },
  ],
});
