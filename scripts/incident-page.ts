/** One incident opened: what it says, whom it is about, its alerts in time, and the logs behind it. */
import type { Row } from '../simulator/azure/log-analytics/engine.ts';
import type { SentinelIncident } from '../simulator/azure/sentinel-incidents.ts';
import type { SentinelDay } from './azure-trials/sentinel-day.ts';
import { clock, entitiesOf, htmlPage, PRODUCT, STATUS, safe, severity, words } from './incident-html.ts';

const OTHERS = 5;
/** Characters of a value that fits half of the page. */
const HALF = 40;

const pair = (name: string, value: string) =>
  `<div class="pair${value.length > HALF ? ' wide' : ''}"><label>${safe(name)}</label><div>${safe(value)}</div></div>`;

export function incidentPage(day: SentinelDay): string {
  const { opened, kql, logs } = day;
  const details = Object.entries(opened.alerts[0]!.customDetails);
  return htmlPage(
    opened.title,
    `<h1>${safe(opened.title)}</h1>${factsOf(day)}
<div class="halves"><div><h2>Entities</h2>${entitiesOf(opened).map(entity).join('')}
<h2>Custom details</h2>${details.map(([name, values]) => pair(name, values.join(', '))).join('')}</div>
<div><h2>Timeline</h2>${timelineOf(day)}${othersOf(day)}</div></div>
<h2>Logs behind it</h2><pre>${kql.split('\n').map(safe).join('\n')}</pre>
${logs.map(log).join('<br>')}`,
  );
}

/** Settings of the rule, and its description with what it names in bold. */
function factsOf({ opened, rules }: SentinelDay): string {
  const { settings } = rules.find(one => one.settings.displayName === opened.rule)!;
  const { tactics, techniques } = opened.alerts[0]!;
  const facts = {
    Severity: severity(opened),
    Status: STATUS,
    Created: `${new Date(opened.createdMs).toISOString().slice(0, 10)} ${clock(opened.createdMs)} UTC`,
    Product: PRODUCT,
    Rule: safe(opened.rule),
    'The rule runs every': safe(settings.queryFrequency.replace(/^PT(\d+)M$/, '$1 minutes')),
    Tactics: tactics.map(words).join(', '),
    Techniques: safe(techniques.join(', ')),
  };
  const cells = Object.entries(facts).map(([name, value]) => `<div><label>${name}</label>${value}</div>`);
  const description = safe(settings.description ?? '').replaceAll(
    /False positives:|What to do:|When:/g,
    '<br><b>$&</b>',
  );
  return `<div class="facts">${cells.join('')}</div><h2>Description</h2><p class="description">${description}</p>`;
}

function entity(spoken: string): string {
  const space = spoken.indexOf(' ');
  return pair(spoken.slice(0, space), spoken.slice(space + 1));
}

function timelineOf({ opened, logs }: SentinelDay): string {
  const at = (when: unknown, text: string, kind = '') =>
    `<li class="${kind}"><b>${clock(when as Date | number)}</b>${text}</li>`;
  const happened = logs.flatMap(one => [
    at(one['EventTime'], `${safe(`${one['Method']} ${one['Path']}`)} at Auth0’s API`),
    at(one['IngestionTime'], 'the log arrives in the workspace'),
  ]);
  const alerts = opened.alerts.map((one, index) =>
    at(one.atMs, `alert ${index + 1} of ${opened.alerts.length}, ${safe(one.severity)}`, 'alert'),
  );
  return `<ol>${[...happened, ...alerts].join('')}</ol>`;
}

/** The newest other incidents with the same account. */
function othersOf({ opened, incidents }: SentinelDay): string {
  const account = entitiesOf(opened).find(one => one.startsWith('Account ')) ?? '';
  const others = incidents
    .filter(one => one !== opened && entitiesOf(one).includes(account))
    .toSorted((a, b) => b.createdMs - a.createdMs);
  const lines = others
    .slice(0, OTHERS)
    .map(
      (one: SentinelIncident) => `<div class="other">${severity(one)}<span>${safe(one.rule)}</span></div>`,
    );
  return `<h2>${others.length} other incidents with this account</h2>${lines.join('')}<p class="muted">and ${others.length - lines.length} more</p>`;
}

function log(one: Row): string {
  const text = (value: unknown) => (value instanceof Date ? value.toISOString() : `${value ?? ''}`);
  return `<div class="halves">${Object.entries(one)
    .map(([name, value]) => pair(name, text(value)))
    .join('')}</div>`;
}
