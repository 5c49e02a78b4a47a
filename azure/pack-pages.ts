/** docs/queries.md and docs/detections.md, generated from the pack itself. */
import { DETECTIONS, type Detection, type Severity } from './detections.ts';
import { ADDED_COLUMNS } from './function-auth0-logs.ts';
import { FUNCTIONS, SAVED_QUERIES } from './queries.ts';
import { DATA_COLLECTOR_TABLE, TABLE } from './table.ts';
import { YARDSTICK } from './yardstick.ts';

const GENERATED = '<!-- Generated from azure/ by "npm run generate"; do not edit. -->';

const SEVERITIES: Readonly<Record<Severity, string>> = {
  0: 'Critical',
  1: 'Error',
  2: 'Warning',
  3: 'Informational',
  4: 'Verbose',
};

const code = (kql: string) => `\`\`\`kusto\n${kql}\n\`\`\``;
const cell = (text: string) => text.replaceAll('|', '\\|');

/** Collapsed, because a page of queries is long. */
const folded = (kql: string) => `<details><summary>KQL</summary>\n\n${code(kql)}\n\n</details>`;

/** The anchor that Markdown gives a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

export function queriesPage(): string {
  const categories = Object.entries(Object.groupBy(SAVED_QUERIES, one => one.category));
  return `# Queries and workbook

${GENERATED}

The [template](azure.md) adds all of this to the workspace. The queries are in **Logs → Queries**, under their category; the
workbook is in **Workbooks**, named _Auth0_.

## Functions

Every saved query is based on one of these functions. Base your own queries on them too.

| Function | Returns |
| --- | --- |
${FUNCTIONS.map(({ alias, description }) => `| \`${alias}()\` | ${cell(description)} |`).join('\n')}

\`Auth0Logs()\` has the columns of [the table](schema.md), and these:

| Column | Type | Meaning |
| --- | --- | --- |
${ADDED_COLUMNS.map(([name, type, meaning]) => `| \`${name}\` | ${type} | ${cell(meaning)} |`).join('\n')}

- It reads the tables that exist: \`${TABLE}\` (this pipeline with the Logs Ingestion API, or Microsoft Sentinel’s newer
  connector), \`${DATA_COLLECTOR_TABLE}\` (this pipeline with the Data Collector API, or Auth0’s former extension) and \`Auth0AM_CL\` (Sentinel’s
  older connector). From the last two it returns only what they kept, such as parts of \`Details\`.
- It returns each \`LogId\` once, from all tables. A pipeline delivers at least once, so the tables can hold duplicates.
- **Set the time range in the portal**, or filter on \`TimeGenerated\`. For logs over two days old this is the time of receipt;
  \`EventTime\` is always the time of the event.
- If \`azure.logType\` of the configuration is not \`Auth0\`, replace \`${DATA_COLLECTOR_TABLE}\` in the text of the function.

## Workbook

![The workbook](images/workbook.png)

_A preview drawn by the project, not by Azure. The numbers are results of the workbook’s queries over one day of the simulated tenant,
with the trials of the [detections](detections.md) in its last hours. \`npm run generate -- workbook FILE\` writes it._

Every tile except the list of tenants is one of the queries below, filtered by the selected tenant and time range.

## Saved queries

${categories.map(([category, some = []]) => `### ${category}\n\n${some.map(query).join('\n\n')}`).join('\n\n')}
`;
}

function query({ displayName, description, kql }: (typeof SAVED_QUERIES)[number]): string {
  return `#### ${displayName}\n\n${description}\n\n${folded(kql)}`;
}

export function detectionsPage(): string {
  const sorted = DETECTIONS.toSorted((a, b) => a.severity - b.severity || a.title.localeCompare(b.title));
  return `# Detections

${GENERATED}

${DETECTIONS.length} alert rules for attacks on Auth0 tenants, for risky settings and for the pipeline itself. The [template](azure.md)
creates an Azure Monitor log search alert rule for each. All of them use one action group, with e-mail and webhooks. They are based on
the functions \`Auth0Logs()\`, \`Auth0SignIns()\` and \`Auth0ApiCalls()\` ([queries](queries.md)), so they work with either API.

| Severity | Detection | Id |
| --- | --- | --- |
${sorted.map(row).join('\n')}

## Before you rely on them

- **Tune the numbers.** They are the \`let\` statements at the top of a query. Run the query over the last two days, and change the numbers
  to what is usual in your tenant.
- **Confirm changes of settings.** _Every occurrence_ includes your own changes. The actor is the person or application in the
  result. A call that repeats what a setting is already does not fire, as when the Deploy CLI deploys all settings again. The last call
  of the two days before shows what it is: without one, the first such call fires.
- **Late logs.** A rule evaluates the logs that arrived since its last run, and counts them by \`EventTime\`, the time of the event. So
  logs that arrive at once, as at a first start with \`startFrom: "oldest"\`, a replay or a backfill, are not one burst. Alerts still
  fire for real attacks and changes in these logs. A stored log that arrives again is evaluated again only after two days.
- **A rule reads two days**, the maximum in Azure. Logs over two days old have the time of receipt as \`TimeGenerated\`, so the rules see
  them on arrival. Rules can miss logs that arrive shortly before they are two days old: run the detections manually over that time.
- **Counts within one hour** use overlapping hours that start every 15 minutes, or every five. Events spread over a whole hour can be divided
  between two of them.
- **_Machine token from a new address_** needs the logs of the day before. It does not fire if all logs arrive one day late.
- **One alert per user, address or application** stays active while more logs arrive, and the next user, address or application has its
  own alert. A change of settings causes one alert per run that finds it. A log that arrives in the two minutes before a run can be
  in two alerts.
- **Azure charges for each rule**, more for those that run every five minutes:
  [cost](cost.md#alert-rules-in-azure). The template’s parameter \`disabledAlerts\` takes the ids of rules to switch off.
- **Not in a tenant’s logs:** the sign-ins and changes of administrators of an Auth0 Team.
- _Impossible travel_ uses the location from Auth0’s \`location_info\`, or else from Azure’s \`geo_info_from_ip_address\`. Both are often
  wrong for mobile networks and VPNs.

## How they are tested

\`npm test\` checks every query against the tables’ columns with Microsoft’s
[Kusto language service](https://www.npmjs.com/package/@kusto/language-service-next), and then runs it. The pipeline’s own code shapes the logs,
and the simulator stores them in the tables of either API as Azure does. Each detection must fire on its trial and must not fire on near misses: one less than
the number, a refused call instead of a successful one, the reverse order. Each trial names the vendor’s page that documents it. Harmless logs must
not fire anything, over a month, at a first start, in a replay of one day or in a backfill. An attack that arrives 17 hours, one day, three days
or one month late must be found.

The queries run on DuckDB, as SQL that [duckdb-kql](https://github.com/mmaitre314/duckdb-kql) translated from KQL (\`npm run generate -- sql\`). Its authors check it against Microsoft’s
Kusto emulator. This is **not Azure**. Four functions are replaced: \`column_ifexists\` is resolved before the translation,
\`ingestion_time()\` is a column, \`geo_distance_2points\` is the great circle on a sphere, and \`geo_info_from_ip_address\` knows no address.

To see a detection fire in Azure without any data or table, print a query that contains the trial’s logs:

\`\`\`sh
# in a clone of the repository
npm run --silent azure:trial -- credential-stuffing
\`\`\`

Paste it into **Logs** of any workspace. Rows in the result mean that the alert fires.

## Auth0’s own detections

All ${Object.keys(YARDSTICK).length} of [Auth0’s catalog](https://github.com/auth0/auth0-customer-detections) are covered. \`npm test\` runs the first detection of
each row over logs that Auth0’s query selects.

| Auth0’s | Here |
| --- | --- |
${Object.entries(YARDSTICK)
  .map(([file, ids]) => `| \`${file}\` | ${ids.map(id => `\`${id}\``).join(', ')} |`)
  .join('\n')}

${sorted.map(section).join('\n\n')}
`;
}

function row({ id, severity, title }: Detection): string {
  return `| ${severity} ${SEVERITIES[severity]} | [${title}](#${anchor(title)}) | \`${id}\` |`;
}

const link = (technique: string) =>
  `[${technique}](https://attack.mitre.org/techniques/${technique.replace('.', '/')}/)`;

function section(detection: Detection): string {
  const { id, title, description, severity, when, tactics, techniques, frequency, range, tryIt } = detection;
  const [what, ...advice] = description.split(/ (?=False positives: |What to do: )/);
  return `## ${title}

${what}

${advice.map(line => `- **${line.replace(': ', ':** ')}\n`).join('')}- **Severity:** ${severity}, ${SEVERITIES[severity].toLowerCase()}
- **Fires on:** ${when}
- **Runs** every ${spoken(frequency)} over the last ${spoken(range)}
- **Alerts:** ${alertPer(detection)}
- **MITRE ATT&CK:** ${tactics.map(words).join(', ')}; ${techniques.map(link).join(', ')}
- **Try it:** ${tryIt}
- **Query:** [${id}.kql](../azure/detections/${id}.kql)`;
}

function alertPer({ alertPer: per }: Detection): string {
  if (per === 'look') return 'one per run that finds something';
  if (per === 'rule') return 'one for the rule, until a run finds nothing';
  return `one for each ${per.map(column => `\`${column}\``).join(' and ')}, until a run no longer finds it`;
}

/** "DefenseEvasion" → "Defense Evasion". */
const words = (tactic: string) => tactic.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');

/** "PT15M" → "15 minutes", "P2D" → "2 days". */
function spoken(duration: string): string {
  const [, count = '', unit = ''] = /^PT?(\d+)([DHM])$/.exec(duration) ?? [];
  const name = { D: 'day', H: 'hour', M: 'minute' }[unit] ?? '';
  return count === '1' ? name : `${count} ${name}s`;
}
