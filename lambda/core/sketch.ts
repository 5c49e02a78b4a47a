/**
 * A sketch of a set of log ids: of fixed size whatever it holds, and what lies in one set but not in the other can
 * be read out of the difference of two sketches, as long as that is little.
 * An invertible Bloom lookup table: Eppstein, Goodrich, Uyeda, Varghese, "What's the Difference?", SIGCOMM 2011,
 * https://doi.org/10.1145/2018436.2018462
 */
import { hash } from 'node:crypto';

/** An id's name inside a sketch: 64 bits of its SHA-256, in hex. */
export type IdKey = string;

/** Each id lies in one cell of each part. */
const PARTS = 3;
const CELLS_PER_PART = 20;
const CELLS = PARTS * CELLS_PER_PART;
/** A cell: how many ids, and the exclusive or of their keys (two words) and of their checks. */
const WORDS = 4;

export interface Sketch {
  /** `CELLS` cells of `WORDS` words. */
  readonly words: Int32Array;
}

export const emptySketch = (): Sketch => ({ words: new Int32Array(CELLS * WORDS) });

export const idKey = (logId: string): IdKey => hash('sha256', logId, 'hex').slice(0, 16);

/** Adds an id to the sketch, in place. */
export function addToSketch(sketch: Sketch, key: IdKey): void {
  change(sketch.words, key, 1);
}

/** The sketch of these ids. */
export function sketchOf(logIds: readonly string[]): Sketch {
  const sketch = emptySketch();
  for (const logId of logIds) addToSketch(sketch, idKey(logId));
  return sketch;
}

/** How many ids are in it. */
export function countOf({ words }: Sketch): number {
  let count = 0;
  for (let cell = 0; cell < CELLS_PER_PART; cell++) count += words[cell * WORDS] ?? 0;
  return count;
}

/** All keys of a set, folded into one: two words of 32 bits, by exclusive or. */
export interface Digest {
  readonly high: number;
  readonly low: number;
}

/** The digest of the ids in it. Each of them lies in one cell of the first part. */
export function digestOf({ words }: Sketch): Digest {
  let [high, low] = [0, 0];
  for (let cell = 0; cell < CELLS_PER_PART; cell++) {
    high ^= words[cell * WORDS + 1] ?? 0;
    low ^= words[cell * WORDS + 2] ?? 0;
  }
  return { high: high >>> 0, low: low >>> 0 };
}

/** `one` and `other` together. */
export function unite(one: Sketch, other: Sketch): Sketch {
  return {
    words: one.words.map((word, i) =>
      i % WORDS === 0 ? word + (other.words[i] ?? 0) : word ^ (other.words[i] ?? 0),
    ),
  };
}

/**
 * The ids that are in `all` and not in `known`; undefined when they differ in too many (about 35) to name them.
 * Ids that only `known` holds do no harm, but count as well.
 */
export function missingFrom(known: Sketch, all: Sketch): ReadonlySet<IdKey> | undefined {
  const words = all.words.map((word, i) =>
    i % WORDS === 0 ? word - (known.words[i] ?? 0) : word ^ (known.words[i] ?? 0),
  );
  const found = new Set<IdKey>();
  // Each removal may leave another cell with a single id; more rounds than cells mean a circle.
  for (let round = 0; round < CELLS; round++) {
    let removed = false;
    for (let cell = 0; cell < CELLS; cell++) {
      const single = singleOf(words, cell);
      if (!single) continue;
      if (single.sign === 1) found.add(single.key);
      change(words, single.key, -single.sign as 1 | -1);
      removed = true;
    }
    if (!removed) break;
  }
  return words.every(word => word === 0) ? found : undefined;
}

/** Base64 of the words, for the table; `readSketch` undoes it. */
export function writeSketch({ words }: Sketch): string {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('base64');
}

/** Undefined when the text is not a sketch of this size. */
export function readSketch(text: unknown): Sketch | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== CELLS * WORDS * 4) return undefined;
  return { words: new Int32Array(Uint8Array.from(bytes).buffer) };
}

function change(words: Int32Array, key: IdKey, sign: 1 | -1): void {
  const [high, low] = wordsOf(key);
  const check = mix(high, low, 0);
  for (let part = 0; part < PARTS; part++) {
    const cell = cellOf(high, low, part) * WORDS;
    words[cell] = (words[cell] ?? 0) + sign;
    words[cell + 1] = (words[cell + 1] ?? 0) ^ high;
    words[cell + 2] = (words[cell + 2] ?? 0) ^ low;
    words[cell + 3] = (words[cell + 3] ?? 0) ^ check;
  }
}

/** The one id in a cell, when there is just one: its check fits, and it belongs into that cell. */
function singleOf(words: Int32Array, cell: number): { key: IdKey; sign: 1 | -1 } | undefined {
  const [count = 0, high = 0, low = 0, check = 0] = words.subarray(cell * WORDS, (cell + 1) * WORDS);
  if ((count !== 1 && count !== -1) || mix(high, low, 0) !== check) return undefined;
  if (cellOf(high, low, Math.floor(cell / CELLS_PER_PART)) !== cell) return undefined;
  return { key: hex(high) + hex(low), sign: count };
}

function cellOf(high: number, low: number, part: number): number {
  return part * CELLS_PER_PART + ((mix(high, low, part + 1) >>> 0) % CELLS_PER_PART);
}

const wordsOf = (key: IdKey): [number, number] => [
  Number.parseInt(key.slice(0, 8), 16) | 0,
  Number.parseInt(key.slice(8), 16) | 0,
];

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0');

/** MurmurHash3's finalizer over both words: https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp */
function mix(high: number, low: number, seed: number): number {
  return finalize(low ^ finalize(high ^ Math.imul(seed + 1, 0x9e3779b9)));
}

function finalize(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
