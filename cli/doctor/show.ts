/** What `doctor` has found, for people. */
import { specOf } from '../../lambda/destinations/all.ts';
import type { Finding, Level } from '../checks/finding.ts';
import { findingLines } from '../checks/lines.ts';
import { healthSentence } from '../pipelines/health.ts';
import type { Operated, Target } from '../pipelines/operated.ts';
import { colors, columnsOf, wrapped } from '../terminal/text.ts';
import type { Judged } from './judged.ts';

export interface Examined extends Judged {
  readonly config: Operated['config'];
}

export function showDoctor({ place, pipelines }: Target, examined: readonly Examined[]): void {
  console.log(place);
  for (const { config, findings, judgement } of examined) {
    const { name, auth0, azure } = config;
    const to = specOf(azure).place(azure).name;
    console.log(`\n${colors.bold(name)}: ${auth0.domain} to ${to}`);
    console.log(wrapped(`  ${healthSentence(judgement)}`, columnsOf(), '    '));
    for (const line of findingLines(findings)) console.log(line);
  }
  const all = examined.flatMap(({ findings }) => findings);
  console.log(`\n${countsText(all)}; nothing was changed`);
  const deploy = deployOf(pipelines);
  if (deploy !== undefined) console.log(`to deploy this stack again:\n  ${deploy}`);
}

/** The same for all pipelines of a stack. */
export const deployOf = ([first]: Target['pipelines']) => first?.deployCommand;

/** `1 error, 2 warnings, 3 not checked, 12 ok`. */
function countsText(findings: readonly Finding[]): string {
  const counts = countsOf(findings);
  const { errors, warnings } = counts;
  return [
    `${errors} ${errors === 1 ? 'error' : 'errors'}`,
    `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
    `${counts.notChecked} not checked`,
    `${counts.ok} ok`,
  ].join(', ');
}

export function countsOf(findings: readonly Finding[]) {
  const of = (level: Level) => findings.filter(finding => finding.level === level).length;
  return { errors: of('error'), warnings: of('warning'), notChecked: of('not checked'), ok: of('ok') };
}
