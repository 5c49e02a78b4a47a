import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readInput } from '../../cdk/input.ts';
import { ConfigError } from '../../lambda/config/config.ts';
import { MINIMAL } from './example.ts';

const folder = mkdtempSync(join(tmpdir(), 'test-cdk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function file(content: string): string {
  const path = join(folder, `${files++}.json`);
  writeFileSync(path, content);
  return path;
}

const read = (context: Record<string, unknown>) => readInput(context);
const EXAMPLE = { config: 'config.example.json' };
const names = (context: Record<string, unknown>) => read(context).pipelines.map(one => one.name);

function problems(context: Record<string, unknown>): readonly string[] {
  try {
    read(context);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the pipelines', () => {
  test('come from a file with one of them, or with a list', () => {
    expect(names({ config: file(JSON.stringify(MINIMAL)) })).toEqual(['prod']);
    expect(
      names({ config: file(JSON.stringify({ pipelines: [MINIMAL, { ...MINIMAL, name: 'two' }] })) }),
    ).toEqual(['prod', 'two']);
  });

  test('come from the context, as cdk.json gives it or as text of the command line', () => {
    expect(names({ pipelines: [MINIMAL] })).toEqual(['prod']);
    expect(names({ pipelines: JSON.stringify([MINIMAL]) })).toEqual(['prod']);
  });

  test('of a file win over those of the context', () => {
    expect(
      names({ config: file(JSON.stringify({ ...MINIMAL, name: 'file' })), pipelines: [MINIMAL] }),
    ).toEqual(['file']);
  });

  test('are the example only when it is asked for by name, and then it says so', () => {
    const input = read(EXAMPLE);
    expect(input.isExample).toBe(true);
    expect(input.pipelines).toHaveLength(1);
    expect(read({ pipelines: [MINIMAL] }).isExample).toBe(false);
  });

  test.each([{}, { stackName: 'Own', nested: 'true' }, { stack: { name: 'Own' } }])(
    'are never the example because none is given: %j',
    context => {
      expect(problems(context)).toEqual([
        expect.stringMatching(
          /^the configuration is missing; use .*-c config=config\.json.*-c config=config\.example\.json/,
        ),
      ]);
    },
  );

  test('come with what is said of the stack, and with those that are gone', () => {
    const whole = { pipelines: [MINIMAL], stack: { name: 'Own', region: 'eu-west-1' }, removed: ['old'] };
    for (const context of [{ config: file(JSON.stringify(whole)) }, whole]) {
      expect(read(context)).toMatchObject({ stack: { name: 'Own', region: 'eu-west-1' }, removed: ['old'] });
    }
  });

  test('are refused with every problem at once', () => {
    const wrong = { ...MINIMAL, name: 'No', auth0: { domain: 'https://acme', secret: 's' }, typo: 1 };
    const found = problems({ pipelines: [wrong] });
    expect(found).toHaveLength(3);
    expect(found.join('\n')).toMatch(/name: .*\n.*auth0\.domain: .*\n.*typo: /);
  });

  test('in a file that is missing, or no JSON, are refused with the file’s name and what to do', () => {
    expect(problems({ config: join(folder, 'none.json') })).toEqual([
      expect.stringMatching(/none\.json: cannot be read \(ENOENT\)/),
    ]);
    const secret = file('{"name": "prod", "password": "hunter2" oops');
    expect(problems({ config: secret })).toEqual([
      expect.stringMatching(/invalid JSON .*allowed: \{"pipelines"/),
    ]);
    expect(problems({ config: secret }).join()).not.toContain('hunter2');
  });
});

describe('the switches', () => {
  test('give the functions more memory', () => {
    expect(read({ ...EXAMPLE, memorySizeMb: '512' }).stack.memorySizeMb).toBe(512);
    expect(read(EXAMPLE).stack).not.toHaveProperty('memorySizeMb');
  });

  test('have defaults', () => {
    expect(read(EXAMPLE).stack).toEqual({ name: 'Auth0LogsToAzure' });
  });

  test('count for more than the configuration', () => {
    const stack = { name: 'Own', nested: true, memorySizeMb: 512 };
    const context = { pipelines: [MINIMAL], stack, stackName: 'Other', nested: 'false' };
    expect(read(context).stack).toEqual({ name: 'Other', nested: false, memorySizeMb: 512 });
  });

  test('are kept as they must be typed again, with the file’s path from here and nothing for tests', () => {
    const path = file(JSON.stringify(MINIMAL));
    const { deployWith } = read({
      config: path,
      stackName: 'Own',
      createSecrets: false,
      dist: 'x',
      environment: '{}',
    });
    expect(deployWith).toEqual([`config=${relative('', path)}`, 'stackName=Own', 'createSecrets=false']);
    expect(read({ pipelines: [MINIMAL] }).deployWith).toEqual([]);
  });

  test.each([
    ['conf', /"conf": unknown switch, did you mean "config"\?; allowed: config, stackName/],
    ['Config', /did you mean "config"/],
    ['stackname', /did you mean "stackName"/],
    ['memorySize', /did you mean "memorySizeMb"/],
    ['pipeline', /did you mean "pipelines"/],
    ['zzz', /"zzz": unknown switch; allowed: /],
    ['aws:config', /unknown switch/],
  ])('that are misspelt are refused, with the nearest: %s', (name, sentence) => {
    const found = problems({ ...EXAMPLE, [name]: 'hunter2' });
    expect(found).toEqual([expect.stringMatching(sentence)]);
    expect(found.join()).not.toContain('hunter2');
  });

  test('of CDK itself, and what it has looked up, are none of ours', () => {
    const ofCdk = {
      'aws:cdk:enable-path-metadata': true,
      'aws:cdk:bundling-stacks': ['**'],
      'aws-cdk:enableDiffNoFail': true,
      'acknowledged-issue-numbers': [34892],
      'vpc-provider:account=123456789012:filter.isDefault=true:region=eu-west-1': {},
      'availability-zones:account=123456789012:region=eu-west-1': [],
      ...JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8')).context,
    };
    expect(problems({ ...EXAMPLE, ...ofCdk })).toEqual([]);
  });

  test('may be texts, as the command line gives them', () => {
    const context = { ...EXAMPLE, nested: 'true', createSecrets: 'false', stackName: 'Own' };
    expect(read(context).stack).toEqual({ nested: true, createSecrets: false, name: 'Own' });
    expect(read({ ...EXAMPLE, environment: '{"AUTH0_BASE_URL":"http://127.0.0.1:1"}' }).environment).toEqual({
      AUTH0_BASE_URL: 'http://127.0.0.1:1',
    });
  });

  test.each([
    [{ nested: 'yes' }, /"nested": is "yes"; allowed: true, false/],
    [{ stackName: 'a b' }, /stackName: is "a b"; allowed: at most 100 letters/],
    [{ memorySizeMb: '64' }, /"memorySizeMb": is "64"; allowed: a whole number of MB/],
    [{ config: 7 }, /"config": is 7; allowed: a string/],
    [{ environment: '{"A":1}' }, /"environment": allowed: a JSON object of strings/],
  ])('are refused when they mean nothing: %j', (context, sentence) => {
    expect(problems({ ...EXAMPLE, ...context })).toEqual([expect.stringMatching(sentence)]);
  });
});
