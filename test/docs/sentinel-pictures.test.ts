/** The pictures of docs/sentinel.md: what they show is what the deployed rules make of the simulated tenant. */
import { readFileSync, statSync } from 'node:fs';
import { beforeAll, expect, test, vi } from 'vitest';
import { ALL_RULES, type SentinelDay, sentinelDay } from '../../scripts/azure-trials/sentinel-day.ts';
import { columnsOf, spoken } from '../../scripts/azure-trials/sentinel-runs.ts';
import { incidentPage } from '../../scripts/incident-page.ts';
import { countsOf, listPage } from '../../scripts/incident-pages.ts';
import { severityOf } from '../../simulator/azure/sentinel-incidents.ts';
import { SENTINEL_RULES } from '../azure/sentinel-rules.ts';
import { page } from './pages.ts';

/** All rules over an hour and a half: seconds on an idle machine. */
vi.setConfig({ hookTimeout: 300_000 });
let day: SentinelDay;
beforeAll(async () => {
  day = await sentinelDay(SENTINEL_RULES);
});

/** Text of a page, and what each cell of its table says. */
const textOf = (html: string) => html.replaceAll(/<style>.*?<\/style>/gs, '').replaceAll(/<[^>]*>/g, ' ');
const rowsOf = (html: string) =>
  [...html.matchAll(/<tr>(<td.*?)<\/tr>/g)].map(([, row]) =>
    row!.split('</td>').map(one => textOf(one).trim()),
  );

test('the generator draws the rules that the template deploys', () => {
  const own = ALL_RULES();
  expect(own.map(one => one.id)).toEqual(SENTINEL_RULES.map(one => one.id));
  for (const [index, { settings }] of own.entries())
    expect(SENTINEL_RULES[index]!.settings).toMatchObject(settings);
});

test('the page has the figures of the incidents; if it fails, also take the pictures again: CONTRIBUTING, "incidents"', () => {
  const { incidents, rules } = day;
  const of = (name: string) => incidents.filter(one => severityOf(one) === name).length;
  const made = new Set(incidents.map(one => one.rule)).size;
  const alerts = incidents.reduce((sum, one) => sum + one.alerts.length, 0);
  const text = page('sentinel.md').replaceAll(/\s+/g, ' ');
  expect(text).toContain(
    `there are ${incidents.length} incidents of ${alerts} alerts: ${of('High')} High, ${of('Medium')} Medium and ${of('Low')} Low. ` +
      `${made} of the ${rules.length} rules made them. The other ${rules.length - made} `,
  );
  expect(Object.fromEntries(countsOf(day).map(([count, name]) => [name, count]))).toEqual({
    incidents: `${incidents.length}`,
    High: `${of('High')}`,
    Medium: `${of('Medium')}`,
    Low: `${of('Low')}`,
    alerts: `${alerts}`,
    rules: `${made} of ${rules.length}`,
  });
});

test('each row of the list is an incident', () => {
  const rows = rowsOf(listPage(day));
  expect(rows).toHaveLength(16);
  for (const [severity, title, alerts, , , first, last] of rows) {
    const same = day.incidents.filter(one => one.title === `Auth0: ${title}`);
    const seen = same.map(one => [
      severityOf(one),
      one.alerts.length,
      ...[0, -1].map(index => new Date(one.alerts.at(index)!.atMs).toISOString().slice(11, 16)),
    ]);
    expect(seen).toContainEqual([severity, Number(alerts), first, last]);
  }
});

test('the opened incident has an entity of every type, all its alerts, and the log behind it', () => {
  const { opened, kql, logs } = day;
  const [first] = opened.alerts;
  expect(new Set(first!.entities.map(one => one.type))).toEqual(
    new Set(['Account', 'IP', 'CloudApplication', 'URL']),
  );
  const text = textOf(incidentPage(day)).replaceAll(/\s+/g, ' ');
  const details = Object.entries(first!.customDetails).map(([name, [value]]) => `${name} ${value}`);
  for (const one of [...first!.entities.map(spoken), ...details, ...first!.techniques])
    expect(text).toContain(one);
  expect(details).toContain('ActorUserId auth0|admin@example.com');
  expect(text).toContain(`alert ${opened.alerts.length} of ${opened.alerts.length}, ${severityOf(opened)}`);
  expect(logs).toHaveLength(1);
  expect(text).toContain(`LogId ${logs[0]!['LogId']}`);
  expect(Object.keys(columnsOf(kql))).toEqual(Object.keys(logs[0]!));
});

test('both say that the tenant is simulated, and so does the page', () => {
  for (const html of [listPage(day), incidentPage(day)]) {
    expect(textOf(html)).toMatch(/Simulated tenant\..*This is not Azure’s portal\./);
  }
  const pictures = [...page('sentinel.md').matchAll(/!\[([^\]]*)\]\(([^)]*)\)/g)];
  expect(pictures.map(([, , file]) => file)).toEqual([
    'images/sentinel-incidents.png',
    'images/sentinel-incident.png',
  ]);
  for (const [, alt, file] of pictures) {
    expect(alt).toMatch(/simulated tenant.* not Azure's portal/);
    const path = `docs/${file}`;
    expect(readFileSync(path).subarray(1, 4).toString()).toBe('PNG');
    expect(statSync(path).size).toBeLessThan(150_000);
  }
});

test('what an attacker typed is text in both', () => {
  const evil = '<img src=x onerror="alert(1)">\u202e&\u0007';
  const entity = { type: 'Account', identifiers: { Name: evil } };
  const alerts = day.opened.alerts.map(one => ({
    ...one,
    entities: [entity, ...one.entities],
    customDetails: { ...one.customDetails, [evil]: [evil] },
    techniques: [evil],
    tactics: [evil],
  }));
  const opened = { ...day.opened, title: evil, alerts };
  const logs = day.logs.map(one => ({ ...one, Body: evil, Method: evil }));
  const hostile = { ...day, opened, incidents: [opened], logs, kql: evil };
  for (const html of [listPage(hostile), incidentPage(hostile)]) {
    expect(html).not.toContain('<img');
    for (const sign of ['\u202e', '\u0007']) expect(html).not.toContain(sign);
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;\\u202e&amp;\\u0007');
  }
});
