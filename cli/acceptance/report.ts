/** The report for an issue: what was asked, and what was heard. It names no account, and holds no log and no secret. */
import type { Operated } from '../pipelines/operated.ts';
import { dateText } from '../terminal/words.ts';
import type { Answered } from './ask.ts';
import type { Outcome } from './question.ts';

export const ORDER: readonly Outcome[] = ['refuted', 'unclear', 'confirmed', 'not-asked'];

/** What of the pipeline may be said. */
export interface Subject {
  readonly version: string;
  readonly destination: string;
  readonly cloud: string;
  readonly retentionDays: number;
  readonly askedAt: string;
}

export function subjectOf({ config }: Operated, version: string, nowMs: number): Subject {
  const { azure, auth0 } = config;
  return {
    version,
    destination: azure.kind,
    cloud: azure.cloud,
    retentionDays: auth0.logRetentionDays,
    askedAt: dateText(nowMs),
  };
}

/** Markdown. */
export function reportText(subject: Subject, answers: readonly Answered[]): string {
  const { version, destination, cloud, retentionDays, askedAt } = subject;
  const sorted = ORDER.flatMap(outcome => answers.filter(one => one.outcome === outcome));
  const rows = sorted.map(({ question, outcome, observed }) => {
    const { id, assumes, fact, setting } = question;
    return `| ${[`\`${id}\``, outcome, observed, assumes, fact, setting].map(cell).join(' | ')} |`;
  });
  return [
    '# Acceptance report',
    '',
    `Version ${version}, ${destination} (${cloud}), logs kept ${retentionDays} d, asked ${askedAt}.`,
    'This report names no tenant, workspace, account or user, and quotes no log.',
    '',
    '| Question | Outcome | Observed | Assumed | Fact | Simulator |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|');
