/** KQL files: a header of comments, `// key: value`, and the query. One file holds one query. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface KqlFile<Key extends string> {
  /** The file's name without its extension. */
  readonly name: string;
  readonly header: Readonly<Record<Key, string>>;
  /** The text after the header. */
  readonly kql: string;
}

const HEADER_LINE = /^\/\/ (\w+): (.+)$/;

/**
 * The KQL files of a folder beside this module, by name. Each must have exactly these keys in its header.
 * Throws Error naming the file, and what is wrong with it.
 */
export function readKqlFiles<Key extends string>(folder: string, keys: readonly Key[]): KqlFile<Key>[] {
  const path = join(import.meta.dirname, folder);
  const files = readdirSync(path).filter(file => file.endsWith('.kql'));
  const names = files.map(file => basename(file, '.kql')).sort();
  return names.map(name => {
    try {
      return { name, ...parseKql(readFileSync(join(path, `${name}.kql`), 'utf8'), keys) };
    } catch (error) {
      throw new Error(`azure/${folder}/${name}.kql: ${(error as Error).message}`);
    }
  });
}

/** Header and query of a text. Throws Error when a key is missing, unknown or given twice. */
export function parseKql<Key extends string>(text: string, keys: readonly Key[]): Omit<KqlFile<Key>, 'name'> {
  const lines = text.split('\n');
  const header: Partial<Record<Key, string>> = {};
  let line = 0;
  for (; lines[line]?.startsWith('// '); line++) {
    const [, key, value] = HEADER_LINE.exec(lines[line]!) ?? [];
    const known = keys.find(one => one === key);
    if (!known || header[known] !== undefined) {
      throw new Error(`line ${line + 1} is "${lines[line]}"; allowed: each of "// ${keys.join(', ')}:" once`);
    }
    header[known] = value!;
  }
  const missing = keys.filter(key => header[key] === undefined);
  if (missing.length > 0) throw new Error(`the header lacks ${missing.join(', ')}`);
  const kql = lines.slice(line).join('\n').trim();
  if (kql === '') throw new Error('there is no query after the header');
  return { header: header as Record<Key, string>, kql };
}
