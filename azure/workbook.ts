/**
 * The Azure Monitor workbook: the saved queries as tiles, with a time range and a tenant to choose.
 * https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-overview
 */
import { SAVED_QUERIES } from './queries.ts';

export interface Tile {
  /** The saved query of the tile. */
  readonly query: string;
  readonly show: 'tiles' | 'timechart' | 'categoricalbar' | 'table';
  /** Percent of the page width. */
  readonly width: 33 | 50 | 67 | 100;
  /** Columns of a table that are drawn as bars. */
  readonly bars?: readonly string[];
  /** Columns of a bar chart: the category axis and the values. */
  readonly x?: string;
  readonly y?: readonly string[];
}

export interface Section {
  readonly title: string;
  readonly text: string;
  readonly tiles: readonly Tile[];
}

/** The page, top to bottom. */
export const SECTIONS: readonly Section[] = [
  {
    title: 'Sign-in',
    text: 'Who signs in, who fails, and from where.',
    tiles: [
      { query: 'at-a-glance', show: 'tiles', width: 100 },
      { query: 'logins-over-time', show: 'timechart', width: 67 },
      {
        query: 'logins-by-country',
        show: 'categoricalbar',
        width: 33,
        x: 'Country',
        y: ['Successes', 'Failures'],
      },
      { query: 'failed-logins-by-address', show: 'table', width: 50, bars: ['Failures'] },
      { query: 'failed-logins-by-user', show: 'table', width: 50, bars: ['Failures'] },
      { query: 'failed-logins-by-reason', show: 'table', width: 50, bars: ['Failures'] },
      { query: 'blocked-accounts-and-addresses', show: 'table', width: 50 },
    ],
  },
  {
    title: 'Multi-factor authentication',
    text: 'Second factors that succeed, fail or are rejected, and new enrollments.',
    tiles: [
      { query: 'mfa-over-time', show: 'timechart', width: 50 },
      { query: 'mfa-failures-by-user', show: 'table', width: 50, bars: ['Failed', 'Rejected'] },
      { query: 'mfa-new-enrolments', show: 'table', width: 100 },
    ],
  },
  {
    title: 'Changes in the tenant',
    text: 'Who changed which setting.',
    tiles: [
      { query: 'changes-by-actor', show: 'table', width: 50, bars: ['Changes'] },
      { query: 'rights-given', show: 'table', width: 50 },
      { query: 'tenant-changes', show: 'table', width: 100 },
    ],
  },
  {
    title: 'Tokens and rate limits',
    text: 'Tokens that applications get, and requests that Auth0 refuses.',
    tiles: [
      { query: 'token-exchanges-over-time', show: 'timechart', width: 50 },
      { query: 'machine-tokens-by-application', show: 'table', width: 50, bars: ['Tokens', 'Refused'] },
      { query: 'failed-token-exchanges', show: 'table', width: 50, bars: ['Failures'] },
      { query: 'rate-limits-hit', show: 'table', width: 50, bars: ['Refused'] },
    ],
  },
  {
    title: 'The pipeline',
    text: 'Whether logs arrive, and how long they take.',
    tiles: [
      { query: 'logs-over-time', show: 'timechart', width: 50 },
      { query: 'pipeline-lag', show: 'timechart', width: 50 },
      { query: 'logs-by-type', show: 'table', width: 67, bars: ['Logs'] },
      { query: 'cut-and-raw-logs', show: 'table', width: 33 },
    ],
  },
];

const RESOURCE = 'microsoft.operationalinsights/workspaces';

/**
 * The workbook as `serializedData` takes it. `workspaceId` is the resource that it queries when it is opened outside
 * of a workspace.
 */
export function workbook(workspaceId?: string): object {
  return {
    version: 'Notebook/1.0',
    items: [
      markdown('title', '# Auth0\nWhat happens in the Auth0 tenants whose logs are in this workspace.'),
      parameters(),
      ...SECTIONS.flatMap(({ title, text, tiles }) => [
        markdown(title, `## ${title}\n${text}`),
        ...tiles.map(tileItem),
      ]),
    ],
    ...(workspaceId === undefined ? {} : { fallbackResourceIds: [workspaceId] }),
    $schema: 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json',
  };
}

function markdown(name: string, json: string): object {
  return { type: 1, content: { json }, name: `text ${name}` };
}

const DAYS_MS = [1, 2, 7, 14, 30, 90].map(days => days * 86_400_000);
const RANGES_MS = [3_600_000, 4 * 3_600_000, 12 * 3_600_000, ...DAYS_MS];

/** Selects all tenants; no domain has this form. */
const ALL_TENANTS = '*';

function parameters(): object {
  const timeRange = {
    id: 'c9a0d9f4-6a0e-4a35-8d6c-0a5f4b0f5a01',
    version: 'KqlParameterItem/1.0',
    name: 'TimeRange',
    label: 'Time range',
    type: 4,
    isRequired: true,
    value: { durationMs: 86_400_000 },
    typeSettings: { selectableValues: RANGES_MS.map(durationMs => ({ durationMs })), allowCustom: true },
  };
  const tenant = {
    id: 'c9a0d9f4-6a0e-4a35-8d6c-0a5f4b0f5a02',
    version: 'KqlParameterItem/1.0',
    name: 'Tenant',
    label: 'Tenant',
    type: 2,
    isRequired: true,
    query: `Auth0Logs()
| where isnotempty(Auth0Domain)
| summarize by value = Auth0Domain
| extend label = value, selected = false
| union (print value = '${ALL_TENANTS}', label = 'All tenants', selected = true)
| order by selected desc, label asc`,
    value: ALL_TENANTS,
    typeSettings: { additionalResourceOptions: [], showDefault: false },
    timeContextFromParameter: 'TimeRange',
    queryType: 0,
    resourceType: RESOURCE,
  };
  const content = { version: 'KqlParameterItem/1.0', parameters: [timeRange, tenant], style: 'pills' };
  return { type: 9, content: { ...content, queryType: 0, resourceType: RESOURCE }, name: 'parameters' };
}

function tileItem(tile: Tile): object {
  const saved = savedQuery(tile.query);
  const content = {
    version: 'KqlItem/1.0',
    query: withParameters(saved.kql),
    size: tile.show === 'tiles' ? 4 : 0,
    title: saved.displayName,
    noDataMessage: 'None in this time.',
    timeContextFromParameter: 'TimeRange',
    queryType: 0,
    resourceType: RESOURCE,
    visualization: tile.show,
    ...settings(tile),
  };
  return { type: 3, content, customWidth: String(tile.width), name: tile.query };
}

/** The saved query of a tile. Throws Error when there is none. */
export function savedQuery(name: string) {
  const found = SAVED_QUERIES.find(one => one.name === name);
  if (!found) throw new Error(`there is no saved query "${name}"`);
  return found;
}

/** The query filtered by the selected tenant, with steps that fit the selected time range. */
function withParameters(kql: string): string {
  return kql
    .replace(/\b(Auth0\w+)\(\)/g, `$1()\n| where '{Tenant}' in ('${ALL_TENANTS}', Auth0Domain)`)
    .replaceAll('bin(EventTime, 1h)', 'bin(EventTime, {TimeRange:grain})');
}

function settings({ show, bars = [], x, y }: Tile): object {
  if (show === 'tiles') {
    const titleContent = { columnMatch: 'Name', formatter: 1 };
    const leftContent = { columnMatch: 'Count', formatter: 12, formatOptions: { palette: 'auto' } };
    return { tileSettings: { titleContent, leftContent, showBorder: true } };
  }
  if (show === 'categoricalbar') return { chartSettings: { xAxis: x, yAxis: y } };
  if (show === 'timechart') return { chartSettings: { xAxis: 'EventTime', showLegend: true } };
  const formatters = bars.map(columnMatch => ({
    columnMatch,
    formatter: 3,
    formatOptions: { palette: 'blue' },
  }));
  return { gridSettings: { formatters, rowLimit: 500, filter: true } };
}
