/** The matrix and the ban on circles, as judgments of a graph of imports. */
import { MATRIX, NAMED, type Row } from './matrix.ts';
import type { Import } from './sources.ts';

type Names = Readonly<Record<string, string>>;

/** The target of a file that no row of the matrix fits. */
export const NO_ROW = '(no row)';

/** What the matrix refuses: imports, and files without a row. */
export function refusals(files: ReadonlySet<string>, imports: readonly Import[]): readonly Import[] {
  const places = new Map([...files].map(file => [file, placeOf(file, files)]));
  const homeless = [...files].filter(file => !places.get(file)).map(file => ({ file, target: NO_ROW }));
  const wrong = imports.filter(({ file, target }) => {
    const place = places.get(file);
    return place && !mayImport(place, target);
  });
  return [...homeless, ...wrong];
}

export interface Exception {
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

/** Whether an exception names what is refused. */
export function isExcepted({ file, target }: Import, { from, to }: Exception): boolean {
  return matched(from, file) !== undefined && (to === target || matched(to, target) !== undefined);
}

interface Place {
  readonly row: Row;
  readonly names: Names;
}

/** The first row that fits, and what its names stand for. */
function placeOf(file: string, files: ReadonlySet<string>): Place | undefined {
  for (const row of MATRIX) {
    const names = matched(row.files, file);
    if (names && Object.entries(names).every(([of, name]) => files.has(NAMED[of]?.(name) ?? file))) {
      return { row, names };
    }
  }
  return undefined;
}

function mayImport({ row, names }: Place, target: string): boolean {
  const allowed = /^(npm|node):/.test(target) ? row.packages : [row.files, ...row.house];
  return allowed.some(pattern => matched(pattern, target.replace(/^npm:/, ''), names));
}

/** What the names of a pattern stand for when it fits; those of `names` are given. */
export function matched(pattern: string, path: string, names: Names = {}): Names | undefined {
  const source = pattern
    .replace(/[.[\]()+$^|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\\\[-…\\\]/g, '(-[^/]*)?')
    .replace(/\/$/, '/[^/]+')
    .replace(/<(\w+)>/g, (_, name: string) => names[name] ?? `(?<${name}>[a-z0-9-]+?)`);
  const found = new RegExp(`^${source}$`).exec(path);
  return found ? { ...found.groups } : undefined;
}

/** Files that lead back to each other, types included: the strongly connected components, by Tarjan. */
export function circles(imports: readonly Import[]): readonly (readonly string[])[] {
  const targets = Map.groupBy(imports, ({ file }) => file);
  const found: string[][] = [];
  const open: string[] = [];
  const seenAt = new Map<string, number>();
  /** Returns how early in the walk the earliest open file is that `file` leads to. */
  const visit = (file: string): number => {
    const at = seenAt.size;
    let earliest = at;
    seenAt.set(file, at);
    open.push(file);
    for (const { target } of targets.get(file) ?? []) {
      if (!seenAt.has(target)) earliest = Math.min(earliest, visit(target));
      else if (open.includes(target)) earliest = Math.min(earliest, seenAt.get(target)!);
    }
    if (earliest === at) {
      const circle = open.splice(open.indexOf(file));
      if (circle.length > 1) found.push(circle.sort());
    }
    return earliest;
  };
  for (const file of targets.keys()) if (!seenAt.has(file)) visit(file);
  return found;
}
