/** What `doctor` has found, for people. */
import { specOf } from '../../lambda/destinations/all.ts';
import { healthSentence } from '../pipelines/health.ts';
import type { Operated, Target } from '../pipelines/operated.ts';
import { colors, columnsOf, harmless, wrapped } from '../terminal/text.ts';
import type { Finding, Level } from './finding.ts';
import type { Judged } from './judged.ts';

export interface Examined extends Judged {
  readonly config: Operated['config'];
}

const SIGNS: Readonly<Record<Level, string>> = { ok: '✓', warning: '!', error: '✗', 'not checked': '–' };
const INDENT = '    ';
const PAINT: Readonly<Record<Level, (text: string) => string>> = {
  ok: colors.green,
  warning: colors.yellow,
  error: colors.red,
  'not checked': colors.dim,
};

export function showDoctor({ place, pipelines }: Target, examined: readonly Examined[]): void {
  console.log(place);
  for (const { config, findings, judgement } of examined) {
    const { name, auth0, azure } = config;
    const to = specOf(azure).place(azure).name;
    console.log(`\n${colors.bold(name)}: ${auth0.domain} to ${to}`);
    console.log(wrapped(`  ${healthSentence(judgement)}`, columnsOf(), INDENT));
    for (const line of findingLines(findings)) console.log(line);
  }
  const all = examined.flatMap(({ findings }) => findings);
  console.log(`\n${countsText(all)}; nothing was changed`);
  const deploy = deployOf(pipelines);
  if (deploy !== undefined) console.log(`to deploy this stack again:\n  ${deploy}`);
}

/** The same for all pipelines of a stack. */
export const deployOf = ([first]: Target['pipelines']) => first?.deployCommand;

/** A pipeline's findings, each in a line or a few, the remedy below. */
function findingLines(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings.flatMap(({ check, level, text, remedy }) => {
    const lines = beside(width + INDENT.length + 2, text);
    const first = `  ${PAINT[level](SIGNS[level])} ${check.padEnd(width)}  ${lines}`;
    return remedy === undefined ? [first] : [first, ...remedyLines(remedy)];
  });
}

function remedyLines(remedy: string): string[] {
  const [words = '', ...commands] = remedy.split('\n');
  const indent = INDENT.length + 2;
  return [
    `${INDENT}→ ${beside(indent, words)}`,
    ...commands.map(command => `${' '.repeat(indent)}${harmless(command)}`),
  ];
}

/** The text in lines that begin at this column; what stands before the first one is the caller's. */
function beside(column: number, text: string): string {
  // The first word is as much longer as the caller's part is.
  const first = '-'.repeat(column);
  return wrapped(`${first}${harmless(text)}`, columnsOf(), ' '.repeat(column)).slice(column);
}

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
