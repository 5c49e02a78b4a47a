import { afterEach, describe, expect, test } from 'vitest';
import { loggedIn } from '../azure-login.ts';
import { changeState } from '../state-rows.ts';
import { openPatient, type Patient, type PatientSetup } from './doctor-world.ts';

let patient: Patient;
afterEach(() => patient.world.close());

const WORKSPACE = '5ca1ab1e-0000-4000-8000-000000000001';
const RULE = { destination: 'logs-ingestion', settings: { workspaceId: WORKSPACE } } as const;
const COLLECTOR = { destination: 'data-collector' } as const;
const MESSAGES = ['_LogOperation', 'DCRLogErrors'];

async function open({ azure, ...setup }: PatientSetup) {
  const queryRoles = { application: 'all', operator: 'all' } as const;
  patient = await openPatient({ ...setup, azure: { keepRecords: true, queryRoles, ...azure } });
}

/** The finding, of a machine without an Azure CLI unless it is given. */
async function look(env: Readonly<Record<string, string>> = { PATH: patient.world.directory }) {
  const { code, stdout, stderr } = await patient.doctor(['--json'], env);
  expect(stderr).toBe('');
  const findings: { check: string; level: string; text: string; remedy: string | null }[] =
    JSON.parse(stdout).pipelines[0].findings;
  return { code, ...findings.find(({ check }) => check === 'dropped rows')! };
}
const ship = async () => expect((await patient.ship()).code).toBe(0);
const anHourAgo = () =>
  changeState(patient.world.directory, 'UPDATE ledger SET writtenAtMs = writtenAtMs - 3600000');

describe('dropped rows', () => {
  test('none: the time and the reader are named', async () => {
    await open(RULE);
    await ship();
    anHourAgo();
    const { code, level, text } = await look();
    const [, since = ''] =
      /^Azure reports no dropped rows in the last 24 h \(since (\S+)\), read as the pipeline$/.exec(text) ??
      [];
    expect(Math.abs(Date.now() - 86_400_000 - Date.parse(since))).toBeLessThan(60_000);
    expect({ code, level }).toEqual({ code: 0, level: 'ok' });
  });

  test.each([
    ['a daily cap', { dailyCapBytes: 20_000 }, 'daily cap is reached', 'raise the daily cap'],
    ['a transformation', { transform: 'fails' }, 'transformation of the rule fails', 'azure/template.json'],
  ] as const)('by %s: an error with cause, number, times and remedy', async (_, azure, cause, remedy) => {
    await open({ ...RULE, azure });
    await ship();
    const found = await look();
    expect(found).toMatchObject({ code: 1, level: 'error' });
    expect(found.text).toContain('Azure dropped accepted rows in the last 24 h: ');
    expect(found.text).toContain(cause);
    expect(found.text).toMatch(/ \(\d+ messages?, \d{4}-\S+Z( to \d{4}-\S+Z)?\)$/);
    expect(found.remedy).toContain(remedy);
    expect(found.remedy).toMatch(
      /\n {2}npx auth0-logs-to-azure audit --stored --from \S+Z --config \S+ --state \S+ --secrets \S+$/,
    );
  });

  test('by a table of a rule, posted to by the Data Collector API: found with the operator’s login', async () => {
    await open({ ...COLLECTOR, settings: { logType: 'Auth0Logs' } });
    await ship();
    const { level, text } = await look(await loggedIn(patient.world));
    expect(level).toBe('error');
    expect(text).toContain('the Data Collector API cannot write to it');
  });

  test('before yesterday they are no finding any more', async () => {
    await open({ ...RULE, azure: { transform: 'fails', now: () => Date.now() - 25 * 3_600_000 } });
    await patient.ship();
    expect(patient.world.azure.workspace.tables()['DCRLogErrors']).not.toEqual([]);
    expect((await look()).level).toBe('ok');
  });
});

describe('the reader', () => {
  test('a pipeline without the role: the operator’s login is asked, and the audit reads as that', async () => {
    const queryRoles = { application: 'none', operator: 'all' } as const;
    await open({ ...RULE, azure: { queryRoles, transform: 'fails' } });
    await ship();
    const denied = await look();
    expect(denied).toMatchObject({ code: 0, level: 'warning' });
    expect(denied.text).toContain('not known: read as the pipeline, the query failed (403 ');
    expect(denied.remedy).toContain('az role assignment create --role "Log Analytics Data Reader"');
    const { level, remedy } = await look(await loggedIn(patient.world));
    expect(level).toBe('error');
    expect(remedy).toContain(' --read-as az --config ');
  });

  test('the key of the Data Collector alone: off, and what to do, with an Azure CLI and without', async () => {
    await open(COLLECTOR);
    await ship();
    const OFF =
      'off: the pipeline cannot read the workspace, as its key can only write to the workspace; nor can you: ';
    const none = await look();
    expect(none).toMatchObject({ level: 'not checked', text: `${OFF}the Azure CLI (az) is not installed` });
    expect(none.remedy).toMatch(/^install it \(https:\/\/.*\), and .* or set AZURE_TENANT_ID, /);
    expect(none.remedy).not.toContain('\n');
    const loggedOut = await look({ ...(await loggedIn(patient.world)), AZ_TOKEN: '' });
    expect(loggedOut.text).toContain(`${OFF}the Azure CLI returned no token`);
    expect(loggedOut.remedy).toMatch(/^log in as a user with the role .*\n {2}az login$/);
    expect((await look(await loggedIn(patient.world))).level).toBe('ok');
  });

  test('of an operator without the role: a warning with the role', async () => {
    await open({ ...COLLECTOR, azure: { queryRoles: { application: 'none', operator: 'none' } } });
    const { level, text } = await look(await loggedIn(patient.world));
    expect(level).toBe('warning');
    expect(text).toContain('read as the login of the Azure CLI, the query failed (403 ');
  });

  test('an application of the operator’s is taken from the environment', async () => {
    await open(COLLECTOR);
    const { tenantId, clientId, clientSecret } = patient.world.azure.settings.entra;
    const env = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret };
    expect(await look(env)).toMatchObject({
      level: 'ok',
      text: expect.stringMatching(/, read as AZURE_CLIENT_ID$/),
    });
  });

  test('an address of the workspace that is not allowed is a finding, and nothing is asked', async () => {
    await open(RULE);
    const { code, stdout } = await patient.doctor([], { WORKSPACE_BASE_URL: 'http://example.com' });
    expect(stdout).toMatch(/✗ configuration +environment variable WORKSPACE_BASE_URL: /);
    expect(code).toBe(1);
  });

  test('an unknown workspace: off', async () => {
    await open({ destination: 'logs-ingestion' });
    expect(await look()).toMatchObject({
      level: 'not checked',
      text: expect.stringContaining('azure.workspaceId is not set'),
      remedy: expect.stringContaining('\n  az monitor log-analytics workspace list'),
    });
  });

  test('who does not see the messages is no proof: a warning', async () => {
    await open(RULE);
    await ship();
    const message = "'where' operator: Failed to resolve table or column expression named '_LogOperation'";
    const innererror = { code: 'SEM0100', message };
    const error = {
      code: 'BadArgumentError',
      message: 'The request had some invalid properties',
      innererror,
    };
    patient.world.azure.faults.query.add({ kind: 'status', status: 400, body: JSON.stringify({ error }) });
    const { level, text, remedy } = await look();
    expect(level).toBe('warning');
    expect(text).toContain('_LogOperation could not be read as the pipeline');
    expect(remedy).toContain('\n  npx auth0-logs-to-azure audit --stored --from ');
  });

  test('who sees no row of what was accepted half an hour ago is no proof: a warning', async () => {
    await open({ ...RULE, azure: { queryRoles: { application: MESSAGES, operator: 'all' } } });
    await ship();
    expect((await look()).level).toBe('ok');
    anHourAgo();
    const { level, text, remedy } = await look();
    expect(level).toBe('warning');
    expect(text).toMatch(
      /^no row of Auth0Logs_CL is visible to the pipeline, although Azure accepted \d+ logs at /,
    );
    expect(remedy).toContain(' --read-as az ');
  });

  test.each([
    ['an outage', { kind: 'status', status: 503 }, 'the query failed (503'],
    [
      'a page of a proxy',
      { kind: 'status', status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
      'the answer is not from the workspace',
    ],
    ['a query that takes too long', { kind: 'status', status: 504 }, '_LogOperation could not be read'],
  ] as const)('%s is a warning, after one query', async (_, fault, text) => {
    await open(RULE);
    await ship();
    patient.world.azure.faults.query.add(fault);
    const found = await look();
    expect(found).toMatchObject({ code: 0, level: 'warning', text: expect.stringContaining(text) });
  });
});
