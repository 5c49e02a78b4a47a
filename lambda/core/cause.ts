/** Why a vendor refuses, and what to do about it: one row per cause, for reports, `doctor`, alarms and docs/runbook.md. */

/** The parts of a refusal that identify its cause. */
export interface Refused {
  readonly status: number;
  readonly code?: string | undefined;
  /** The vendor's own words. */
  readonly message?: string | undefined;
  /** The body is a page, or anything but the vendor's JSON. */
  readonly isPage?: boolean | undefined;
  /** How far our clock is ahead of the answer's `Date`, if it has one. */
  readonly clockAheadMs?: number | undefined;
  /** Logs were searched by date, and not read from a log id. */
  readonly isSearch?: boolean | undefined;
}

/** When the vendor is asked again: `core/waits.ts` and `core/post.ts` hold to it. */
export type NextTry = 'next run' | 'refused' | 'asked';

export interface Cause {
  /** Stays the same: it is looked for. */
  readonly name: string;
  /** The answer by which it is known, in Markdown. */
  readonly answer: string;
  readonly means: string;
  /** What to do; `{setting}` stands for its value. After a line break, each line is a command. */
  readonly remedy: string;
  readonly next: NextTry;
  is(refused: Refused): boolean;
}

export const NEXT_TRY: Readonly<Record<NextTry, string>> = {
  'next run': 'the next run',
  refused: 'the next run; from the second refusal on after 2 min, then 4, 8 and 10',
  asked: 'after `Retry-After`, an hour at most',
};

/** The first row that fits. */
export const causeOf = (causes: readonly Cause[], refused: Refused): Cause | undefined =>
  causes.find(cause => cause.is(refused));

/** What to do about a refusal, with the values of this pipeline; undefined when no row fits. */
export function remedyOf(
  causes: readonly Cause[],
  refused: Refused,
  values: Readonly<Record<string, string>>,
): string | undefined {
  const clock = clockText(refused.clockAheadMs ?? 0);
  return causeOf(causes, refused)?.remedy.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => (name === 'clock' ? clock : values[name]) ?? name,
  );
}

/** A message that says what is wrong and what to do, and the remedy alone. Commands are left out of the message. */
export const remedied = (what: string, remedy: string | undefined) =>
  remedy === undefined
    ? { message: what }
    : { message: `${what.replace(/\.$/, '')}; ${inLine(remedy)}`, remedy };

/** What is wrong alone. */
export const withoutRemedy = (message: string, remedy: string | undefined): string =>
  remedy === undefined ? message : message.replace(`; ${inLine(remedy)}`, '');

/** The remedy's words, without its commands. */
export const inLine = (remedy: string): string => remedy.split('\n')[0]!.replace(/:$/, '');

/** The clock is off by more than the vendor tolerates. */
export const isClockOff = ({ clockAheadMs = 0 }: Refused, toleranceMs: number): boolean =>
  Math.abs(clockAheadMs) > toleranceMs;

/** How far our clock is ahead of that of the answer's `Date` header; undefined when it has none. */
export function clockAhead(date: string | null, nowMs: number): number | undefined {
  const theirsMs = Date.parse(date ?? '');
  return Number.isNaN(theirsMs) ? undefined : nowMs - theirsMs;
}

const clockText = (aheadMs: number) =>
  `${Math.round(Math.abs(aheadMs) / 60_000)} min ${aheadMs > 0 ? 'ahead' : 'behind'}`;

export const SET_THE_CLOCK =
  'this machine’s clock is {clock}: set it by the network’s time, on Linux:\n  timedatectl set-ntp true';
