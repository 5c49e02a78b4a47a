/** Findings, for people. */
import { colors, columnsOf, harmless, wrapped } from '../terminal/text.ts';
import type { Finding, Level } from './finding.ts';

const SIGNS: Readonly<Record<Level, string>> = { ok: '✓', warning: '!', error: '✗', 'not checked': '–' };
const INDENT = '    ';
const PAINT: Readonly<Record<Level, (text: string) => string>> = {
  ok: colors.green,
  warning: colors.yellow,
  error: colors.red,
  'not checked': colors.dim,
};

/** A pipeline's findings, each in a line or a few, the remedy below. */
export function findingLines(findings: readonly Finding[]): string[] {
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
