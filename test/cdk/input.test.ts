import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readInput } from '../../cdk/input.ts';
import { ConfigError } from '../../lambda/core/config.ts';
import { MINIMAL } from './example.ts';

const folder = mkdtempSync(join(tmpdir(), 'test-cdk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function file(content: string): string {
  const path = join(folder, `${files++}.json`);
  writeFileSync(path, content);
  return path;
}

const read = (context: Record<string, unknown>) => readInput(name => context[name]);
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

  test('are the example when none is given, and then it says so', () => {
    const input = read({});
    expect(input.isExample).toBe(true);
    expect(input.pipelines).toHaveLength(1);
    expect(read({ pipelines: [MINIMAL] }).isExample).toBe(false);
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
      expect.stringMatching(/is no JSON .*allowed: \{"pipelines"/),
    ]);
    expect(problems({ config: secret }).join()).not.toContain('hunter2');
  });
});

describe('the switches', () => {
  test('give the functions more memory', () => {
    expect(read({ memorySizeMb: '512' }).memorySizeMb).toBe(512);
    expect(read({})).not.toHaveProperty('memorySizeMb');
  });

  test('have defaults', () => {
    expect(read({})).toMatchObject({ stackName: 'Auth0LogsToAzure', nested: false, createSecrets: true });
  });

  test('may be texts, as the command line gives them', () => {
    expect(read({ nested: 'true', createSecrets: 'false', stackName: 'Own' })).toMatchObject({
      nested: true,
      createSecrets: false,
      stackName: 'Own',
    });
    expect(read({ environment: '{"AUTH0_BASE_URL":"http://127.0.0.1:1"}' }).environment).toEqual({
      AUTH0_BASE_URL: 'http://127.0.0.1:1',
    });
  });

  test.each([
    [{ nested: 'yes' }, /"nested": is "yes"; allowed: true, false/],
    [{ stackName: 'a b' }, /stackName: is "a b"; allowed: letters/],
    [{ memorySizeMb: '64' }, /"memorySizeMb": is "64"; allowed: a whole number of MB/],
    [{ config: 7 }, /"config": is 7; allowed: a text/],
    [{ environment: '{"A":1}' }, /"environment": allowed: a JSON object of texts/],
  ])('are refused when they mean nothing: %j', (context, sentence) => {
    expect(problems(context)).toEqual([expect.stringMatching(sentence)]);
  });
});
