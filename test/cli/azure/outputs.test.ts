import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ConfigurationBase, configurationFrom } from '../../../cli/pipelines/from-outputs.ts';
import { ConfigError, parsePipelines } from '../../../lambda/config/config.ts';
import { deployed, STATE } from '../../azure/sample-deployment.ts';
import { cli } from '../cli.ts';

const ENDPOINT = STATE['Microsoft.Insights/dataCollectionRules'].endpoints.logsIngestion;
const DCR = STATE['Microsoft.Insights/dataCollectionRules'].immutableId;
const CLIENT = STATE['Microsoft.ManagedIdentity/userAssignedIdentities'].clientId;
const OTHER_DCR = `dcr-${'0b'.repeat(16)}`;
const outputs = (parameters: Record<string, unknown> = {}) => deployed(parameters).outputs;

const NEW: ConfigurationBase = { kind: 'new', domain: 'acme.eu.auth0.com', name: 'prod' };
const azureOf = (config: unknown) => parsePipelines(config)[0]?.azure;
const rawAzure = (config: unknown) => Object(config).pipelines[0].azure;

const federated = {
  kind: 'logs-ingestion',
  cloud: 'public',
  endpoint: ENDPOINT,
  dcrImmutableId: DCR,
  stream: 'Custom-Auth0Logs_CL',
  tenantId: '5ca1ab1e-0000-4000-8000-000000000002',
  clientId: CLIENT,
  auth: 'federated',
  workspaceId: STATE['Microsoft.OperationalInsights/workspaces'].customerId,
};

describe('a new configuration', () => {
  test('is all that a pipeline needs, without a secret of Azure', () => {
    expect(configurationFrom(outputs(), NEW)).toEqual({
      pipelines: [
        {
          name: 'prod',
          auth0: { domain: 'acme.eu.auth0.com', secret: 'auth0-logs/prod/auth0', logRetentionDays: 1 },
          azure: federated,
        },
      ],
    });
  });

  test('for a principal of one’s own it names the secret', () => {
    const own = outputs({ principalId: 'p', clientId: CLIENT });
    const expected = { ...federated, auth: 'client-secret', secret: 'auth0-logs/prod/azure' };
    expect(rawAzure(configurationFrom(own, NEW))).toEqual(expected);
  });

  test('is refused with every problem when a setting is wrong', () => {
    const incomplete = outputs({ principalId: 'p' });
    expect(() => configurationFrom(incomplete, { ...NEW, domain: 'https://acme' })).toThrow(ConfigError);
    expect(() => configurationFrom(incomplete, NEW)).toThrow(/azure\.clientId: .*GUID/);
  });
});

test('the types of the second table are those that the template has put there', () => {
  const bulk = outputs({ bulkTypes: ['ssa', 'fp'] });
  const config = configurationFrom(bulk, NEW);
  expect(azureOf(config)).toMatchObject({ bulkTypes: ['ssa'] });
  const present: ConfigurationBase = { kind: 'present', config, pipeline: undefined };
  expect(rawAzure(configurationFrom(outputs(), present))).toEqual(federated);
});

test('what a deployment puts out for Microsoft Sentinel is not a setting', () => {
  const put = outputs({ deploySentinel: true });
  expect(Object.keys(Object(put))).toEqual(expect.arrayContaining(['asimAttach', 'asimExclude']));
  expect(rawAzure(configurationFrom(put, NEW))).toEqual(federated);
});

describe('a configuration that is there', () => {
  const auth0 = { domain: 'acme.eu.auth0.com', secret: 's', logRetentionDays: 10 };
  const old = {
    name: 'old',
    auth0,
    settleSeconds: 30,
    azure: { ...federated, auth: 'client-secret', dcrImmutableId: OTHER_DCR, secret: 'its/key' },
  };
  const present = (config: unknown, pipeline?: string): ConfigurationBase => ({
    kind: 'present',
    config,
    pipeline,
  });

  test('changes by its "azure" alone', () => {
    expect(configurationFrom(outputs(), present(old))).toEqual({ ...old, azure: federated });
  });

  test('keeps the secret’s name where one is needed, and settings that Azure knows nothing of', () => {
    const azure = { ...federated, auth: 'client-secret', secret: 'its/own', maxBatchBytes: 500_000 };
    const own = outputs({ principalId: 'p', clientId: CLIENT });
    const changed = configurationFrom(own, present({ pipelines: [{ name: 'one', auth0, azure }] }));
    expect(azureOf(changed)).toMatchObject({ secret: 'its/own', maxBatchBytes: 500_000 });
    expect(azureOf(configurationFrom(outputs(), present({ ...old, azure })))).not.toHaveProperty('secret');
  });

  test('takes retention and addresses where they are given, and keeps the rest of both', () => {
    const alarms = { email: ['old@example.com'], lagMinutes: 30 };
    const given = { logRetentionDays: 30, alarmEmail: ['new@example.com'] };
    expect(configurationFrom(outputs(), { ...present({ ...old, alarms }), ...given })).toEqual({
      ...old,
      auth0: { ...auth0, logRetentionDays: 30 },
      azure: federated,
      alarms: { email: ['new@example.com'], lagMinutes: 30 },
    });
  });

  test('of several pipelines the one that is named changes', () => {
    const many = { pipelines: [old, { ...old, name: 'new' }] };
    const [first, second] = parsePipelines(configurationFrom(outputs(), present(many, 'new')));
    expect([first?.azure, second?.azure]).toMatchObject([
      { dcrImmutableId: OTHER_DCR },
      { dcrImmutableId: DCR },
    ]);
    expect(() => configurationFrom(outputs(), present(many))).toThrow(
      '--pipeline is missing; allowed in the configuration: old, new',
    );
    expect(() => configurationFrom(outputs(), present(many, 'other'))).toThrow('--pipeline is "other"');
  });
});

test.each<[string, unknown]>([
  ['nothing', {}],
  ['a list', []],
  ['null', null],
  ['text', 'outputs'],
  ['outputs of another template', { siteUrl: { type: 'String', value: 'https://x' } }],
  ['values without their wrapping', { kind: 'logs-ingestion' }],
])('%s is refused with the command that makes the file', (_what, given) => {
  expect(() => configurationFrom(given, NEW)).toThrow(
    /no outputs of azure\/template\.json.*create it:\n {2}az deployment/,
  );
});

describe('the command', () => {
  function file(content: unknown): string {
    const folder = mkdtempSync(join(tmpdir(), 'azure-outputs-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'file.json');
    writeFileSync(path, JSON.stringify(content));
    return path;
  }

  test('prints a configuration and nothing else, of outputs alone or of a whole deployment', async () => {
    const whole = file({ id: 'x', properties: { outputs: outputs(), provisioningState: 'Succeeded' } });
    const ended = await cli(['azure', 'outputs', whole, '--domain', 'acme.eu.auth0.com', '--name', 'eu']);
    expect(ended.code).toBe(0);
    expect(ended.stderr.match(/^note: .*$/gm)).toEqual([
      expect.stringContaining('auth0.logRetentionDays is 1, the retention of Auth0’s Free plan'),
      expect.stringContaining('--alarm-email'),
    ]);
    expect(parsePipelines(JSON.parse(ended.stdout))[0]).toMatchObject({ name: 'eu', azure: federated });
  });

  test('writes retention and alarms too, with nothing left to be said', async () => {
    const given = ['--log-retention-days', '30', '--alarm-email', 'a@example.com', 'b@example.com'];
    const ended = await cli(['azure', 'outputs', file(outputs()), '--domain', 'acme.eu.auth0.com', ...given]);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(parsePipelines(JSON.parse(ended.stdout))[0]).toMatchObject({
      auth0: { logRetentionDays: 30 },
      alarms: { email: ['a@example.com', 'b@example.com'] },
    });
  });

  test('--out writes the configuration once it is valid, and leaves a file as it is otherwise', async () => {
    const out = file('as it was');
    const domain = ['--domain', 'acme.eu.auth0.com', '--out', out];
    const refused = await cli(['azure', 'outputs', file({}), ...domain]);
    expect([refused.code, readFileSync(out, 'utf8')]).toEqual([2, '"as it was"']);
    const written = await cli(['azure', 'outputs', file(outputs()), ...domain]);
    expect([written.code, written.stdout]).toEqual([0, '']);
    expect(parsePipelines(JSON.parse(readFileSync(out, 'utf8')))[0]).toMatchObject({ azure: federated });
    const nowhere = await cli(['azure', 'outputs', file(outputs()), ...domain, '--out', `${out}/x`]);
    expect([nowhere.code, nowhere.stderr]).toEqual([
      2,
      expect.stringContaining('cannot be written (ENOTDIR)'),
    ]);
  });

  test.each([
    [['--log-retention-days', 'ten'], '--log-retention-days is "ten"; allowed: a whole number of days'],
    [['--log-retention-days', '999'], 'logRetentionDays: is 999; allowed: days, 1 to 365'],
    [['--alarm-email', 'nobody'], 'an e-mail address'],
  ])('%j is refused', async (given, problem) => {
    const ended = await cli(['azure', 'outputs', file(outputs()), '--domain', 'acme.eu.auth0.com', ...given]);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(problem) });
  });

  test('says in a line what is wrong', async () => {
    const [neither, missing] = await Promise.all([
      cli(['azure', 'outputs', file(outputs())]),
      cli(['azure', 'outputs', 'not-there.json', '--domain', 'acme.eu.auth0.com']),
    ]);
    expect([neither.code, missing.code]).toEqual([2, 2]);
    expect(neither.stderr).toBe(
      'error: neither --config nor --domain is given; allowed: --config FILE to change a configuration, or --domain DOMAIN for a new one\n',
    );
    expect(missing.stderr).toMatch(
      /^error: the outputs file not-there\.json does not exist; create it:\n {2}az .*\n$/,
    );
  });
});
