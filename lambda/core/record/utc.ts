/** Times in UTC that are written in digits, without the parser of Date, which takes several times as long. */

/** Where a text has the two digits of each part, and more of the year and the milliseconds. */
export interface Digits {
  /** Four digits. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  /** Three digits. */
  readonly ms: number;
}

/** The day that was read last, as a number of eight digits: nearly always the next one too. */
let known: { readonly day: number; readonly startMs: number | undefined } = { day: 0, startMs: undefined };

/**
 * The time in milliseconds since 1970, as `Date.parse` reads it in ISO 8601; undefined where that has rules of its own,
 * or refuses it. The text must have a digit in each of the places.
 */
export function utcMs(text: string, at: Digits): number | undefined {
  const hours = two(text, at.hours);
  const minutes = two(text, at.minutes);
  const seconds = two(text, at.seconds);
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const year = two(text, at.year) * 100 + two(text, at.year + 2);
  const day = year * 10_000 + two(text, at.month) * 100 + two(text, at.day);
  if (day !== known.day) known = { day, startMs: startMs(year, two(text, at.month), two(text, at.day)) };
  if (known.startMs === undefined) return undefined;
  const ms = two(text, at.ms) * 10 + (two(text, at.ms + 1) % 10);
  return known.startMs + ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

/** Of a day; like `Date.parse`, a 31st of February is a day in March. `Date.UTC` takes years below 100 for those of 1900. */
function startMs(year: number, month: number, day: number): number | undefined {
  const isPlain = year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  return isPlain ? Date.UTC(year, month - 1, day) : undefined;
}

const ZERO = 0x30;

const two = (text: string, at: number): number =>
  (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
