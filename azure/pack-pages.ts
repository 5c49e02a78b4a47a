/** docs/queries.md and docs/detections.md, made of the pack itself. */
import { DETECTIONS, type Detection, type Severity } from './detections.ts';
import { ADDED_COLUMNS } from './function-auth0-logs.ts';
import { FUNCTIONS, SAVED_QUERIES } from './queries.ts';
import { DATA_COLLECTOR_TABLE, TABLE } from './table.ts';

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

/** Folded away, since a page of queries is long. */
const folded = (kql: string) => `<details><summary>KQL</summary>\n\n${code(kql)}\n\n</details>`;

/** What Markdown makes of a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

export function queriesPage(): string {
  const categories = Object.entries(Object.groupBy(SAVED_QUERIES, one => one.category));
  return `# Queries and workbook

${GENERATED}

The [template](azure.md) puts all of this into the workspace. Queries are in **Logs → Queries**, under their category; the
workbook is in **Workbooks**, with the name _Auth0_.

## Functions

Every query starts from one of these, and yours should too.

| Function | What it gives |
| --- | --- |
${FUNCTIONS.map(({ alias, description }) => `| \`${alias}()\` | ${cell(description)} |`).join('\n')}

\`Auth0Logs()\` has the columns of [the table](schema.md), and these:

| Column | Type | Meaning |
| --- | --- | --- |
${ADDED_COLUMNS.map(([name, type, meaning]) => `| \`${name}\` | ${type} | ${cell(meaning)} |`).join('\n')}

- It reads the tables that there are: \`${TABLE}\` (this pipeline by the Logs Ingestion API, or Microsoft Sentinel’s newer
  connector), \`${DATA_COLLECTOR_TABLE}\` (this pipeline by the Data Collector API, or Auth0’s former extension) and \`Auth0AM_CL\` (Sentinel’s
  older connector). Of the last two it can only read what they kept: parts of \`Details\`, for example.
- It counts a \`LogId\` once, whichever table it is in. A pipeline delivers at least once, so duplicates are to be expected.
- **Set the time range in the portal**, or in a filter on \`TimeGenerated\`; both are about when Azure says it happened, which is the
  time of receipt for logs over two days old. \`EventTime\` is when it did happen.
- Is \`azure.logType\` of the configuration not \`Auth0\`? Then replace \`${DATA_COLLECTOR_TABLE}\` in the function’s text.

## Workbook

![The workbook](images/workbook.png)

_The layout, drawn by the project’s own page instead of Azure’s. The numbers are the workbook’s queries, run over a day of
the simulated tenant with the trials of the [detections](detections.md) in its last hours. \`npm run generate -- workbook FILE\` makes the page._

Every tile but the list of tenants is one of the queries below, narrowed down to the chosen tenant and time.

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

${DETECTIONS.length} alert rules for attacks on Auth0 tenants, for their misconfiguration and for the pipeline itself. The [template](azure.md)
makes an Azure Monitor log search alert of each; all of them call one action group, by e-mail and webhook. They start from
the functions \`Auth0Logs()\`, \`Auth0SignIns()\` and \`Auth0ApiCalls()\` ([queries](queries.md)), so they work for either API.

| Severity | Detection | Fires at | MITRE ATT&CK |
| --- | --- | --- | --- |
${sorted.map(row).join('\n')}

## Before you rely on them

- **A rule judges what has arrived since its last look**, whenever it happened, and counts by \`EventTime\`, when it did happen. A first
  start with \`startFrom: "oldest"\`, a replay and a backfill are not one burst: they fire what did happen, an attack or a change of the
  tenant’s settings, and nothing else. A log that is stored already and comes again within two days is not judged again; after two
  days it is.
- **A rule reads two days, the most that Azure allows.** Logs over two days old have the time of receipt as \`TimeGenerated\`, so it sees them
  too. It does not see logs that arrive in the last hours before they are two days old: run the detections by hand then.
- **An hour begins at every quarter of an hour**, or at every five minutes: what is spread over a whole hour can fall between two.
- **_Machine token from a new address_ needs the day before in sight.** Over logs that come a day late alone it keeps quiet.
- **One alert for each** user, address or application stays open while more arrives, and a second one has its own. A change of the
  tenant’s settings is an alert at each look that finds one; one that arrives within two minutes of a look can be in two alerts.
- **Saving what is so already** is told from a change by the calls of the two days before. The first call in two days counts as a change.
- **The numbers are a start.** They stand as \`let\` at the top of a query. Change them to what is usual in your tenant: run the query
  over the last two days first.
- **_any_ means any.** Most changes of the tenant’s settings are your own. Such an alert asks you to recognise it.
- **Calls are told by method and path**, not by Auth0’s sentence about them, which is reworded now and then.
- **Azure charges for each rule**, more for those that look every five minutes:
  [cost](cost.md#alert-rules-in-azure). The template’s parameter \`disabledAlerts\` switches rules off.
- **Not in a tenant’s logs:** administrators of an Auth0 Team, who log in to Auth0’s dashboard, and what they do to the Team.
- _Impossible travel_ takes the place from Auth0’s \`location_info\`, or else from Azure’s \`geo_info_from_ip_address\`. Both are often
  wrong for mobile networks and VPNs.

## How they are checked

\`npm test\` parses every query and checks it against the tables’ columns with Microsoft’s
[Kusto language service](https://www.npmjs.com/package/@kusto/language-service-next), and then runs it: logs are shaped by the pipeline’s own code, stored in the tables
of either API as Azure stores them, read by \`Auth0Logs()\`, and each detection must fire on its trial and keep quiet at the near misses: one less than
the number, a refused call instead of one that worked, the right order reversed. Each trial names the page of the vendor that says
so. Over a month of harmless logs, a first start, a replay of a day and a backfill must fire nothing, and every attack must be found that
arrives 17 hours, a day, three days or a month late.

It runs on DuckDB, with SQL that [duckdb-kql](https://github.com/mmaitre314/duckdb-kql) has made of the KQL (\`npm run generate -- sql\`), a translator that its authors check against Microsoft’s
Kusto emulator. That is **not Azure**. Four things stand in for what it lacks: \`column_ifexists\` is decided before the translation,
\`ingestion_time()\` is a column, \`geo_distance_2points\` is the great circle on a sphere, and \`geo_info_from_ip_address\` knows no address.

To see one fire in Azure, without any data or table of yours:

\`\`\`sh
npm run --silent azure:trial -- credential-stuffing
\`\`\`

prints a query with the trial’s logs in it. Paste it into **Logs** of any workspace: rows in the result mean that the alert fires.

${sorted.map(section).join('\n\n')}
`;
}

function row({ severity, title, when, techniques }: Detection): string {
  const cells = [`${severity} ${SEVERITIES[severity]}`, `[${title}](#${anchor(title)})`, cell(when)];
  return `| ${[...cells, techniques.map(link).join(', ')].join(' | ')} |`;
}

const link = (technique: string) =>
  `[${technique}](https://attack.mitre.org/techniques/${technique.replace('.', '/')}/)`;

function section(detection: Detection): string {
  const { id, title, description, severity, when, tactics, techniques, frequency, range, tryIt } = detection;
  return `## ${title}

${description}

- **Severity:** ${severity}, ${SEVERITIES[severity].toLowerCase()}
- **Fires at:** ${when}
- **Looks** at the last ${spoken(range)}, every ${spoken(frequency)}
- **One alert** ${alertPer(detection)}
- **MITRE ATT&CK:** ${tactics.map(words).join(', ')}; ${techniques.map(link).join(', ')}
- **Try it:** ${tryIt}
- **Id:** \`${id}\`

${folded(detection.kql)}`;
}

function alertPer({ alertPer: per }: Detection): string {
  if (per === 'look') return 'at each look that finds something';
  if (per === 'rule') return 'until a look finds nothing more';
  return `for each ${per.map(column => `\`${column}\``).join(' and ')}, until no more of it is found`;
}

/** "DefenseEvasion" → "Defense Evasion". */
const words = (tactic: string) => tactic.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');

/** "PT15M" → "15 minutes", "P2D" → "2 days". */
function spoken(duration: string): string {
  const [, count = '', unit = ''] = /^PT?(\d+)([DHM])$/.exec(duration) ?? [];
  const name = { D: 'day', H: 'hour', M: 'minute' }[unit] ?? '';
  return count === '1' ? name : `${count} ${name}s`;
}
