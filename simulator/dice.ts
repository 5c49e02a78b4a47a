/** A seeded source of choices, so that the same seed always gives the same tenant. */
export interface Dice {
  /** A number in [0, 1). */
  random(): number;
  /** A whole number, both ends included. */
  whole(from: number, to: number): number;
  chance(share: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** So many decimal digits. */
  digits(count: number): string;
  /** So many letters and digits, as Auth0's ids are made of. */
  letters(count: number): string;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Letters are drawn by twos: a tenant's logs are mostly made of them. */
const PAIRS = [...LETTERS].flatMap(first => [...LETTERS].map(second => first + second));

/** Mulberry32: 32 bits of state are plenty for made-up logs. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const several = (count: number, chunk: () => string) => {
    let text = '';
    while (text.length < count) text += chunk();
    return text.slice(0, count);
  };
  const pair = () => PAIRS[Math.floor(random() * PAIRS.length)]!;
  return {
    random,
    whole,
    chance: share => random() < share,
    pick: choices => choices[whole(0, choices.length - 1)]!,
    digits: count => several(count, () => String(whole(1_000_000_000, 1_999_999_999)).slice(1)),
    letters: count => several(count, () => pair() + pair()),
  };
}
