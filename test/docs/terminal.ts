/** What a page shows of a terminal: ```` ```console SITUATION ```` blocks, commands after `$ ` and below them what they print. */
import { blocks } from './pages.ts';

export interface Shown {
  /** `operating.md:12`, where the block begins. */
  readonly where: string;
  /** See scenes.ts. */
  readonly situation: string;
  readonly command: string;
  readonly output: string;
}

/** Every command with its output, in the order of the page. */
export function shown(page: string): readonly Shown[] {
  return blocks(page, 'console').flatMap(({ where, note: situation, text }) =>
    text
      .split(/^\$ /m)
      .slice(1)
      .map(part => {
        const [, command = '', output = ''] = /^((?:[^\n]*\\\n)*[^\n]*)\n(.*)$/s.exec(part) ?? [];
        return { where, situation, command, output };
      }),
  );
}

/** What is another at every run, and a word for it. */
const CHANGING: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID'],
  [/\b\d{20,}\b/g, 'LOG'],
  [/\b[0-9a-f]{32}\b/g, 'BATCH'],
  [/(?<=│ |dead letter )[0-9a-f]{8}\b/g, 'ID'],
  [/\bbackfill-\w+-\w+/g, 'BACKFILL'],
  [/(?<![\w:/])(\/[\w.-]+)+/g, 'PATH'],
  [/[\w.-]+@[\w.-]+ at TIME/g, 'SOMEBODY at TIME'],
  [/(?<![\w.,])\d+(\.\d+)? (ms|s|min|h|d)\b( \d+ (min|h)\b)?/g, 'AWHILE'],
  [/\d+ of 50 calls/g, 'SOME of 50 calls'],
  [/[\d.]+ (B|kB|MB)\b/g, 'SIZE'],
  [/─+/g, '─'],
  [/\s+/g, ' '],
];

const steady = (text: string): string =>
  CHANGING.reduce((changed, [pattern, word]) => changed.replaceAll(pattern, word), text).trim();

/**
 * What should have come next, when the page's output is not this one; times, ids and line ends apart. An ellipsis at the
 * end of a line stands for anything.
 */
export function differenceOf(onPage: string, printed: string): string | undefined {
  const actual = steady(printed);
  const [first = '', ...others] = onPage.split(/…[ \t]*$/m).map(steady);
  const missing = (part: string, at: number) => `on the page:\n${part}\nprinted:\n${actual.slice(at)}`;
  const last = others.pop();
  if (last === undefined) return first === actual ? undefined : missing(first, 0);
  if (!actual.startsWith(first)) return missing(first, 0);
  let at = first.length;
  for (const part of others) {
    const found = actual.indexOf(part, at);
    if (found < 0) return missing(part, at);
    at = found + part.length;
  }
  return actual.slice(at).endsWith(last) ? undefined : missing(last, at);
}
