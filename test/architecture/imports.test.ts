import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const files = ['lambda', 'cdk', 'cli', 'simulator', 'azure', 'bench'].flatMap(sourcesUnder);

interface Import {
  readonly file: string;
  /** Path from the root, or the package's name. */
  readonly target: string;
}
const imports = files.flatMap(importsOf);

function sourcesUnder(folder: string): string[] {
  try {
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map(name => join(folder, name));
  } catch {
    return [];
  }
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const statement = /^(?:(?:import|export)\s[^'"=(;]*\sfrom\s+|import\s+)['"]([^'"\n]+)['"]/gm;
  const found = [...text.matchAll(statement), ...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)].map(
    m => m[1]!,
  );
  return found.map(name => ({
    file,
    target: name.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), name)) : name,
  }));
}

const from = (folder: string) => imports.filter(one => one.file.startsWith(folder));
const list = (some: readonly Import[]) => some.map(one => `${one.file} → ${one.target}`);

describe('the house', () => {
  test('is looked at', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(from('lambda/core/').length).toBeGreaterThan(30);
  });

  test('core imports only core, valibot, the user agent parser and pure parts of Node', () => {
    const allowed = /^(lambda\/core\/.*|valibot|my-ua-parser|node:(crypto|zlib|util|buffer))$/;
    expect(list(from('lambda/core/').filter(one => !allowed.test(one.target)))).toEqual([]);
  });

  test('core has no clock, no chance, no environment, no network and no console', () => {
    const forbidden =
      /\b(Date\.now\(|new Date\(\)|Math\.random|process\.|console\.|setTimeout\(|setInterval\(|AbortSignal\.timeout\(|\bfetch\()/;
    // The one timer: what limits a call must fire even where time stands still.
    const timer = { file: 'lambda/core/http.ts', line: /^\s*const timer = setTimeout\(/ };
    const offenders = files
      .filter(file => file.startsWith('lambda/core/'))
      .flatMap(file =>
        withoutComments(file)
          .filter(line => forbidden.test(line) && !(file === timer.file && timer.line.test(line)))
          .map(line => `${file}: ${line.trim()}`),
      );
    expect(offenders).toEqual([]);
  });

  test('an edge knows one vendor: it imports no other edge', () => {
    const vendor = (path: string) => /^lambda\/edges\/([a-z0-9]+)/.exec(path)?.[1];
    const offenders = from('lambda/edges/').filter(
      one => vendor(one.target) !== undefined && vendor(one.target) !== vendor(one.file),
    );
    expect(list(offenders)).toEqual([]);
  });

  test('edges import nothing of the house but core and configuration', () => {
    const offenders = from('lambda/edges/').filter(
      one =>
        /^(lambda|cli|cdk|simulator)\//.test(one.target) &&
        !/^lambda\/(core|edges|config)\//.test(one.target),
    );
    expect(list(offenders)).toEqual([]);
  });

  test('only wiring reads the environment and makes clients, inside the Lambda', () => {
    const offenders = files
      .filter(file => file.startsWith('lambda/') && file !== 'lambda/wiring.ts')
      .flatMap(file =>
        withoutComments(file)
          .filter(line => /process\.env|new (DynamoDB|SQS|SecretsManager)Client\(/.test(line))
          .map(line => `${file}: ${line.trim()}`),
      );
    expect(offenders).toEqual([]);
  });

  test('cdk imports of the Lambda only the configuration and the contract', () => {
    const offenders = from('cdk/').filter(
      one =>
        one.target.startsWith('lambda/') &&
        !/^lambda\/(config\/(config|stack|problems)|core\/contract)\.ts$/.test(one.target),
    );
    expect(list(offenders)).toEqual([]);
  });

  test('the simulators know nothing of the code they check, but the columns of the table that is deployed', () => {
    const offenders = from('simulator/').filter(
      one =>
        /^(lambda|cli|cdk|scripts|bench|test)\//.test(one.target) &&
        one.target !== 'lambda/core/record/columns.ts',
    );
    expect(list(offenders)).toEqual([]);
  });

  test('the Lambda knows nothing of cdk, cli or the simulators', () => {
    expect(list(from('lambda/').filter(one => /^(cdk|cli|simulator|azure)\//.test(one.target)))).toEqual([]);
  });

  test('no file is longer than 300 lines, and nothing is called utils, common or index', () => {
    const long = files.filter(file => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 301);
    expect(long).toEqual([]);
    expect(files.filter(file => /(^|\/)(utils?|common|helpers?|index)\.ts$/.test(file))).toEqual([]);
  });

  test('nothing in core imports in a circle', () => {
    const graph = new Map<string, string[]>();
    for (const { file, target } of from('lambda/core/'))
      graph.set(file, [...(graph.get(file) ?? []), target]);
    const circles: string[] = [];
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file))
        return void circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    };
    for (const file of graph.keys()) walk(file, []);
    expect(circles.filter(circle => !circle.includes('model.ts'))).toEqual([]);
  });
});

function withoutComments(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .split('\n');
}
