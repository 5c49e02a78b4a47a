/** docs/construct.md names every export of the package, every prop and every attribute, and no others. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** Names in the first column of a section's table. */
function rows(heading: string): string[] {
  const section = read('docs/construct.md')
    .split('\n## ')
    .find(text => text.startsWith(`${heading}\n`))!;
  const cells = section.split('\n').flatMap(line => (line.startsWith('| `') ? [line.split('|')[1]!] : []));
  return cells.flatMap(cell => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!)).sort();
}

/** Names of the properties of an interface or class, from its opening line to its first line `}`, or the constructor. */
function members(file: string, opening: string): string[] {
  const [, after = ''] = read(file).split(opening);
  const [body = ''] = after.split(/\n}|\n {2}constructor/);
  return [...body.matchAll(/^ {2}readonly (\w+)[?:]/gm)].map(([, name]) => name!);
}

describe('the page of the construct', () => {
  test('has every export of cdk/api.ts', () => {
    const source = read('cdk/api.ts').replace(/\/\*[\s\S]*?\*\//g, '');
    const exported = [...source.matchAll(/\{([^}]*)\}/g)].flatMap(([, names]) => names!.split(','));
    const names = exported.map(name => name.replace('type ', '').trim()).filter(name => name !== '');
    expect(rows('Exports')).toEqual(names.sort());
  });

  test('has every prop', () => {
    const props = [
      ...members('cdk/pipeline.ts', 'export interface Auth0LogsToAzureProps extends FunctionOptions {'),
      ...members('cdk/functions.ts', 'export interface FunctionOptions {'),
    ];
    expect(props.length).toBeGreaterThan(10);
    expect(rows('Props of `Auth0LogsToAzure`')).toEqual(props.sort());
  });

  test('has every attribute', () => {
    const attributes = members('cdk/pipeline.ts', 'export class Auth0LogsToAzure extends Construct {');
    expect(rows('Attributes')).toEqual([...attributes, 'output'].sort());
  });
});
