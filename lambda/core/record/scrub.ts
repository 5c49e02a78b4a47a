/** Finding values inside other texts, however they are written there, and putting something else in their place. */
import { decode } from './encodings.ts';

export const MASK = '[redacted]';
/** Shorter values occur by chance, inside other words. */
export const MIN_CHARACTERS_ELSEWHERE = 4;
/** Longer values do not fit into a regular expression; they are looked for as they are, letter by letter. */
const MAX_PATTERN_CHARACTERS = 10_000;
/** How often a text may have been encoded, one encoding around the other. */
const MAX_ENCODINGS = 8;

/** Values, each with what stands in its place. */
export type Found = ReadonlyMap<string, string>;

export interface Scrubber {
  readonly text: (text: string) => string;
  readonly key: (key: string) => string;
  /** Of a text that was cut off: without a piece of a value at its end, too. */
  readonly cutText: (text: string) => string;
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

type Search = (text: string, at: (start: number, end: number, replacement: string) => void) => void;

const UNCHANGED = (text: string) => text;

/**
 * Replaces the values wherever they occur inside a text, in upper and lower case: as they are, and in every encoding
 * that encodings.ts undoes, up to eight of them around each other. In each of these layers a value is looked for as
 * it is and with its own escapes undone, so that it does not matter who encoded what, or how often.
 */
export function scrubber(found: Found): Scrubber {
  if (found.size === 0) return { text: UNCHANGED, key: UNCHANGED, cutText: UNCHANGED };
  const needles = new Map<string, string>();
  for (const [value, replacement] of found) {
    for (const form of written(value)) if (!needles.has(form)) needles.set(form, replacement);
    const plain = plainest(value);
    // Where nothing but spaces is left, or too little, it would be found by chance.
    const isTelling = plain.length >= MIN_CHARACTERS_ELSEWHERE && plain.trim() !== '';
    if (isTelling && !needles.has(plain)) needles.set(plain, replacement);
  }
  const longestFirst = [...needles].sort(([a], [b]) => b.length - a.length);
  // In keys, plain words stay: a user called `request` must not rename `details.request`.
  const inKeys = longestFirst.filter(([form]) => /\W/.test(form));
  const everywhere = searching(longestFirst);
  const pieces = (text: string, at: Parameters<Search>[1]) => {
    everywhere(text, at);
    pieceAtEnd(text, longestFirst, at);
  };
  const withKeys = searching(inKeys);
  return {
    text: text => scrub(text, everywhere),
    key: key => scrub(key, withKeys),
    cutText: text => scrub(text, pieces),
  };
}

/** As it is, in JSON and in a URL: what stands before it may look like the beginning of an escape, and hide it. */
function written(value: string): string[] {
  const forms = [value];
  if (/[^\w.-]/.test(value)) {
    forms.push(JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed()));
  }
  return forms;
}

/** The value with its own escapes undone, as far as they can be. */
function plainest(value: string): string {
  let text = value;
  for (let round = 0; round < MAX_ENCODINGS; round++) {
    const decoded = decode(text);
    if (!decoded) break;
    text = decoded.text;
  }
  return text;
}

/** Finds any of the forms, upper or lower case; of those that overlap the first in the list. */
function searching(forms: readonly (readonly [form: string, replacement: string])[]): Search {
  if (forms.length === 0) return () => undefined;
  const long = forms.filter(([form]) => form.length > MAX_PATTERN_CHARACTERS);
  const short = forms.filter(([form]) => form.length <= MAX_PATTERN_CHARACTERS);
  const pattern =
    short.length > 0 ? new RegExp(short.map(([form]) => escaped(form)).join('|'), 'gi') : undefined;
  const replacements = new Map(short.toReversed().map(([form, to]) => [form.toLowerCase(), to]));
  return (text, at) => {
    for (const [form, replacement] of long) {
      for (let start = text.indexOf(form); start >= 0; start = text.indexOf(form, start + form.length))
        at(start, start + form.length, replacement);
    }
    if (!pattern) return;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      const replacement = replacements.get(match[0].toLowerCase()) ?? MASK;
      at(match.index, match.index + match[0].length, replacement);
    }
  };
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** An escape that was cut off. */
const PIECE_OF_ESCAPE = /(?:%[0-9a-f]?|\\(?:u[0-9a-f]{0,3})?|&#?\w{0,6})$/i;

/** The beginning of a value at the very end of the text. */
function pieceAtEnd(
  text: string,
  forms: readonly (readonly [form: string, replacement: string])[],
  at: Parameters<Search>[1],
): void {
  const whole = text.replace(PIECE_OF_ESCAPE, '').toLowerCase();
  for (const [form] of forms) {
    const lower = form.toLowerCase();
    const head = lower.slice(0, MIN_CHARACTERS_ELSEWHERE);
    const earliest = Math.max(0, whole.length - lower.length + 1);
    for (let start = whole.indexOf(head, earliest); start >= 0; start = whole.indexOf(head, start + 1)) {
      if (!lower.startsWith(whole.slice(start))) continue;
      at(start, text.length, MASK);
      break;
    }
  }
}

/** Looks through the text and through what it encodes, layer by layer. */
function scrub(text: string, search: Search): string {
  const ranges: Range[] = [];
  search(text, (start, end, replacement) => ranges.push({ start, end, replacement }));
  let decoded = decode(text);
  if (!decoded) return ranges.length === 0 ? text : replaced(text, ranges);
  const ways: ((place: number) => number)[] = [];
  const sourceOf = (place: number) => ways.reduceRight((at, way) => way(at), place);
  while (decoded && ways.length < MAX_ENCODINGS) {
    ways.push(decoded.sourceOf);
    search(decoded.text, (start, end, replacement) =>
      ranges.push({ start: sourceOf(start), end: sourceOf(end), replacement }),
    );
    decoded = decode(decoded.text);
  }
  return ranges.length === 0 ? text : replaced(text, ranges);
}

/** The text with something else in place of the ranges; those that overlap become one, and the longest counts. */
function replaced(text: string, ranges: readonly Range[]): string {
  const sorted = ranges.toSorted((a, b) => a.start - b.start || b.end - a.end);
  let result = '';
  let end = 0;
  let open: Range | undefined;
  for (const range of sorted) {
    if (open && range.start < open.end) {
      const longer = range.end - range.start > open.end - open.start ? range : open;
      open = { ...open, end: Math.max(open.end, range.end), replacement: longer.replacement };
      continue;
    }
    if (open) result += open.replacement;
    result += text.slice(open?.end ?? end, range.start);
    open = range;
  }
  end = open?.end ?? end;
  return result + (open?.replacement ?? '') + text.slice(end);
}
