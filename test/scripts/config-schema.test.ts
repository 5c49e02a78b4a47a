import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { configSchema, schemaText } from '../../scripts/config-schema.ts';

const FILE = resolve(import.meta.dirname, '../../config.schema.json');

interface Part {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly items?: Part;
  readonly oneOf?: readonly Part[];
  readonly $ref?: string;
}

/** Every setting below, by its path. */
function settingsIn(part: Part, path = ''): readonly (readonly [string, Part])[] {
  const inner = Object.entries(part.properties ?? {}).map(([name, one]) => [`${path}.${name}`, one] as const);
  return [
    ...inner.flatMap(([where, one]) => [[where, one] as const, ...settingsIn(one, where)]),
    ...(part.oneOf ?? []).flatMap(one => settingsIn(one, path)),
    ...(part.items ? settingsIn(part.items, path) : []),
  ];
}

test('config.schema.json is up to date: after a change of a setting, run "npm run generate"', () => {
  expect(readFileSync(FILE, 'utf8')).toBe(schemaText());
});

test('every setting is described, as text without Markdown', () => {
  const { then: many, definitions } = configSchema() as { then: Part; definitions: { pipeline: Part } };
  const all = [...settingsIn(many, ''), ...settingsIn(definitions.pipeline, 'pipeline')];
  expect(all.length).toBeGreaterThan(60);
  const holders = all.filter(([, one]) => one.properties ?? one.oneOf ?? one.$ref).map(([path]) => path);
  expect(holders).toEqual([
    '.stack',
    '.stack.vpc',
    'pipeline.adopt',
    'pipeline.auth0',
    'pipeline.azure',
    'pipeline.alarms',
  ]);
  const rest = all.filter(([path]) => !holders.includes(path));
  expect(rest.filter(([, one]) => !/^[A-Z`“][^\0]*\.$/.test(one.description ?? ''))).toEqual([]);
  expect(rest.filter(([, one]) => /\]\(|\*\*/.test(one.description ?? ''))).toEqual([]);
});

test('defaults are those of the parser', () => {
  const { definitions } = configSchema() as { definitions: { pipeline: Part } };
  const byPath = Object.fromEntries(settingsIn(definitions.pipeline));
  expect(byPath['.settleSeconds']?.default).toBe(15);
  expect(byPath['.auth0.rateLimitHeadroom']?.default).toBe(0.1);
  expect(byPath['.alarms.lagMinutes']?.default).toBe(15);
  expect(byPath['.name']).not.toHaveProperty('default');
});
