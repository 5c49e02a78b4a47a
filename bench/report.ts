/** What a benchmark is and what it brings. */

export type Row = Readonly<Record<string, string | number>>;

export interface Result {
  readonly title: string;
  readonly rows: readonly Row[];
  /** The figure that every row with this column must keep. */
  readonly limit?: { readonly column: string; readonly atMost?: number; readonly atLeast?: number };
  /** Figures that are not of one row, and what they must keep. */
  readonly wanted?: readonly Wanted[];
  /** What the table cannot say. */
  readonly remarks?: readonly string[];
}

export interface Wanted {
  readonly what: string;
  readonly value: number;
  /** Its smallest and largest, where it is a median. */
  readonly spread?: string;
  readonly atMost: number;
}

/** A section's last result, as bench/results.json keeps it. */
export type Kept = Result & {
  readonly date: string;
  readonly command: string;
  readonly machine: string;
  readonly node: string;
};

export type AllKept = Readonly<Record<string, Kept>>;

export interface Tools {
  /** Holds the function `ship`, bundled as it is deployed, and the benchmark's own files. */
  readonly folder: string;
  /** Prints a row as soon as it is known. */
  note(row: Row): void;
}

export type Bench = (tools: Tools) => Promise<Result>;

/** Rows that miss the limit, and figures that miss theirs. */
export function misses({ rows, limit, wanted = [] }: Result): readonly Row[] {
  const missed = wantedRows(wanted).filter((_, at) => wanted[at]!.value > wanted[at]!.atMost);
  const outside = rows.filter(row => {
    const value = limit && row[limit.column];
    if (typeof value !== 'number') return false;
    return value > (limit?.atMost ?? Number.POSITIVE_INFINITY) || value < (limit?.atLeast ?? 0);
  });
  return [...outside, ...missed];
}

/** As rows of a table. */
export function wantedRows(wanted: readonly Wanted[]): Row[] {
  return wanted.map(({ what, value, spread = '', atMost }) => ({
    wanted: what,
    'at most': atMost,
    measured: value,
    'from to': spread,
    '': value <= atMost ? 'met' : '**missed**',
  }));
}

/** A table in Markdown, its columns aligned as Prettier would. */
export function table(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const cells = rows.map(row => columns.map(column => text(row[column])));
  const widths = columns.map((column, i) => Math.max(3, column.length, ...cells.map(row => row[i]!.length)));
  const isNumber = columns.map(column => rows.every(row => typeof (row[column] ?? 0) === 'number'));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (isNumber[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [line(columns), rule, ...cells.map(line)].join('\n');
}

/** Large figures whole, small ones with three digits. */
export function text(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}
