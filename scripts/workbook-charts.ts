/** Charts and tables as HTML, similar to those of a workbook. */
import type { Row } from '../simulator/azure/log-analytics/engine.ts';

const COLORS = ['#0078d4', '#e3008c', '#00a2ad', '#f2a100', '#8764b8', '#498205', '#d13438', '#69797e'];
const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export const htmlOf = (text: string) =>
  text.replace(/[&<>"]/g, sign => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);

interface Series {
  readonly name: string;
  /** The sum of counts; the maximum of anything else. */
  readonly total: number;
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
}

const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
const numeric = (rows: readonly Row[], name: string) => rows.some(row => isNumber(row[name]));

/** One line per value of the text column, or one per column of numbers. */
export function timeChart(rows: readonly Row[], fromMs: number, toMs: number, width: number): string {
  const series = seriesOf(rows);
  const top = Math.max(1, ...series.flatMap(one => one.points.map(point => point.value)));
  const [height, left, bottom] = [210, 44, 22];
  const x = (ms: number) => left + ((ms - fromMs) / (toMs - fromMs)) * (width - left - 8);
  const y = (value: number) => height - bottom - (value / top) * (height - bottom - 10);
  const lines = series.map(({ points }, index) => {
    const color = COLORS[index % COLORS.length];
    const [only, ...others] = points;
    if (only && others.length === 0) {
      return `<circle cx="${x(only.atMs)}" cy="${y(only.value)}" r="3" fill="${color}"/>`;
    }
    const path = points.map(({ atMs, value }) => `${x(atMs).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`;
  });
  const levels = [0, 0.5, 1].map(
    share =>
      `<line x1="${left}" x2="${width - 8}" y1="${y(top * share)}" y2="${y(top * share)}" class="grid"/><text x="${left - 6}" y="${y(top * share) + 4}" text-anchor="end">${NUMBER.format(top * share)}</text>`,
  );
  const hours = [0, 6, 12, 18, 24].map(hour => {
    const atMs = fromMs + (hour / 24) * (toMs - fromMs);
    const anchor = hour === 24 ? 'end' : hour === 0 ? 'start' : 'middle';
    return `<text x="${x(atMs)}" y="${height - 5}" text-anchor="${anchor}">${new Date(atMs).toISOString().slice(11, 16)}</text>`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" class="chart">${[...levels, ...hours, ...lines].join('')}</svg>${legend(series.map(legendOf))}`;
}

function seriesOf(rows: readonly Row[]): Series[] {
  const columns = Object.keys(rows[0] ?? {});
  const time = columns.find(name => rows[0]?.[name] instanceof Date) ?? '';
  const values = columns.filter(name => name !== time && numeric(rows, name));
  const split = columns.find(name => name !== time && !values.includes(name));
  const at = (row: Row) => (row[time] as Date).getTime();
  const points = (some: readonly Row[], name: string) =>
    some.map(row => ({ atMs: at(row), value: Number(row[name]) })).sort((a, b) => a.atMs - b.atMs);
  const most = (name: string) => Math.max(...rows.map(row => Number(row[name])));
  if (split === undefined) {
    return values.map(name => ({ name, total: most(name), points: points(rows, name) }));
  }
  return Object.entries(Object.groupBy(rows, row => String(row[split])))
    .map(([name, some = []]) => ({ name, points: points(some, values[0] ?? '') }))
    .map(one => ({ ...one, total: one.points.reduce((all, point) => all + point.value, 0) }))
    .sort((a, b) => b.total - a.total)
    .slice(0, COLORS.length);
}

const legendOf = ({ name, total }: Series): [string, string] => [name, NUMBER.format(total)];

function legend(names: readonly (readonly [name: string, total: string])[]): string {
  const items = names.map(
    ([name, total], index) =>
      `<span><i style="background:${COLORS[index % COLORS.length]}"></i>${htmlOf(name)} <b>${total}</b></span>`,
  );
  return `<div class="legend">${items.join('')}</div>`;
}

/** Stacked bars, one per row. */
export function barChart(rows: readonly Row[], x: string, y: readonly string[]): string {
  const some = rows.slice(0, 8);
  const total = (row: Row) => y.reduce((all, name) => all + Number(row[name]), 0);
  const top = Math.max(1, ...some.map(total));
  const bars = some.map(row => {
    const parts = y.map(
      (name, index) =>
        `<i style="width:${((Number(row[name]) / top) * 100).toFixed(1)}%;background:${COLORS[index]}"></i>`,
    );
    return `<div class="bar"><label>${htmlOf(String(row[x]))}</label><div>${parts.join('')}<b>${NUMBER.format(total(row))}</b></div></div>`;
  });
  const totals = y.map((name): [string, string] => [
    name,
    NUMBER.format(rows.reduce((all, row) => all + Number(row[name]), 0)),
  ]);
  return `<div class="bars">${bars.join('')}</div>${legend(totals)}`;
}

/** The first rows, with a bar behind the numbers of some columns. */
export function table(rows: readonly Row[], bars: readonly string[], most: number): string {
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length === 0) return '<p class="none">None in this time.</p>';
  const tops = new Map(bars.map(name => [name, Math.max(1, ...rows.map(row => Number(row[name])))]));
  const cell = (row: Row, name: string) => {
    const top = tops.get(name);
    if (top === undefined) return `<td>${htmlOf(text(row[name]))}</td>`;
    const width = (Number(row[name]) / top) * 88;
    return `<td class="data"><i style="width:${width.toFixed(0)}%"></i><b>${text(row[name])}</b></td>`;
  };
  const head = columns.map(name => `<th>${htmlOf(name)}</th>`).join('');
  const body = rows.slice(0, most).map(row => `<tr>${columns.map(name => cell(row, name)).join('')}</tr>`);
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

export function tiles(rows: readonly Row[]): string {
  const all = rows.map(
    row => `<div class="tile"><span>${htmlOf(String(row['Name']))}</span><b>${text(row['Count'])}</b></div>`,
  );
  return `<div class="tiles">${all.join('')}</div>`;
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString().slice(5, 16).replace('T', ' ');
  if (isNumber(value)) return NUMBER.format(value as number);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
