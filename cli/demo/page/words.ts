/** Numbers and times in words. */

const NUMBER = new Intl.NumberFormat('en');

export const number = (value: number): string => NUMBER.format(value);

/** "1 log", "2 logs" */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

/** "14:05:09", UTC as everywhere in the command line */
export const timeOf = (ms: number): string => new Date(ms).toISOString().slice(11, 19);

/** "14:00" */
export const hourOf = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

/** "3 s", "4 min", "2 h" */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
