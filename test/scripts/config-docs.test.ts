import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { parsePipeline } from '../../lambda/config/config.ts';
import { SPECS, specOf } from '../../lambda/destinations/all.ts';
import { DESCRIPTIONS } from '../../scripts/config-descriptions.ts';
import { descriptionOf, type Setting, settings, withTables } from '../../scripts/config-docs.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { PIPELINE } from '../config/samples.ts';
import { SAMPLES, SOME } from '../destinations/samples.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
const all = settings();
/** Without what a file says besides of the stack around them. */
const ofPipeline = all.filter(({ path }) => !/^(removed|stack\b)/.test(path));
const paths = new Set(all.map(({ path }) => path));
const of = (path: string, section?: string) =>
  all.find(one => one.path === path && (section === undefined || one.section === section))!;

/** The value at `auth0.domain` or the like; undefined when there is none. */
const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce((inner: unknown, key) => Object(inner)[key], value);

test('docs/configuration.md is up to date: after a change of a setting, run "npm run generate"', () => {
  expect(withTables(PAGE)).toBe(PAGE);
});

test('every setting of the schema is described, and nothing besides', () => {
  expect(all.filter(setting => !descriptionOf(setting)).map(({ path }) => path)).toEqual([]);
  const ofSpecs = SPECS.flatMap(({ kind, descriptions }) =>
    Object.keys(descriptions).map(name => `${kind} ${name}`),
  );
  const own = all.filter(({ section }) => SPECS.some(({ kind }) => kind === section));
  const known = new Set(own.map(({ section, path }) => `${section} ${path.replace('azure.', '')}`));
  expect(ofSpecs.filter(name => !known.has(name))).toEqual([]);
  expect(Object.keys(DESCRIPTIONS).filter(path => !paths.has(path))).toEqual([]);
});

describe('what the tables say', () => {
  test.each(all.map(setting => [`${setting.section}: ${setting.path}`, setting] as const))(
    'of %s, its example is one that the schema takes',
    (_, setting: Setting) => {
      const schema = setting.schema as unknown as v.GenericSchema;
      const result = v.safeParse(schema, descriptionOf(setting)!.example);
      expect(result.issues).toBeUndefined();
    },
  );

  test.each(KINDS)('the defaults for %s are those that parsing the least configuration fills in', kind => {
    const given = { ...PIPELINE, azure: SAMPLES[kind].azure };
    const config = parsePipeline(given);
    const others: readonly string[] = KINDS.filter(other => other !== kind);
    const mine = ofPipeline.filter(({ section, path }) => !others.includes(section) && !path.includes('[]'));
    expect(mine.length).toBeGreaterThan(20);
    for (const { path, byDefault } of mine) {
      if (at(given, path) === undefined) expect([path, at(config, path)]).toEqual([path, byDefault]);
    }
  });

  test('a setting that may not be left out is required, and no other', () => {
    const required = ofPipeline
      .filter(setting => setting.required)
      .map(({ path, section }) => [section, path]);
    for (const [section, path] of required) {
      if (path!.includes('[]')) continue;
      const azure = (Object.entries(SAMPLES).find(([kind]) => kind === section)?.[1] ?? SOME).azure;
      const lacking = structuredClone({ ...PIPELINE, azure });
      const parts = path!.split('.');
      delete Object(at(lacking, parts.slice(0, -1).join('.')) ?? lacking)[parts.at(-1)!];
      expect(() => parsePipeline(lacking), path).toThrow(`${path}: `);
    }
    for (const kind of KINDS) {
      const { secret: _, ...azure } = SAMPLES[kind].azure;
      // Where it may do without a secret, one is not required.
      const mayLack = 'auth' in SAMPLES[kind].defaults;
      expect([kind, of('azure.secret', kind).required]).toEqual([kind, !mayLack]);
      if (mayLack) {
        expect(() => parsePipeline({ ...PIPELINE, azure: { ...azure, auth: 'federated' } })).not.toThrow();
      }
    }
  });

  test('allowed values are those of the schema: its picklists, or the sentence of its errors', () => {
    expect(of('minimumLevel').allowed).toBe('"debug", "info", "warning", "error", "critical"');
    expect(of('azure.kind').allowed).toBe(KINDS.map(kind => `"${kind}"`).join(', '));
    expect(() => parsePipeline({ ...PIPELINE, settleSeconds: -1 })).toThrow(of('settleSeconds').allowed);
    expect(() => parsePipeline({ ...PIPELINE, redact: [{ field: 'id', how: 'mask' }] })).toThrow(
      of('redact[].field').allowed,
    );
  });

  test('what destinations have alike is told once; what differs, for each', () => {
    const sections = (path: string) => all.filter(one => one.path === path).map(({ section }) => section);
    expect(sections('azure.kind')).toEqual(['azure']);
    expect(sections('azure.maxBatchBytes')).toEqual(KINDS);
    for (const kind of KINDS) {
      const own = Object.keys(SAMPLES[kind].carried);
      // A name may be another destination's too, where it means the same.
      const having = (name: string) => KINDS.filter(one => name in specOf({ kind: one }).descriptions);
      expect(own.map(name => sections(`azure.${name}`))).toEqual(own.map(having));
      expect(own.filter(name => !having(name).includes(kind))).toEqual([]);
    }
    const clouds = KINDS.filter(kind => 'cloud' in SAMPLES[kind].defaults);
    expect(sections('azure.cloud')).toEqual(
      clouds.length > 1 && clouds.length === KINDS.length ? ['azure'] : clouds,
    );
  });

  test('every row has as many cells as the table, and shows what Markdown would take for its own', () => {
    const rows = PAGE.split('\n').filter(line => /^\| `/.test(line));
    expect(rows).toHaveLength(all.length);
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(8);
    expect(rows.find(row => row.startsWith('| `exclude`'))).toContain('["s\\*", "fp"]');
  });
});

describe('writing the tables', () => {
  const opening = (section: string) => `<!-- settings: ${section}; written by "npm run generate" -->`;
  const END = '<!-- end of settings -->';
  const sections = [...new Set(all.map(({ section }) => section))];
  const page = (some: readonly string[]) =>
    ['# Mine', ...some.map(section => `${opening(section)}\nSTALE\n${END}\n\nBetween.`), 'My end.'].join(
      '\n\n',
    );

  test('leaves the text around them as it is, and nothing of what stood in their place', () => {
    const written = withTables(page(sections));
    const outside = (text: string) => text.replaceAll(/<!-- settings.*?<!-- end of settings -->/gs, '…');
    expect(outside(written)).toBe(outside(page(sections)));
    expect(written).not.toContain('STALE');
    expect(written.match(/^\| `/gm)).toHaveLength(all.length);
    expect(withTables(written)).toBe(written);
  });

  test.each([
    ['a table without a place', sections.slice(1), /no place for: pipeline/],
    ['a place without a table', [...sections, 'nothing'], /one too many: nothing/],
    ['two places for a table', [...sections, 'alarms'], /one too many: alarms/],
  ])('refuses %s', (_, some, message) => {
    expect(() => withTables(page(some))).toThrow(message);
  });
});
