/** How often a `cron(…)` of EventBridge Scheduler ticks: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */

/** Between one tick and the next, in minutes. */
export interface Pauses {
  readonly shortest: number;
  readonly longest: number;
}

interface Field {
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const MINUTES: Field = { from: 0, to: 59 };
const HOURS: Field = { from: 0, to: 23 };
const DAYS: Field = { from: 1, to: 31 };
const MONTHS: Field = {
  from: 1,
  to: 12,
  names: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' '),
};
const WEEKDAYS: Field = { from: 1, to: 7, names: 'SUN MON TUE WED THU FRI SAT'.split(' ') };
const DAY_MINUTES = 1440;
const DAY_MS = 86_400_000;
/** Two years with a leap day. */
const CALENDAR = { fromMs: Date.UTC(2027, 0, 1), days: 731 };

/** Undefined when it cannot be computed: for `L`, `W`, `#`, for certain years, and for fewer than two ticks in two years. */
export function cronPauses(expression: string): Pauses | undefined {
  const fields = expression.trim().split(/\s+/);
  const [minute, hour, day, month, weekday] = [MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS].map((field, at) =>
    valuesOf(fields[at] ?? '', field),
  );
  if (!minute || !hour || !day || !month || !weekday || fields.length !== 6 || fields[5] !== '*')
    return undefined;
  const times = [...hour].flatMap(h => [...minute].map(m => h * 60 + m)).sort((a, b) => a - b);
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const pauses = new Set(times.slice(1).map((time, at) => time - times[at]!));
  let before: number | undefined;
  for (let at = 0; at < CALENDAR.days; at++) {
    const date = new Date(CALENDAR.fromMs + at * DAY_MS);
    const isTick =
      month.has(date.getUTCMonth() + 1) && day.has(date.getUTCDate()) && weekday.has(date.getUTCDay() + 1);
    if (!isTick) continue;
    if (before !== undefined) pauses.add((at - before) * DAY_MINUTES - last + first);
    before = at;
  }
  if (pauses.size === 0) return undefined;
  return { shortest: Math.min(...pauses), longest: Math.max(...pauses) };
}

/** `*`, `?`, `5`, `MON-FRI`, `0/15`, `8-18/2`, and lists of these. */
function valuesOf(text: string, field: Field): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of text.toUpperCase().split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/([1-9]\d*))?$/.exec(part) ?? [];
    const [low, high = step === undefined ? low : field.to] =
      range === '*' || range === '?'
        ? [field.from, field.to]
        : range.split('-').map(one => numberOf(one, field));
    if (low === undefined || high === undefined || Number.isNaN(low + high)) return undefined;
    // "FRI-MON" wraps around.
    const end = high < low ? high + (field.to - field.from + 1) : high;
    for (let at = low; at <= end; at += Number(step ?? 1)) {
      values.add(at > field.to ? at - (field.to - field.from + 1) : at);
    }
  }
  return values.size > 0 ? values : undefined;
}

function numberOf(text: string, { from, to, names = [] }: Field): number {
  const value = names.includes(text)
    ? names.indexOf(text) + from
    : /^\d+$/.test(text)
      ? Number(text)
      : Number.NaN;
  return value >= from && value <= to ? value : Number.NaN;
}
