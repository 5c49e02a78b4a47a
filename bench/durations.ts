/** A duration in the largest unit that fits, such as "3.5 h". */
const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'days'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
];

export function durationText(seconds: number): string {
  // By what is printed: 59.6 s are a minute.
  const [size, name] = UNITS.find(([unit]) => seconds / unit >= 0.995) ?? [1, 's'];
  const value = seconds / size;
  const count = value < 9.95 && size > 1 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));
  return `${count} ${name === 'days' && count === '1' ? 'day' : name}`;
}
