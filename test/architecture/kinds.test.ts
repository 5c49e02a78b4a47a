import { describe, expect, test } from 'vitest';
import { KINDS } from '../../lambda/destinations/all.ts';
import { matched } from './judge.ts';
import { type Source, sources, stringsIn } from './sources.ts';

const PRODUCT = /^(lambda|cdk|cli|azure|simulator|scripts|bench)\//;

describe('a kind of destination', () => {
  test('has a folder of its own, and no folder is none', () => {
    const folders = sources.flatMap(
      ({ file }) => matched('lambda/destinations/<kind>/', file)?.['kind'] ?? [],
    );
    expect(new Set(folders)).toEqual(new Set(KINDS));
  });

  test('is written in its own files alone', () => {
    const strangers = sources.filter(
      source => PRODUCT.test(source.file) && kindsIn(source).some(kind => !isHome(source.file, kind)),
    );
    const advice = 'these files name a kind, which only its own may: ask its spec instead';
    expect(
      strangers.map(({ file }) => file),
      advice,
    ).toEqual([]);
  });

  const [A] = KINDS;
  test.each([
    [`const kind = '${A}';`, [A]],
    [`type Kind = '${A}';`, [A]],
    [`const limits = { '${A}': 1 };`, [A]],
    [`const title = \`by \${api} (${A})\`;`, [A]],
    [`const help = 'the ${A}, or another';`, [A]],
    [`import { post } from './${A}/post.ts';`, []],
    [`/** As of ${A}. */`, []],
    [`const api = '${A}-api';`, []],
  ])('is seen in %s', (text, kinds) => expect(kindsIn({ file: 'x.ts', text })).toEqual(kinds));
});

function isHome(file: string, kind: string): boolean {
  const homes = [`lambda/destinations/${kind}/`, 'lambda/destinations/all.ts', `simulator/azure/${kind}.ts`];
  return homes.some(home => matched(home, file));
}

/** Those that a string of the file has as a word, unless the string is a path. */
function kindsIn(source: Source): readonly string[] {
  const texts = stringsIn(source).filter(text => !/^\.{1,2}\/.*\.ts$/.test(text));
  return KINDS.filter(kind => texts.some(text => new RegExp(`(?<![\\w-])${kind}(?![\\w-])`).test(text)));
}
