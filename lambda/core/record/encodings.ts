/** Undoing the ways in which a text is written inside another: in URLs, forms, JSON, JavaScript and HTML. */

/** A text with its escapes undone once, and where each of its characters stands in the text that it was made of. */
export interface Decoded {
  readonly text: string;
  /** Place in `text` to place in what it was made of; inside an escape, the end of that escape. */
  readonly sourceOf: (place: number) => number;
}

/**
 * Percent-encoding of UTF-8 in one to four bytes, or of a byte of Latin-1; `%u00eb`, as JavaScript's `escape` writes;
 * `+` for a space, as forms do; the escapes of JSON and JavaScript; the references of HTML. Each alternative is of
 * bounded length and begins with one of four characters, so that the time is linear in the text.
 */
const ESCAPE = new RegExp(
  [
    '%[0-7][0-9a-f]',
    '%[cd][0-9a-f]%[89ab][0-9a-f]',
    '%e[0-9a-f](?:%[89ab][0-9a-f]){2}',
    '%f[0-7](?:%[89ab][0-9a-f]){3}',
    '%[89a-f][0-9a-f]',
    '%u[0-9a-f]{4}',
    '\\+',
    '\\\\u[0-9a-f]{4}',
    '\\\\x[0-9a-f]{2}',
    '\\\\[bfnrt"\'\\\\/]',
    '&#\\d{1,7};',
    '&#x[0-9a-f]{1,6};',
    '&(?:amp|lt|gt|quot|apos|nbsp);',
  ].join('|'),
  'gi',
);

/** What every escape begins with: most texts have none of it, and need no closer look. */
const BEGINNING = /[%+\\&]/;
const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

/** Undefined when there is nothing to undo. */
export function decode(source: string): Decoded | undefined {
  if (!BEGINNING.test(source)) return undefined;
  const starts: number[] = [];
  const ends: number[] = [];
  const sourceEnds: number[] = [];
  let shift = 0;
  const text = source.replace(ESCAPE, (written, at: number) => {
    const plain = plainOf(written);
    starts.push(at - shift);
    ends.push(at - shift + plain.length);
    sourceEnds.push(at + written.length);
    shift += written.length - plain.length;
    return plain;
  });
  if (text === source) return undefined;
  const sourceOf = (place: number) => {
    const last = lastBelow(starts, place);
    return last < 0 ? place : sourceEnds[last]! + Math.max(0, place - ends[last]!);
  };
  return { text, sourceOf };
}

/** The index of the last of the ascending numbers that is smaller; -1 when none is. */
function lastBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What the escape stands for; the escape itself when it stands for nothing. */
function plainOf(written: string): string {
  const kind = written.charAt(1).toLowerCase();
  switch (written.charAt(0)) {
    case '+':
      return ' ';
    case '%':
      return kind === 'u' ? character(written.slice(2), 16) : percent(written);
    case '\\':
      if (kind === 'u' || kind === 'x') return character(written.slice(2), 16);
      return CONTROLS[kind] ?? kind;
    default:
      if (kind !== '#') return ENTITIES[written.slice(1, -1).toLowerCase()] ?? written;
      if (written.charAt(2).toLowerCase() === 'x') return character(written.slice(3, -1), 16, written);
      return character(written.slice(2, -1), 10, written);
  }
}

function percent(written: string): string {
  if (written.length === 3) return character(written.slice(1), 16);
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

function character(digits: string, base: number, otherwise = ''): string {
  const code = Number.parseInt(digits, base);
  return code > 0x10_ffff ? otherwise : String.fromCodePoint(code);
}
