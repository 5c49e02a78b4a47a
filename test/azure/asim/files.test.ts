/** The rules are those of Microsoft's checks: .script/tests/asimParsersTest of Azure/Azure-Sentinel, and the samples of Repositories. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Template } from '../../../azure/arm.ts';
import { parserFiles } from '../../../azure/asim/files.ts';
import { ASIM_PARSERS, parameterList } from '../../../azure/asim/parsers.ts';
import { deploy } from '../arm-deploy.ts';

const FOLDER = resolve(import.meta.dirname, '../../../azure/sentinel');
const files = parserFiles();
const textOf = (path: string) => files.find(one => one.path === path)!.text;

test('the files are as "npm run generate" writes them now', () => {
  expect(files.map(({ path }) => readFileSync(join(FOLDER, path), 'utf8'))).toEqual(
    files.map(one => one.text),
  );
});

describe.each(ASIM_PARSERS.map(one => [one.alias, one] as const))('%s', (alias, parser) => {
  test('is a template with the one parameter of a repository connection', () => {
    const template: Template = JSON.parse(textOf(`repository/Parsers/${alias}.json`));
    expect(template.parameters).toEqual({ workspace: { type: 'string' } });
    const { resources } = deploy(
      { ...template, variables: {}, outputs: {} },
      {
        parameters: { workspace: 'logs' },
      },
    );
    expect(resources).toHaveLength(1);
    expect(resources[0]).toMatchObject({
      type: 'Microsoft.OperationalInsights/workspaces/savedSearches',
      name: `logs/${alias.toLowerCase()}`,
      properties: {
        etag: '*',
        functionAlias: alias,
        functionParameters: parameterList(parser.parameters),
        query: `// ${parser.description}\n${parser.kql}`,
      },
    });
  });

  test('has the keys that Microsoft’s check of parsers wants', () => {
    const kind = parser.filtering ? 'vim' : 'ASim';
    const yaml = parse(textOf(`asim/${alias}.yaml`));
    expect(yaml.Parser.Title).not.toBe('');
    expect(yaml.Parser.Version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(yaml.Parser.LastUpdated).toMatch(/^[A-Z][a-z]{2} \d{2}, \d{4}$/);
    expect(yaml.Normalization).toEqual({ Schema: parser.schema, Version: parser.version });
    expect(yaml.References[1]).toEqual({ Title: 'ASIM', Link: 'https://aka.ms/AboutASIM' });
    expect(yaml.References[0].Link).toBe(`https://aka.ms/ASim${parser.schema}Doc`);
    expect(yaml.ParserName).toMatch(new RegExp(`^${kind}${parser.schema}`));
    expect(yaml.EquivalentBuiltInParser).toBe(
      `_${parser.filtering ? 'Im' : 'ASim'}_${parser.schema}_Auth0LogsToAzure`,
    );
    expect(yaml.ParserQuery).toMatch(/EventProduct\s*=\s*'Auth0'/);
    expect(yaml.ParserQuery).toMatch(/EventVendor\s*=\s*'Okta'/);
    expect(yaml.ParserQuery.trimEnd()).toBe(parser.kql.trimEnd());
    const given = (yaml.ParserParams as { Name: string; Type: string; Default: unknown }[]).map(one => {
      const text = one.Type === 'string' ? `'${one.Default}'` : `${one.Default}`;
      return `${one.Name}:${one.Type}=${text}`;
    });
    expect(given.join(', ')).toBe(parameterList(parser.parameters));
  });

  test('has only characters that Microsoft’s check of files takes', () => {
    // .script/nonAsciiValidator of Azure/Azure-Sentinel
    for (const { path, text } of files.filter(one => one.path.includes(alias))) {
      expect([path, [...text].filter(one => one > '~')]).toEqual([path, []]);
    }
  });
});
