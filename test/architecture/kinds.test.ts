import { describe, expect, test } from 'vitest';
import { matched } from './judge.ts';
import { type Source, sources, stringsIn } from './sources.ts';
import { KINDS_TO_MOVE } from './until-merged.ts';

const KINDS = [
  ...new Set(sources.flatMap(({ file }) => matched('lambda/destinations/<kind>/', file)?.['kind'] ?? [])),
];
const PRODUCT = /^(lambda|cdk|cli|azure|simulator|scripts|bench)\//;

describe('a kind of destination', () => {
  test('is known by its folder', () => expect(KINDS).toEqual(['data-collector', 'logs-ingestion']));

  test('is written in its own files alone', () => {
    const strangers = sources.filter(
      source => PRODUCT.test(source.file) && kindsIn(source).some(kind => !isHome(source.file, kind)),
    );
    expect(strangers.map(({ file }) => file)).toEqual(KINDS_TO_MOVE);
  });

  test.each([
    ["const kind = 'data-collector';", ['data-collector']],
    ["type Kind = 'logs-ingestion';", ['logs-ingestion']],
    ["const limits = { 'logs-ingestion': 1 };", ['logs-ingestion']],
    ['const title = `by $' + '{api} (data-collector)`;', ['data-collector']],
    ["const help = 'data-collector or logs-ingestion';", ['data-collector', 'logs-ingestion']],
    ["import { post } from './data-collector/post.ts';", []],
    ['/** As of data-collector. */', []],
    ["const api = 'data-collector-api';", []],
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
