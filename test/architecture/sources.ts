/** What is written in the house: every source file, what it imports, and the texts in it, found by a parser. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { parseAst } from 'vitest/node';

const ROOT = resolve(import.meta.dirname, '../..');
const NOT_OURS = /^(node_modules|dist|cdk\.out|coverage|reports|state|\..*)$/;
const IS_SOURCE = /\.[cm]?[jt]sx?$/;

export interface Source {
  /** Path from the root. */
  readonly file: string;
  readonly text: string;
}

export interface Import {
  readonly file: string;
  /** A path from the root, `npm:` or `node:` and a package's name, or COMPUTED. */
  readonly target: string;
}

/** The target of an import whose name is known only at run time. */
export const COMPUTED = '(computed)';

export const sources: readonly Source[] = readdirSync(ROOT, { withFileTypes: true })
  .filter(({ name }) => !NOT_OURS.test(name))
  .flatMap(entry => (entry.isDirectory() ? under(entry.name) : [entry.name]))
  .filter(file => IS_SOURCE.test(file))
  .sort()
  .map(file => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));

function under(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
    name => `${folder}/${name}`,
  );
}

const parsed = ({ file, text }: Source) => parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' });

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

function* nodesOf(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value) yield value as Node;
  for (const child of Object.values(value)) yield* nodesOf(child);
}

/** The string that a node is, or a piece of a template. */
function stringOf(node: unknown): string | undefined {
  const { type, value } = (node ?? {}) as Node;
  if (type === 'Literal' && typeof value === 'string') return value;
  return type === 'TemplateElement' ? (value as { cooked: string }).cooked : undefined;
}

/** Every string and piece of a template of a file, without its comments. */
export function stringsIn(source: Source): readonly string[] {
  return [...nodesOf(parsed(source))].map(stringOf).filter(found => found !== undefined);
}

/**
 * What a file imports: values and types, statically or by a call. A string that names one of `files`, beside the file
 * or from the root, is an import too: so are processes started (`new URL('x.ts', import.meta.url)`, `fork`).
 */
export function importsIn({ file, text }: Source, files: ReadonlySet<string>): readonly Import[] {
  const targets = new Set<string>();
  for (const node of nodesOf(parsed({ file, text }))) {
    const name = stringOf(node);
    const named = [
      posix.join(posix.dirname(file), name ?? ''),
      posix.normalize(name ?? '').replace(/^\//, ''),
    ];
    for (const path of named) if (files.has(path) && path !== file) targets.add(path);
    const source = sourceOf(node);
    if (source === undefined) continue;
    const specifier = stringOf(source);
    if (specifier === undefined) targets.add(COMPUTED);
    else if (specifier.startsWith('.')) targets.add(posix.join(posix.dirname(file), specifier));
    else targets.add(packageOf(specifier));
  }
  return [...targets].map(target => ({ file, target }));
}

/** Where a node imports from: `import`, `export … from`, `import()`, a type's `import()`, `require`. */
function sourceOf(node: Node): unknown {
  if (node.type === 'CallExpression' && (node['callee'] as { name?: string }).name === 'require') {
    return (node['arguments'] as unknown[])[0];
  }
  return /^(Import(Declaration|Expression)|Export(Named|All)Declaration|TSImportType)$/.test(node.type)
    ? (node['source'] ?? undefined)
    : undefined;
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return `npm:${specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')}`;
}
