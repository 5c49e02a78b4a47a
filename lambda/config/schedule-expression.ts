/**
 * Schedules as EventBridge Scheduler accepts them, so that an invalid one fails before a deploy.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */

/** Of alarms whose periods are a day at most: five periods are three ticks, see cdk/heartbeat.ts. */
const RATE_MAX_HOURS = 40;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Words for numbers, the first one for `from`. */
  readonly words?: readonly string[];
  /** What it may be besides lists, ranges and steps. */
  readonly besides?: RegExp;
  readonly allowed: string;
}

const FIELDS: readonly Field[] = [
  { name: 'minutes', from: 0, to: 59, allowed: '0-59 , - * /' },
  { name: 'hours', from: 0, to: 23, allowed: '0-23 , - * /' },
  {
    name: 'day-of-month',
    from: 1,
    to: 31,
    besides: /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/,
    allowed: '1-31 , - * ? / L W',
  },
  { name: 'month', from: 1, to: 12, words: MONTHS, allowed: '1-12 or JAN-DEC , - * /' },
  {
    name: 'day-of-week',
    from: 1,
    to: 7,
    words: DAYS,
    besides: /^(\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/,
    allowed: '1-7 or SUN-SAT , - * ? L #',
  },
  { name: 'year', from: 1970, to: 2199, allowed: '1970-2199 , - * /' },
];

/** What every schedule matches, and also a `cron(…)` with fields that are wrong, or a `rate(…)` that is too long. */
export const SCHEDULE_FORM =
  /^(rate\((1 (minute|hour)|(?!1 )[1-9]\d{0,3} (minutes|hours))\)|cron\([^() ]+( [^() ]+){5}\))$/;

/** What is allowed instead; undefined for a schedule that EventBridge Scheduler takes and the alarms can watch. */
export function scheduleProblem(expression: string): string | undefined {
  const [, kind, inner = ''] = /^(rate|cron)\(([^()]+)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rateProblem(inner);
  if (kind === 'cron') return cronProblem(inner);
  return '"rate(1 minute)" or "cron(…)", as EventBridge Scheduler accepts them';
}

/** Hours from tick to tick; undefined of a `cron(…)`, whose ticks need not be equally far apart. */
export function rateHours(expression: string): number | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour)s?\)$/.exec(expression) ?? [];
  if (count === undefined) return undefined;
  return unit === 'hour' ? Number(count) : Number(count) / 60;
}

function rateProblem(inner: string): string | undefined {
  const allowed = '"rate(1 minute)", "rate(5 minutes)", "rate(1 hour)", "rate(2 hours)"';
  if (!/^(1 (minute|hour)|(?!1 )[1-9]\d{0,5} (minutes|hours))$/.test(inner)) return allowed;
  if ((rateHours(`rate(${inner})`) ?? 0) <= RATE_MAX_HOURS) return undefined;
  return `at most ${RATE_MAX_HOURS} hours, as no alarm can detect a longer silence; or a "cron(…)", such as "cron(0 3 ? * SUN *)"`;
}

function cronProblem(inner: string): string | undefined {
  const given = inner.split(' ');
  if (given.length !== FIELDS.length) {
    const names = FIELDS.map(({ name }) => name).join(' ');
    return `six fields separated by spaces, "cron(${names})"; this has ${given.length}`;
  }
  const wrong = FIELDS.find((field, i) => !isField(given[i]!, field));
  if (wrong) return `${wrong.name} of ${wrong.allowed}; it is "${given[FIELDS.indexOf(wrong)]}"`;
  const [, , dayOfMonth, , dayOfWeek] = given;
  if ((dayOfMonth === '?') !== (dayOfWeek === '?')) return undefined;
  return 'a "?" in day-of-month or in day-of-week, but not in both';
}

function isField(given: string, field: Field): boolean {
  return given.split(',').every(part => (field.besides?.test(part) ?? false) || isRange(part, field));
}

/** `*`, `5`, `MON-FRI`, and each of them with a step. */
function isRange(part: string, { from, to, words = [] }: Field): boolean {
  const [range = '', step, ...more] = part.split('/');
  if (more.length > 0) return false;
  if (step !== undefined && !(/^\d{1,4}$/.test(step) && Number(step) >= 1 && Number(step) <= to))
    return false;
  if (range === '*') return true;
  const ends = range.split('-').map(end => {
    const word = words.indexOf(end);
    return word >= 0 ? from + word : /^\d{1,4}$/.test(end) ? Number(end) : Number.NaN;
  });
  if (ends.length > 2 || !ends.every(end => end >= from && end <= to)) return false;
  // Quartz, which AWS's fields are of, lets a range go round: FRI-MON, 22-4. A year cannot.
  return ends.length === 1 || to <= 59 || ends[0]! <= ends[1]!;
}
