/** The alert rules for Auth0 attacks and misconfiguration: azure/detections/, one file each. */
import { type KqlFile, readKqlFiles } from './kql-file.ts';
import { type Entity, parseEntities } from './sentinel-entities.ts';
import { type Expected, parseExpected } from './sentinel-watchlists.ts';

/** As Azure Monitor has it: 0 critical, 1 error, 2 warning, 3 informational, 4 verbose. */
export type Severity = 0 | 1 | 2 | 3 | 4;

export interface Detection {
  readonly id: string;
  readonly title: string;
  /** What happened and why it matters, then `False positives: …` and `What to do: …`. */
  readonly description: string;
  readonly severity: Severity;
  /** Of MITRE ATT&CK, as Microsoft Sentinel spells them: https://attack.mitre.org/tactics/enterprise/ */
  readonly tactics: readonly string[];
  /** Such as `T1110.004`: https://attack.mitre.org/techniques/enterprise/ */
  readonly techniques: readonly string[];
  readonly kql: string;
  /**
   * What has its own alert. `look`: every run that finds something, so an earlier result mutes nothing. Columns: each of
   * their values, until a run no longer finds it. `rule`: the rule as a whole, until a run finds nothing.
   */
  readonly alertPer: 'look' | 'rule' | readonly string[];
  /** In Microsoft Sentinel: who and what an alert is about, the columns that it shows, and the watchlists that it heeds. */
  readonly entities: readonly Entity[];
  readonly details: readonly string[];
  readonly expected: readonly Expected[];
  /** How often the rule runs, and within which time its events count together: ISO 8601 durations. */
  readonly frequency: string;
  readonly window: string;
  /** How far back the rule reads, by TimeGenerated. */
  readonly range: string;
  /**
   * The rule fires when the query's number of rows is `operator` `threshold`: here always more than 0. Numbers
   * to tune are `let` statements at the top of the query; `when` has them in words.
   */
  readonly operator: 'GreaterThan';
  readonly threshold: 0;
  readonly when: string;
  /** How to make it fire in your own tenant. */
  readonly tryIt: string;
}

/** What Azure allows: https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule */
const MINUTES: Readonly<Record<string, number>> = {
  PT5M: 5,
  PT10M: 10,
  PT15M: 15,
  PT30M: 30,
  PT45M: 45,
  PT1H: 60,
  PT2H: 120,
  PT3H: 180,
  PT4H: 240,
  PT5H: 300,
  PT6H: 360,
  P1D: 1440,
  P2D: 2880,
};

/**
 * The maximum in Azure, for rules that evaluate the logs since their last run. Logs over two days old have the time of
 * receipt, so these rules miss only logs that arrive almost two days late.
 */
const FARTHEST = 'P2D';
/** How far a run overlaps the last one: Azure guarantees neither exact times of runs nor immediate rows. */
export const OVERLAP_MINUTES = 2;

const TACTICS: readonly string[] = [
  'Reconnaissance',
  'ResourceDevelopment',
  'InitialAccess',
  'Execution',
  'Persistence',
  'PrivilegeEscalation',
  'DefenseEvasion',
  'CredentialAccess',
  'Discovery',
  'LateralMovement',
  'Collection',
  'CommandAndControl',
  'Exfiltration',
  'Impact',
];

const KEYS = [
  'title',
  'description',
  'severity',
  'tactics',
  'techniques',
  'alertPer',
  'entities',
  'details',
  'expected',
  'frequency',
  'window',
  'when',
  'tryIt',
] as const;

/** By id. */
export const DETECTIONS: readonly Detection[] = readKqlFiles('detections', KEYS).map(detection);

function detection({ name, header, kql }: KqlFile<(typeof KEYS)[number]>): Detection {
  const { title, description, severity, alertPer, frequency, window, when, tryIt } = header;
  const must = (right: boolean, what: string) => {
    if (!right) throw new Error(`azure/detections/${name}.kql: ${what}`);
  };
  const tactics = header.tactics.split(', ');
  const techniques = header.techniques.split(', ');
  must(/^[0-4]$/.test(severity), `severity is "${severity}"; allowed: 0 to 4`);
  for (const [key, value] of Object.entries({ frequency, window })) {
    must(value in MINUTES, `${key} is "${value}"; allowed: ${Object.keys(MINUTES).join(', ')}`);
  }
  must(MINUTES[frequency]! <= MINUTES[window]!, `frequency ${frequency} leaves gaps in window ${window}`);
  for (const tactic of tactics) {
    must(TACTICS.includes(tactic), `"${tactic}" is not a tactic; allowed: ${TACTICS.join(', ')}`);
  }
  for (const technique of techniques) {
    must(
      /^T\d{4}(\.\d{3})?$/.test(technique),
      `"${technique}" is not a technique; allowed: such as T1110.004`,
    );
  }
  const arrived = [...kql.matchAll(/(?:IngestionTime|Arrival\b|Arrival\)) > ago\((\d+)m\)/g)].map(
    ([, minutes]) => Number(minutes),
  );
  const sinceLastRun = MINUTES[frequency]! + OVERLAP_MINUTES;
  must(
    arrived.every(minutes => minutes === sinceLastRun),
    `it evaluates logs of the last ${arrived} minutes; allowed: ${sinceLastRun}, its frequency plus ${OVERLAP_MINUTES}`,
  );
  const read = <T>(parse: (text: string) => T, text: string): T => {
    try {
      return parse(text);
    } catch (error) {
      throw new Error(`azure/detections/${name}.kql: ${(error as Error).message}`);
    }
  };
  return {
    id: name,
    title,
    description,
    severity: Number(severity) as Severity,
    tactics,
    techniques,
    kql,
    alertPer: alertPer === 'look' || alertPer === 'rule' ? alertPer : alertPer.split(', '),
    entities: read(parseEntities, header.entities),
    details: header.details === 'none' ? [] : header.details.split(', '),
    expected: read(parseExpected, header.expected),
    frequency,
    window,
    range: /\bIngestionTime\b/.test(kql) ? FARTHEST : window,
    operator: 'GreaterThan',
    threshold: 0,
    when,
    tryIt,
  };
}

/** The length of a window or a frequency. */
export function minutesOf(duration: string): number {
  const minutes = MINUTES[duration];
  if (minutes === undefined) throw new Error(`"${duration}" is not a duration of a rule`);
  return minutes;
}
