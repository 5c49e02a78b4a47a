import { Template } from 'aws-cdk-lib/assertions';
import { expect, describe as group, test } from 'vitest';
import {
  AUTH0_DENIALS,
  azureDenials,
  DESCRIPTION_MAX_CHARACTERS,
  describe,
} from '../../cdk/likely-causes.ts';
import { PipelinesStack } from '../../cdk/stack.ts';
import { type PipelineConfig, parsePipeline } from '../../lambda/config/config.ts';
import { denialsIn } from '../../lambda/core/cause.ts';
import { SPECS, specOf } from '../../lambda/destinations/all.ts';
import { AUTH0_LOGS_CAUSES, AUTH0_TOKEN_CAUSES } from '../../lambda/edges/auth0-causes.ts';
import { SAMPLES } from '../destinations/samples.ts';
import { config, MINIMAL } from './example.ts';
import { app, DIST, resources, template } from './synth.ts';

/** CloudFormation fills in the region, of which the longest names have 14 characters. */
const textOf = (text: unknown): string =>
  typeof text === 'string'
    ? text
    : Object(text)
        ['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'ap-northeast-1'))
        .join('');

function descriptionsOf(of: ReturnType<typeof template>): Record<string, string> {
  const alarms = Object.values(resources(of, 'AWS::CloudWatch::Alarm'));
  return Object.fromEntries(
    alarms.map(({ Properties }) => [
      Properties.AlarmName.replace(/^.*-prod[a-z]*-/, ''),
      textOf(Properties.AlarmDescription),
    ]),
  );
}

const stackOf = (pipelines: readonly PipelineConfig[], name: string) =>
  new PipelinesStack(app(), name, { pipelines, options: { dist: DIST } });

const namedIn = (description: string) =>
  /Likely causes: (.*)\. What to do/.exec(description)?.[1]?.split('; ');
const plain = (causes: readonly string[]) => causes.map(cause => cause.replaceAll('`', ''));

const AZURES = Object.values(SAMPLES).map(({ azure }) => azure);

group.each(AZURES.map(azure => [azure.kind, azure] as const))('for %s', (_, azure) => {
  const pipeline = parsePipeline({ ...MINIMAL, azure });
  const spec = specOf(pipeline.azure);
  const ofAzure = denialsIn([...(spec.token?.causes ?? []), ...spec.causes]);
  const made = descriptionsOf(template([pipeline]));

  test('the alarms of denials name every cause of the tables, in their words', () => {
    expect(namedIn(made['denied-by-azure']!)).toEqual(plain(ofAzure));
    expect(namedIn(made['denied-by-auth0']!)).toEqual(
      plain(denialsIn([...AUTH0_TOKEN_CAUSES, ...AUTH0_LOGS_CAUSES])),
    );
    expect(ofAzure.length).toBeGreaterThan(4);
  });

  test('no other alarm names causes', () => {
    const others = Object.entries(made).filter(([name]) => !name.startsWith('denied-by-'));
    expect(others.filter(([, text]) => text.includes('Likely causes'))).toEqual([]);
  });

  test('every description fits CloudWatch’s limit, by the longest names and by the longest address of a runbook', () => {
    const name = `prod${'p'.repeat(28)}`;
    const long = parsePipeline({ ...MINIMAL, name, azure });
    const runbookUrl = `https://${'r'.repeat(490)}`;
    const elsewhere = descriptionsOf(template([pipeline], { options: { runbookUrl } }));
    const named = descriptionsOf(Template.fromStack(stackOf([long], 'S'.repeat(100))));
    for (const texts of [made, elsewhere, named]) {
      expect(Object.keys(texts)).toHaveLength(17);
      for (const text of Object.values(texts)) {
        expect(text.length).toBeLessThanOrEqual(DESCRIPTION_MAX_CHARACTERS);
        expect(text).toMatch(/ What to do: \S+/);
      }
      for (const denied of ['denied-by-auth0', 'denied-by-azure'])
        expect(namedIn(texts[denied]!)!.length).toBeGreaterThan(2);
    }
  });
});

test('causes that do not fit are left out whole, from the last', () => {
  const cause = 'c'.repeat(300);
  expect(describe('It failed.', [cause, '`b`'], 'Look.')).toBe(
    `It failed. Likely causes: ${cause}; b. Look.`,
  );
  expect(describe('It failed.', [cause, cause, cause, cause], 'Look.')).toBe(
    `It failed. Likely causes: ${[cause, cause, cause].join('; ')}. Look.`,
  );
  expect(describe('It failed.', [], 'Look.')).toBe('It failed. Look.');
});

test('what is not a denial is not named: throttling, and what no answer shows', () => {
  const all = [...AUTH0_TOKEN_CAUSES, ...AUTH0_LOGS_CAUSES, ...SPECS.flatMap(({ causes }) => causes)];
  const others = all.filter(({ is, next }) => is === undefined || next === 'asked');
  expect(others.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['rate-limit', 'quota', 'daily-cap']),
  );
  const named = [...AUTH0_DENIALS, ...AZURES.flatMap(azure => azureDenials(config({ azure })))];
  expect(others.filter(({ means }) => named.includes(means))).toEqual([]);
});
