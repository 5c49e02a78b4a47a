/** Each trial of an attack as an incident of Microsoft Sentinel, by the rules that the template deploys. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DETECTIONS } from '../../azure/detections.ts';
import { arrivalsOf, arrive } from '../../scripts/azure-trials/arrivals.ts';
import { DOMAIN, NOW_MS, type Scene } from '../../scripts/azure-trials/scene.ts';
import { runRule, spoken } from '../../scripts/azure-trials/sentinel-runs.ts';
import { TRIALS } from '../../scripts/azure-trials/trials.ts';
import {
  type LogAnalytics,
  openLogAnalytics,
  type Row,
  type Rows,
} from '../../simulator/azure/log-analytics/engine.ts';
import { openIncidents, severityOf } from '../../simulator/azure/sentinel-incidents.ts';
import { EXPECTED } from './sentinel-expected.ts';
import { models, SENTINEL_RULES } from './sentinel-rules.ts';

const open: LogAnalytics[] = [];
afterAll(() => open.forEach(one => void one.close()));

async function opened(rows: Rows): Promise<LogAnalytics> {
  const analytics = await openLogAnalytics('own', rows);
  open.push(analytics);
  return analytics;
}

const logIds = new Map<Scene, readonly string[]>();
let shared: LogAnalytics;

beforeAll(async () => {
  const rows: Record<string, Row[]> = {};
  for (const { fires } of Object.values(TRIALS)) {
    if (fires.others) continue;
    const arrived = arrive('logs-ingestion', DOMAIN, arrivalsOf(fires));
    logIds.set(fires, arrived.logIds);
    for (const [table, some] of Object.entries(arrived.rows)) rows[table] = [...(rows[table] ?? []), ...some];
  }
  shared = await opened(rows);
});

/** The incidents of a rule over a scene: of its run at the scene's time, and of the next run. */
async function incidentsOf(id: string, scene: Scene, watchlists?: Rows) {
  const rule = models().find(one => one.id === id)!;
  const rows = () => arrive('logs-ingestion', DOMAIN, arrivalsOf(scene));
  const alone =
    scene.others || watchlists ? await opened({ ...rows().rows, ...scene.others, ...watchlists }) : shared;
  const incidents = openIncidents();
  for (const atMs of [NOW_MS, NOW_MS + rule.model.frequencyMs]) {
    const ofScene = logIds.get(scene) ?? [];
    const run = scene.others || watchlists ? { atMs } : { atMs, logIds: ofScene };
    incidents.take(rule.model.settings, await runRule(alone, rule, run));
  }
  return incidents.all;
}

test(`a rule for each of the ${DETECTIONS.length} detections, and what is expected of it`, () => {
  expect(SENTINEL_RULES.map(one => one.id)).toEqual(DETECTIONS.map(one => one.id));
  expect(Object.keys(EXPECTED).sort()).toEqual(DETECTIONS.map(one => one.id));
  console.log(`${SENTINEL_RULES.length} analytics rules`);
});

test.each(SENTINEL_RULES.map(({ id, settings }) => [id, settings] as const))(
  '%s is one incident that names who and what',
  async (id, settings) => {
    const [incident, ...more] = await incidentsOf(id, TRIALS[id]!.fires);
    expect(more).toEqual([]);
    const { name, severity, entities, ids = {} } = EXPECTED[id]!;
    expect(incident!.title).toMatch(whole(`${literal(settings.displayName)}${escaped(name)}`));
    expect(severityOf(incident!)).toBe(severity);
    const { entities: found, customDetails } = incident!.alerts[0]!;
    expect(found.map(spoken)).toEqual(entities.map(one => expect.stringMatching(whole(escaped(one)))));
    expect(customDetails).toMatchObject(
      Object.fromEntries(Object.entries(ids).map(([key, one]) => [key, [one]])),
    );
  },
);

const whole = (pattern: string) => new RegExp(`^${pattern}$`);
const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** A pattern of the table: what is not a class of characters or a choice is literal. */
const escaped = (text: string) =>
  text
    .replaceAll('auth0|', 'auth0\\|')
    .replaceAll('+', '\\+')
    .replaceAll('d\\+', 'd+')
    .replaceAll('w\\+', 'w+')
    .replaceAll(/(?<=\w) \(M2M\)/gi, one => literal(one));

test('a user of Guardian is named by the address, and kept by the id', async () => {
  const { logs } = TRIALS['mfa-fatigue']!.fires;
  const named = { logs: logs.map(log => ({ ...log, user_name: 'Sample@example.com' })) };
  const [incident] = await incidentsOf('mfa-fatigue', named, {});
  expect(incident!.title).toBe('Auth0: MFA fatigue: sample@example.com');
  expect(incident!.alerts[0]!.customDetails['User']).toEqual(['auth0|sample']);
});

test.each([
  ['an own address', 'credential-stuffing', { Auth0OwnAddresses: [{ SearchKey: '192.0.2.10' }] }],
  [
    'an own address of the traveler',
    'impossible-travel',
    { Auth0OwnAddresses: [{ SearchKey: '192.0.2.10' }] },
  ],
  [
    'an expected client',
    'client-many-scopes',
    { Auth0MachineClients: [{ SearchKey: 'exampleclientm2m000000000000000b' }] },
  ],
])('%s on the watchlist makes no incident', async (_, id, watchlists) => {
  expect(await incidentsOf(id, TRIALS[id]!.fires, {})).toHaveLength(1);
  expect(await incidentsOf(id, TRIALS[id]!.fires, watchlists)).toEqual([]);
});

test('a change by an administrator on the watchlist has a lower severity; by another it keeps its own', async () => {
  const severity = async (email: string) => {
    const watchlists = { Auth0TenantAdministrators: [{ SearchKey: email }] };
    return severityOf((await incidentsOf('mfa-policy-off', TRIALS['mfa-policy-off']!.fires, watchlists))[0]!);
  };
  expect(await severity('Admin@Example.com')).toBe('Medium');
  expect(await severity('other@example.com')).toBe('High');
});
