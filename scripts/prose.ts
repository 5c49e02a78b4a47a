/** What people read in a source file. */
import { parseAst } from 'vitest/node';

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Node extends Range {
  readonly type: string;
  readonly [key: string]: unknown;
}

const LITERAL = /^(Literal|TemplateElement)$/;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*/g;
/** In Markdown: names, which stand as code, and the places that links lead to. */
const NAME = /`[^`\n]+`|\]\([^)\n]*\)/g;

/**
 * Of TypeScript the comments and the strings of more than one word, of Markdown all but names, of other files all.
 * What is left out is blank, so that each place keeps its line. A plus stays: it joins strings.
 */
export function proseOf(file: string, text: string): string {
  if (file.endsWith('.md')) return text.replace(NAME, blank);
  if (!/\.m?ts$/.test(file)) return text;
  const literals = [...nodesOf(parseAst(text, { lang: 'ts' }))].filter(({ type }) => LITERAL.test(type));
  const strings = literals.filter(({ start, end, regex }) => !regex && text.slice(start, end).includes(' '));
  const code = masked(text, literals, blank, same);
  const comments = [...code.matchAll(COMMENT)].map(({ 0: { length }, index: start }) => ({
    start,
    end: start + length,
  }));
  return masked(text, [...strings, ...comments], same, blank);
}

function* nodesOf(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value) yield value as Node;
  for (const child of Object.values(value)) yield* nodesOf(child);
}

const same = (text: string) => text;
const blank = (text: string) => text.replace(/[^\s+]/g, '\0');

/** The text, changed by `inside` within the ranges and by `outside` elsewhere. */
function masked(text: string, ranges: readonly Range[], inside: typeof same, outside: typeof same): string {
  let at = 0;
  const parts = ranges
    .toSorted((a, b) => a.start - b.start)
    .flatMap(({ start, end }) => {
      const before = at;
      at = end;
      return [outside(text.slice(before, start)), inside(text.slice(start, end))];
    });
  return parts.join('') + outside(text.slice(at));
}
