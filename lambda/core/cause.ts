/** Why a vendor rejects a request, and the fix: one row per cause, for reports, `doctor`, alarms and docs/runbook.md. */

/** A rejection, with the fields that identify its cause. */
export interface Refused {
  readonly status: number;
  readonly code?: string | undefined;
  /** The vendor's message. */
  readonly message?: string | undefined;
  /** The body is an HTML page, or anything else but the vendor's JSON. */
  readonly isPage?: boolean | undefined;
  /** How far our clock is ahead of the answer's `Date` header, when it has one. */
  readonly clockAheadMs?: number | undefined;
  /** Logs were searched by date, and not read from a log id. */
  readonly isSearch?: boolean | undefined;
}

/** When the request is repeated: `core/waits.ts` and `core/post.ts` implement it. */
export type NextTry = 'next run' | 'refused' | 'asked';

export interface Cause {
  /** Never changes: tests look it up. */
  readonly name: string;
  /** The answer that identifies it, in Markdown. */
  readonly answer: string;
  /** One plain clause, in Markdown. */
  readonly means: string;
  /** What to do, in the imperative; `{setting}` stands for its value. After a line break, each line is a command. */
  readonly remedy: string;
  readonly next: NextTry;
  /** The request is authenticated with a secret: does not apply to a federated pipeline. */
  readonly needsSecret?: true;
  /** Absent where no answer shows the cause. */
  is?(refused: Refused): boolean;
}

export const NEXT_TRY: Readonly<Record<NextTry, string>> = {
  'next run': 'in the next run',
  refused: 'in the next run; from the second rejection on after 2, 4, 8, and then every 10 minutes',
  asked: 'after the time in `Retry-After`, one hour at most',
};

/** The first row that matches. */
export const causeOf = (causes: readonly Cause[], refused: Refused): Cause | undefined =>
  causes.find(cause => cause.is?.(refused));

/** Why a request is rejected until somebody fixes it, each cause once. Throttling ends automatically and is left out. */
export const denialsIn = (causes: readonly Cause[]): readonly string[] => [
  ...new Set(causes.filter(({ is, next }) => is && next !== 'asked').map(({ means }) => means)),
];

/** What to do about a rejection, with the values of this pipeline; undefined when no row matches. */
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

/** A message with the problem and the remedy, and the remedy alone. The message leaves out the commands. */
export const remedied = (what: string, remedy: string | undefined) =>
  remedy === undefined
    ? { message: what }
    : { message: `${what.replace(/\.$/, '')}; ${inLine(remedy)}`, remedy };

/** The problem alone. */
export const withoutRemedy = (message: string, remedy: string | undefined): string =>
  remedy === undefined ? message : message.replace(`; ${inLine(remedy)}`, '');

/** The remedy without its commands. */
export const inLine = (remedy: string): string => remedy.split('\n')[0]!.replace(/:$/, '');

/** The clock is off by more than the vendor tolerates. */
export const isClockOff = ({ clockAheadMs = 0 }: Refused, toleranceMs: number): boolean =>
  Math.abs(clockAheadMs) > toleranceMs;

/** How far our clock is ahead of the answer's `Date` header; undefined when it has none. */
export function clockAhead(date: string | null, nowMs: number): number | undefined {
  const theirsMs = Date.parse(date ?? '');
  return Number.isNaN(theirsMs) ? undefined : nowMs - theirsMs;
}

const clockText = (aheadMs: number) =>
  `${Math.round(Math.abs(aheadMs) / 60_000)} min ${aheadMs > 0 ? 'ahead' : 'behind'}`;

export const SET_THE_CLOCK =
  'synchronize this machine’s clock, which is {clock}:\n  timedatectl set-ntp true   # Linux';
