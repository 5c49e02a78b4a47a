/** What the rules of Microsoft Sentinel make of the simulated tenant: its incidents, and one of them opened. */
import { DETECTIONS } from '../../azure/detections.ts';
import { sentinelRule } from '../../azure/sentinel-rules.ts';
import { openLogAnalytics, type Row } from '../../simulator/azure/log-analytics/engine.ts';
import type { SentinelIncident } from '../../simulator/azure/sentinel-incidents.ts';
import { NOW_MS } from './scene.ts';
import { columnsOf, type Deployed, incidentsOf } from './sentinel-runs.ts';
import { DAY, rowsOfDay } from './tenant-day.ts';

const MINUTE_MS = 60_000;
/** The rules run from 11:00, until those of every half hour have run twice after the attacks. */
const RUNS = { fromMs: NOW_MS - 65 * MINUTE_MS, toMs: NOW_MS + 30 * MINUTE_MS };
/** The rule whose incident is opened: it has entities of every type. */
const OPENED = 'risky-callback';
const COLUMNS = [
  'EventTime',
  'IngestionTime',
  'EventType',
  'Actor',
  'ActorUserId',
  'SrcIpAddr',
  'HttpUserAgent',
  'Method',
  'Path',
  'Body',
  'StatusCode',
  'Channel',
  'LogId',
];

export interface SentinelDay {
  readonly rules: readonly Deployed[];
  readonly incidents: readonly SentinelIncident[];
  readonly opened: SentinelIncident;
  /** What an analyst asks for the logs behind that incident, and what the workspace answers. */
  readonly kql: string;
  readonly logs: readonly Row[];
}

/** The rules of all detections, as the template has them. */
export const ALL_RULES = (): Deployed[] =>
  DETECTIONS.map(detection => {
    const { id, properties } = sentinelRule(detection);
    return { id, settings: { ...properties, enabled: true }, columns: columnsOf(properties.query) };
  });

/** Plays the rules over the simulated tenant. Rejects if the rule to open makes no incident. */
export async function sentinelDay(rules: readonly Deployed[]): Promise<SentinelDay> {
  const analytics = await openLogAnalytics('own', rowsOfDay());
  try {
    const { incidents } = await incidentsOf(rules, analytics, RUNS);
    const name = rules.find(({ id }) => id === OPENED)?.settings.displayName;
    const opened = incidents.all.find(({ rule }) => rule === name);
    if (!opened) throw new Error(`the rule ${OPENED} makes no incident of the simulated tenant`);
    const { customDetails, entities } = opened.alerts[0]!;
    const id = customDetails['ActorUserId']?.[0] ?? '';
    const url = entities.find(({ type }) => type === 'URL')?.identifiers['Url'] ?? '';
    const calls = await analytics.sql(`SELECT ${COLUMNS.map(one => `"${one}"`)} FROM "Auth0ApiCalls"`, {
      fromMs: DAY.fromMs,
      toMs: RUNS.toMs,
    });
    return {
      rules,
      incidents: incidents.all,
      opened,
      kql: `Auth0ApiCalls()
| where ActorUserId == ${JSON.stringify(id)} and Body contains ${JSON.stringify(url)}
| project ${COLUMNS.join(', ')}`,
      logs: calls.filter(one => one['ActorUserId'] === id && `${one['Body']}`.includes(url)),
    };
  } finally {
    analytics.close();
  }
}
