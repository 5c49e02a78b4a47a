import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXCEPTIONS } from './exceptions.ts';
import { circles, isExcepted, matched, refusals } from './judge.ts';
import { cellsOf, HOUSE_AS_WRITTEN, MATRIX } from './matrix.ts';
import { importsIn, sources } from './sources.ts';

const files = new Set(sources.map(({ file }) => file));
const imports = sources.flatMap(source => importsIn(source, files));
const refused = refusals(files, imports);
const found = circles(imports);

describe('the house', () => {
  test('is looked at', () => {
    expect(files.size).toBeGreaterThan(500);
    expect(imports.length).toBeGreaterThan(2500);
  });

  test('imports only what the matrix lists', () => {
    const wrong = refused.filter(one => !EXCEPTIONS.some(exception => isExcepted(one, exception)));
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  test('needs every exception', () => {
    const needless = EXCEPTIONS.filter(exception => !refused.some(one => isExcepted(one, exception)));
    expect(needless).toEqual([]);
  });

  test('has files for every row of the matrix', () => {
    const empty = MATRIX.map(row => row.files).filter(row => ![...files].some(file => matched(row, file)));
    expect(empty).toEqual([]);
  });

  test('imports no package but those of package.json', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    const declared = Object.keys({ ...dependencies, ...devDependencies });
    const wrong = imports.filter(
      ({ target }) => target.startsWith('npm:') && !declared.some(name => isPackage(target, name)),
    );
    expect(wrong).toEqual([]);
  });

  test('has no circles, of types neither', () => {
    const folders = found.map(circle =>
      new Set(circle.map(dirname)).size === 1 ? dirname(circle[0]!) : circle,
    );
    expect(folders.sort()).toEqual([]);
  });

  test('is the house of CONTRIBUTING.md', () => {
    const section = read('CONTRIBUTING.md')
      .split('\n## ')
      .find(text => text.startsWith('The house\n'))!;
    const rows = section.split('\n').filter(line => line.startsWith('| `'));
    const written = rows.map(line => cellsOf(line.replaceAll('`', '')).map(words => words.join(' ')));
    expect(written.map(([folder, _holds, house]) => [folder, house])).toEqual(HOUSE_AS_WRITTEN);
  });
});

function read(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
}

function isPackage(target: string, declared: string): boolean {
  return [`npm:${declared}`, `npm:${declared.replace(/^@types\//, '')}`].includes(target);
}
