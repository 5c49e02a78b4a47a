/** Every figure that has a limit, of all sections: the missed ones first. */
import { type AllKept, type Kept, type Row, table, text } from './report.ts';

interface Target {
  readonly what: string;
  readonly measured: number;
  readonly spread?: string | undefined;
  readonly bound: number;
  readonly isUpper: boolean;
}

export function targetsText(all: AllKept): string | undefined {
  const targets = Object.values(all).flatMap(kept => [...ofFigures(kept), ...ofColumn(kept)]);
  if (targets.length === 0) return undefined;
  const missed = targets.filter(isMissed);
  const met = targets.filter(one => !isMissed(one));
  return [
    `Of ${targets.length} figures that have a limit, ${missed.length} miss it.`,
    table([...missed, ...met].map(rowOf)),
  ].join('\n\n');
}

export function isMissed({ measured, bound, isUpper }: Target): boolean {
  return isUpper ? measured > bound : measured < bound;
}

function ofFigures({ wanted = [] }: Kept): Target[] {
  return wanted.map(({ what, value, spread, atMost }) => ({
    what,
    measured: value,
    spread,
    bound: atMost,
    isUpper: true,
  }));
}

/** The worst row of a table that has a limit. */
function ofColumn({ title, rows, limit }: Kept): Target[] {
  if (!limit) return [];
  const isUpper = limit.atMost !== undefined;
  const values = rows.flatMap(row =>
    typeof row[limit.column] === 'number' ? [Number(row[limit.column])] : [],
  );
  const measured = isUpper ? Math.max(...values) : Math.min(...values);
  return [
    { what: `${title}: ${limit.column}`, measured, bound: limit.atMost ?? limit.atLeast ?? 0, isUpper },
  ];
}

function rowOf(target: Target): Row {
  const { what, measured, spread = '', bound, isUpper } = target;
  const by = Math.ceil(Math.abs(measured / bound - 1) * 100);
  return {
    figure: what,
    wanted: `${isUpper ? '≤' : '≥'} ${bound}`,
    measured: text(measured),
    'from to': spread,
    '': isMissed(target) ? `**missed** by ${by} %` : 'met',
  };
}
