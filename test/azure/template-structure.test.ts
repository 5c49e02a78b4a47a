import { describe, expect, test } from 'vitest';
import { deploy } from './arm-deploy.ts';
import { callsIn, expressionIn, GROUP, type Node } from './arm-expression.ts';
import { deployed, made } from './sample-deployment.ts';

describe('the template', () => {
  const texts = (value: unknown): string[] =>
    typeof value === 'string'
      ? [value]
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(texts)
        : [];
  /** Templates inside of the template: an inner scope has parameters of its own. */
  const nested = made.resources.flatMap(({ properties }) => Object(properties)['template'] ?? []);
  const callsOf = (value: unknown) =>
    texts(value)
      .map(expressionIn)
      .filter((node): node is Node => node !== undefined)
      .flatMap(callsIn);
  const calls = callsOf(made);
  const outer = callsOf(
    JSON.parse(JSON.stringify(made, (key, value) => (key === 'template' ? undefined : value))),
  );
  const named = (name: string, among: typeof calls) =>
    new Set(
      among.filter(call => call.name === name).map(({ args: [arg] }) => arg?.kind === 'value' && arg.value),
    );

  test('uses every parameter and every variable, and none that is not there', () => {
    expect(named('parameters', outer)).toEqual(new Set(Object.keys(made.parameters)));
    expect(named('variables', outer)).toEqual(new Set(Object.keys(made.variables)));
    expect(nested).toHaveLength(1);
    for (const one of nested)
      expect(named('parameters', callsOf(one.resources))).toEqual(new Set(Object.keys(one.parameters)));
  });

  test('asks for each resource with one version of its API', () => {
    const versions = new Map<string, Set<string>>();
    for (const { type, apiVersion } of made.resources) {
      expect(apiVersion).toMatch(/^\d{4}-\d{2}-\d{2}(-preview)?$/);
      versions.set(type, (versions.get(type) ?? new Set()).add(apiVersion));
    }
    expect([...versions].filter(([, some]) => some.size > 1)).toEqual([]);
  });

  test('tells of every parameter what it is for, and keeps secret what is one', () => {
    for (const { metadata } of Object.values(made.parameters)) expect(metadata.description).toMatch(/\.$/);
    expect(made.parameters['alertWebhooks']?.type).toBe('secureObject');
    expect(JSON.stringify(made.outputs)).not.toContain('alertWebhooks');
  });

  test.each([
    ['AzureCloud', 'public'],
    ['AzureUSGovernment', 'us-gov'],
    ['AzureChinaCloud', 'china'],
  ])('deployed to %s it puts out the cloud %s', (environment, cloud) => {
    const { outputs } = deployed({}, environment);
    expect(outputs['cloud']?.value).toBe(cloud);
  });

  test('refuses what is no parameter, or not allowed', () => {
    expect(() => deployed({ destination: 'elsewhere' })).toThrow('destination may not be elsewhere');
    expect(() => deployed({ tableplan: 'Basic' })).toThrow('no parameter tableplan');
    expect(() => deploy(made, { parameters: {} })).toThrow('parameter workspaceName is missing');
  });

  test('makes everything in the resource group that it is deployed to', () => {
    expect(deployed().resources.filter(({ id }) => !id.startsWith(GROUP))).toEqual([]);
  });
});
