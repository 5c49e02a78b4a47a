/**
 * `npm run generate -- incidents LIST INCIDENT`: what Microsoft Sentinel's rules make of the simulated tenant, as two
 * pages: the list of incidents, and one of them opened. A name that ends in `.png` gets a picture.
 */
import { severityOf } from '../simulator/azure/sentinel-incidents.ts';
import { SEVERITIES } from '../simulator/azure/sentinel-settings.ts';
import { DOMAIN } from './azure-trials/scene.ts';
import { ALL_RULES, type SentinelDay, sentinelDay } from './azure-trials/sentinel-day.ts';
import {
  clock,
  entitiesOf,
  htmlPage,
  once,
  PRODUCT,
  STATUS,
  safe,
  severity,
  WIDTH,
  words,
} from './incident-html.ts';
import { incidentPage } from './incident-page.ts';
import { writePage } from './page-picture.ts';

const ROWS = 16;
const ENTITIES = 2;
const LOOK = { width: WIDTH, scale: 2, colors: 32 };
/** Heads of the columns with their widths in CSS pixels. */
const COLUMNS = {
  Severity: 86,
  'Title, each after “Auth0: ”': 280,
  Alerts: 48,
  Entities: 178,
  Tactics: 148,
  'First alert': 56,
  'Last alert': 56,
};

/** How many incidents, of each severity, of how many alerts, by how many rules. */
export function countsOf({ incidents, rules }: SentinelDay): [count: string, name: string][] {
  const bySeverity = Object.groupBy(incidents, severityOf);
  const alerts = incidents.flatMap(one => one.alerts).length;
  return [
    [`${incidents.length}`, 'incidents'],
    ...SEVERITIES.toReversed()
      .filter(one => one in bySeverity)
      .map((one): [string, string] => [`${bySeverity[one]!.length}`, one]),
    [`${alerts}`, 'alerts'],
    [`${new Set(incidents.map(one => one.rule)).size} of ${rules.length}`, 'rules'],
  ];
}

/** The newest incidents, as a table. */
export function listPage(day: SentinelDay): string {
  const newest = day.incidents
    .toSorted((a, b) => b.createdMs - a.createdMs || a.title.localeCompare(b.title, 'en'))
    .slice(0, ROWS);
  const rows = newest.map(incident => {
    const { alerts, title, createdMs } = incident;
    const entities = entitiesOf(incident).map(one => safe(one.slice(one.indexOf(' ') + 1)));
    const others = entities.length - ENTITIES;
    const more = others > 0 ? ` <span class="muted">+${others}</span>` : '';
    const cells = [
      `<td>${severity(incident)}`,
      `<td>${safe(title.replace(/^Auth0: /, ''))}`,
      `<td class="number">${alerts.length}`,
      `<td>${entities.slice(0, ENTITIES).join('<br>')}${more}`,
      `<td>${once(alerts.flatMap(one => one.tactics))
        .map(words)
        .join('<br>')}`,
      `<td>${clock(createdMs)}`,
      `<td>${clock(alerts.at(-1)!.atMs)}`,
    ];
    return `<tr>${cells.map(cell => `${cell}</td>`).join('')}</tr>`;
  });
  const counts = countsOf(day).map(([count, name]) => `<span><b>${count}</b>${safe(name)}</span>`);
  const columns = Object.values(COLUMNS).map(width => `<col width="${width}">`);
  const heads = Object.keys(COLUMNS).map(head => `<th>${head}</th>`);
  return htmlPage(
    'Incidents',
    `<h1>Incidents of ${safe(DOMAIN)}</h1><div class="counts">${counts.join('')}</div>
<table><colgroup>${columns.join('')}</colgroup><thead><tr>${heads.join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
<p class="foot muted">The newest ${rows.length} of ${day.incidents.length}. March 10, 2026, UTC. Status of each: ${STATUS}. Product of each: ${PRODUCT}.</p>`,
  );
}

if (import.meta.main) {
  const [list, incident] = process.argv.slice(2);
  if (list === undefined || incident === undefined) {
    console.error(
      'name the two files to write: npm run generate -- incidents list.html incident.html (or .png)',
    );
    process.exitCode = 2;
  } else {
    const day = await sentinelDay(ALL_RULES());
    await writePage(list, listPage(day), LOOK);
    await writePage(incident, incidentPage(day), LOOK);
    console.log(
      countsOf(day)
        .map(one => one.join(' '))
        .join(', '),
    );
  }
}
