import { describe, expect, test } from 'vitest';
import type { Template } from '../../../azure/arm.ts';
import { ASIM_PARSERS } from '../../../azure/asim/parsers.ts';
import { generatedFiles } from '../../../azure/write-template.ts';
import { asFunction } from '../../../simulator/azure/log-analytics/asim-translations.ts';
import { checker } from '../../../simulator/azure/log-analytics/kql-check.ts';
import { deployedWith, ofType } from '../sentinel-deployment.ts';

const template: Template = JSON.parse(generatedFiles()['azure/template.json'] ?? '');
const saved = (...args: Parameters<typeof deployedWith>) =>
  new Map(
    ofType(deployedWith(...args), 'savedSearches').map(({ properties }) => [
      `${properties['functionAlias']}`,
      properties,
    ]),
  );
const custom = (some: ReadonlyMap<string, unknown>) =>
  [...some.keys()].filter(name => name.endsWith('Custom'));
const outputsOf = (...args: Parameters<typeof deployedWith>) => deployedWith(...args).outputs;
const parsers = ASIM_PARSERS.map(one => one.alias);
const hasNone = (some: ReadonlyMap<string, unknown>) => parsers.every(name => !some.has(name));

describe('the template', () => {
  test('saves the parsers with their parameters, if Microsoft Sentinel is on', () => {
    const functions = saved();
    for (const { alias, kql, description } of ASIM_PARSERS) {
      expect(functions.get(alias)).toMatchObject({
        etag: '*',
        category: 'ASIM',
        query: `// ${description}\n${kql}`,
      });
    }
    expect(functions.get('ASimAuditEventAuth0LogsToAzure')).toMatchObject({
      functionParameters: 'disabled:bool=false, pack:bool=false',
    });
    expect(hasNone(saved({ deploySentinel: false }))).toBe(true);
    expect(hasNone(saved({}, { environment: 'AzureChinaCloud' }))).toBe(true);
  });

  test('lets the parsers read the second table, if its plan allows it', () => {
    const reads = (bulkTablePlan: string) => `${saved({ bulkTablePlan }).get(parsers[0]!)?.['query']}`;
    expect(reads('Analytics')).toContain('(Auth0LogsBulk_CL\n');
    expect(reads('Basic')).not.toContain('(Auth0LogsBulk_CL\n');
  });

  test('writes saved searches one after the other, also those of different lists', () => {
    const loops = template.resources.filter(({ type }) => type.endsWith('savedSearches'));
    const names = loops.map(({ copy }) => `${Object(copy).name}`);
    const waitFor = loops.map(({ dependsOn = [] }) => dependsOn.filter(one => names.includes(one)));
    expect(waitFor.filter(one => one.length === 0)).toHaveLength(1);
    // Each waits for another one: a chain, in which no two are written at once.
    expect(new Set(waitFor.flat()).size).toBe(names.length - 1);
    expect(waitFor.flat()).toHaveLength(names.length - 1);
  });
});

describe('attached to Microsoft’s unifying parsers', () => {
  test('is nothing, unless it is asked for: the workspace may have functions of these names', () => {
    expect(custom(saved())).toEqual([]);
    expect(custom(saved({ deploySentinel: false, attachAsimParsers: true }))).toEqual([]);
    const asked = saved({ attachAsimParsers: true });
    expect(custom(asked)).toEqual([
      'Im_AuthenticationCustom',
      'ASim_AuthenticationCustom',
      'Im_AuditEventCustom',
      'ASim_AuditEventCustom',
      'Im_UserManagementCustom',
      'ASim_UserManagementCustom',
    ]);
    expect(asked.get('Im_AuthenticationCustom')).toMatchObject({
      query: expect.stringContaining(
        'vimAuthenticationAuth0LogsToAzure(starttime=starttime, endtime=endtime, ',
      ),
      functionParameters: saved().get('vimAuthenticationAuth0LogsToAzure')?.['functionParameters'],
    });
  });

  test('calls each parser with parameters that it has', () => {
    const asked = saved({ attachAsimParsers: true });
    for (const parser of ASIM_PARSERS) {
      const name = custom(asked).find(one => `${asked.get(one)?.['query']}`.includes(`${parser.alias}(`))!;
      const { query, functionParameters } = asked.get(name)!;
      const text = `${asFunction(parser)}let ${name} = (${functionParameters}) {\n${query}};\n${name}()`;
      const { problems } = checker({ tables: {}, functions: {} })(text);
      expect(problems.filter(one => one.code !== 'KS205')).toEqual([]);
    }
  });

  test('by hand: a deployment puts out what to add, and what to exclude in either case', () => {
    const lines = outputsOf()['asimAttach']?.value as string[];
    expect(lines).toHaveLength(6);
    expect(lines[1]).toBe(
      'ASim_AuthenticationCustom: ASimAuthenticationAuth0LogsToAzure(disabled=disabled, pack=pack)',
    );
    expect(outputsOf({ attachAsimParsers: true })).not.toHaveProperty('asimAttach');
    expect(outputsOf({ deploySentinel: false })).not.toHaveProperty('asimExclude');
    expect(outputsOf({ attachAsimParsers: true })['asimExclude']?.value).toEqual([
      'CallerContext,SourceSpecificParser',
      'Exclude_Im_Authentication,Exclude_Im_Authentication_OktaAuth0',
      'Exclude_ASim_Authentication,Exclude_ASim_Authentication_OktaAuth0',
    ]);
  });
});
