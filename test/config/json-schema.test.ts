import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, parseDeployment } from '../../lambda/config/config.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { SAMPLES } from '../destinations/samples.ts';
import { BEYOND } from './beyond-schema.ts';
import { brokenFile, validFile } from './mutations.ts';
import { PIPELINE } from './samples.ts';

const FILE = resolve(import.meta.dirname, '../../config.schema.json');
const schema = JSON.parse(readFileSync(FILE, 'utf8'));
// Strict: an unknown keyword is an error. Types may stand beside an "if", and not in it.
const takes = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);

const RUNS = 3000;

/** Undefined for what the parser takes. */
function problemsOf(file: unknown): readonly string[] | undefined {
  try {
    parseDeployment(file);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** Says nothing when schema and parser agree, or when they differ in what the schema cannot say. */
function disagreement(file: unknown): string | undefined {
  const problems = problemsOf(file);
  if (!takes(file)) {
    return problems ? undefined : `only the schema refuses it: ${JSON.stringify(takes.errors)}`;
  }
  const within = problems?.filter(problem => !BEYOND.some(one => one.problem.test(problem))) ?? [];
  return within.length > 0 ? `only the parser refuses it: ${within.join('\n')}` : undefined;
}

describe('config.schema.json and the parser', () => {
  it.each(KINDS)('take every setting of %s', kind => {
    const { azure, carried } = SAMPLES[kind];
    const file = { ...PIPELINE, azure: { ...azure, ...carried } };
    expect([takes(file), problemsOf(file)]).toEqual([true, undefined]);
  });

  it('take every valid file', () => {
    fc.assert(
      fc.property(validFile(), file => {
        expect([takes(file), takes.errors]).toEqual([true, null]);
        expect(problemsOf(file)).toBeUndefined();
      }),
    );
  });

  it('agree on files of which some parts were changed', () => {
    let refused = 0;
    fc.assert(
      fc.property(brokenFile(), file => {
        if (!takes(file)) refused += 1;
        expect(disagreement(file)).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
    // Otherwise the changes would change nothing.
    expect(refused).toBeGreaterThan(RUNS / 2);
  });

  it.each(BEYOND.map(one => [one.why, one] as const))('differ where %s', (_, { problem, example }) => {
    expect(takes(example)).toBe(true);
    expect(problemsOf(example)).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    ['a list for the whole', []],
    ['a list of pipelines without a name for it', [PIPELINE]],
    ['a text', 'prod'],
    ['nothing', null],
    ['no pipelines', { pipelines: [] }],
    ['a list where settings of an object all have defaults', { ...PIPELINE, alarms: [] }],
    ['the same for tags', { pipelines: [PIPELINE], stack: { tags: [] } }],
    ['settings that only the file has, in a pipeline', { pipelines: [{ ...PIPELINE, $schema: 'x' }] }],
    ['the stack beside a single pipeline', { ...PIPELINE, stack: {} }],
    ['$schema that is no text', { ...PIPELINE, $schema: 1 }],
    ['a tag of AWS in other letters', { pipelines: [PIPELINE], stack: { tags: { AwS_: '', 'AWS:x': '' } } }],
    [
      'a host in which a letter is outside of ASCII',
      { ...PIPELINE, auth0: { ...PIPELINE.auth0, domain: 'acme.\u212aom' } },
    ],
  ])('both refuse %s', (_, file) => {
    expect(takes(file)).toBe(false);
    expect(problemsOf(file)).toHaveLength(1);
  });

  it('take hosts and ids in capital letters', () => {
    const auth0 = { ...PIPELINE.auth0, domain: 'ACME.EU.AUTH0.COM' };
    for (const { azure } of Object.values(SAMPLES)) {
      const upper = Object.entries(azure).map(([key, value]) =>
        /Id$|^endpoint$/.test(key) ? [key, value.toUpperCase()] : [key, value],
      );
      const file = { ...PIPELINE, auth0, azure: Object.fromEntries(upper) };
      expect([takes(file), problemsOf(file)]).toEqual([true, undefined]);
    }
  });
});
