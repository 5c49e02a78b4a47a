import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { COLUMNS } from '../../../lambda/core/record/columns.ts';
import { logIdTimeMs } from '../../../lambda/core/record/log-id.ts';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import type { AzureOptions } from '../../../simulator/azure/server.ts';
import { loggedIn } from '../azure-login.ts';
import { cli, EIGHTY } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';

let world: LocalWorld;
afterEach(() => world.close());

const WORKSPACE = '5ca1ab1e-0000-4000-8000-000000000001';
const RULE = { kind: 'logs-ingestion', settings: { workspaceId: WORKSPACE } } as const;
const COLLECTOR = { kind: 'data-collector' } as const;
const MAY_READ = { queryRoles: { application: 'all', operator: 'all' } } as const;
const DECLARED = COLUMNS.map(({ name }) => name);
/** What was accepted just now is old enough. */
const AT_ONCE = ['--ingestion-delay', '0m'];

const open = (
  options: Omit<NonNullable<Parameters<typeof openLocalWorld>[0]>, 'azure'>,
  azure: AzureOptions = {},
) => openLocalWorld({ ...options, azure: { keepRecords: true, ...MAY_READ, ...azure } });

async function run(command: string, more: readonly string[] = [], env: Record<string, string> = {}) {
  const file = await world.write('pipeline.json', world.config);
  const state = join(world.directory, 'state');
  return cli([command, '--config', file, '--state', state, ...more], { ...world.env, ...env });
}
const ship = async () => expect((await run('run', ['--once'])).code).toBe(0);
const audit = (more: readonly string[] = AT_ONCE, env?: Record<string, string>) =>
  run('audit', ['--from', '4h', '--stored', ...more], env);
const auditJson = async (more: readonly string[] = AT_ONCE, env?: Record<string, string>) =>
  JSON.parse((await audit([...more, '--json'], env)).stdout);

describe('audit --stored', () => {
  test('names every log that went into a table of a rule by the Data Collector API, and why: exit code 1', async () => {
    world = await open(
      { ...COLLECTOR, auth0: { logs: recentLogs(20) }, settings: { logType: 'Auth0Logs' } },
      { declaredColumns: DECLARED },
    );
    await ship();
    expect(world.azure.workspace.stored).toBe(0);
    expect((await run('audit', ['--from', '4h'])).stdout).toContain('Nothing is missing: 20 logs settled.');
    const { code, stdout, stderr } = await audit([...AT_ONCE], { ...(await loggedIn(world)), ...EIGHTY });
    for (const id of world.auth0.tenant.ids()) expect(stdout).toContain(`\n  ${id}\n`);
    expect(stdout).toMatch(/not stored +│ +20 │ accepted by Azure, but not in the table/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '_LogOperation: Custom log: Data of type Auth0Logs_CL was dropped',
    );
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Set azure.logType to another table');
    expect(stdout).toMatch(/\$ npx auth0-logs-to-azure backfill --from 20/);
    expect(stdout.trimEnd().replaceAll('\n', ' ')).toMatch(
      /NOT STORED: 20 logs accepted by Azure are not in the table\.$/,
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('names what a daily cap has dropped, by hour, in few queries; backfill ships it once the cap is gone', async () => {
    world = await open({ ...RULE, auth0: { logs: recentLogs(900) } }, { dailyCapBytes: 300_000 });
    await ship();
    const { stored } = world.azure.workspace;
    expect(stored).toBeGreaterThan(100);
    expect(stored).toBeLessThan(800);
    const found = await auditJson();
    expect(world.azure.queries).toBeLessThan(6);
    expect(found.stored.logs).toMatchObject({ stored, notStored: 900 - stored, storedTwice: 0, tooYoung: 0 });
    expect(found.isWell).toBe(false);
    expect(found.stored.isNothingVisible).toBe(false);
    const rows = world.azure.workspace.tables()['Auth0Logs_CL'] ?? [];
    const there = new Set(rows.map(row => row['LogId']));
    expect(found.stored.lostLogIds).toEqual(
      [...world.auth0.tenant.ids()].filter(id => !there.has(id)).sort(),
    );
    const byHour = found.stored.notStoredByHour.map((one: { logs: number }) => one.logs);
    expect(byHour.reduce((a: number, b: number) => a + b)).toBe(900 - stored);
    expect(found.stored.reasons).toMatchObject([{ from: '_LogOperation', cause: 'over-quota' }]);
  });

  test('what a transformation has dropped is named, with what the rule says; the backfill that it prints brings it', async () => {
    world = await open({ ...RULE, auth0: { logs: recentLogs(50) } }, { transform: 'fails' });
    await ship();
    const { stored, remedy } = await auditJson();
    expect(stored.logs).toMatchObject({ stored: 0, notStored: 50 });
    expect(stored.reasons).toMatchObject([{ from: 'DCRLogErrors', cause: 'transformation' }]);
    Object.assign(world.azure.workspace.settings, { transform: 'works' });
    for (const { command } of remedy) {
      expect((await cli([...command.split(' ').slice(2), '--yes'], world.env)).code).toBe(0);
    }
    const after = await audit();
    expect(after.stdout).toContain('Stored: 50 logs.');
    expect(after.code).toBe(0);
  });

  test('a table that the role’s condition hides looks empty: the audit says so, and how to check it', async () => {
    const queryRoles = { application: ['_LogOperation', 'DCRLogErrors'], operator: 'all' } as const;
    world = await open({ ...RULE, auth0: { logs: recentLogs(20) } }, { queryRoles });
    await ship();
    const { code, stdout } = await audit();
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('No row of this window is visible to the pipeline.');
    expect(text).toContain('may be hidden from it by the condition of its role');
    expect(text).toContain('run this audit with --read-as az, as a user whose role');
    expect(code).toBe(1);
    expect((await auditJson()).stored).toMatchObject({ isNothingVisible: true, logs: { notStored: 20 } });
    const other = await audit([...AT_ONCE, '--read-as', 'az'], await loggedIn(world));
    expect(other.stdout).toContain('Stored: 20 logs.');
    expect(other.stdout).not.toContain('No row of this window is visible');
  });

  test('an empty table is no finding while nothing should be in it', async () => {
    world = await open({ ...RULE, auth0: { logs: recentLogs(20) } }, { transform: 'fails' });
    await ship();
    const { stored } = await auditJson([]);
    expect(stored).toMatchObject({ isNothingVisible: false, logs: { stored: 0, tooYoung: 20 } });
  });

  test('if nearly all logs of a window are not stored, one backfill ships them, however far apart they are', async () => {
    world = await open({ ...RULE, auth0: { logs: recentLogs(8) } }, { transform: 'fails' });
    await ship();
    const { remedy } = await auditJson();
    expect(remedy).toHaveLength(1);
    const ids = [...world.auth0.tenant.ids()].sort();
    const [first, last] = [ids.at(0), ids.at(-1)];
    expect(Date.parse(remedy[0].fromAt)).toBeLessThanOrEqual(logIdTimeMs(first ?? '') ?? 0);
    expect(Date.parse(remedy[0].toAt)).toBeGreaterThan(logIdTimeMs(last ?? '') ?? Infinity);
    expect((await audit()).stdout.match(/backfill --from/g)).toHaveLength(1);
  });

  test('too many columns are named', async () => {
    world = await open({ ...COLLECTOR, auth0: { logs: recentLogs(30) } }, { columnLimit: 10 });
    await ship();
    const { stored } = await auditJson(AT_ONCE, await loggedIn(world));
    expect(stored.logs).toMatchObject({ stored: 0, notStored: 30 });
    expect(stored).toMatchObject({ unknownName: 'Auth0_CL', reasons: [{ cause: 'too-many-columns' }] });
  });

  test('values of undeclared columns are counted by column, though their rows are stored; a backfill brings them', async () => {
    const declaredColumns = DECLARED.filter(name => name !== 'HttpUserAgent' && name !== 'Details');
    const logs = recentLogs(40);
    const agents = logs.filter(({ user_agent }) => user_agent).length;
    world = await open({ ...RULE, auth0: { logs } }, { declaredColumns });
    await ship();
    expect(world.azure.workspace.stored).toBe(40);
    const { code, stdout } = await audit(AT_ONCE, EIGHTY);
    expect(code).toBe(1);
    expect(stdout).toContain(`\n  HttpUserAgent: ${agents} of ${agents} values\n`);
    expect(stdout).toContain('\nNOT STORED: values of 2 columns are not in the table.\n');
    const { stored, remedy, isWell } = await auditJson();
    expect({ isWell, isStored: stored.isStored }).toEqual({ isWell: false, isStored: false });
    expect(stored.logs).toMatchObject({ stored: 40, notStored: 0 });
    expect(stored.lostValues).toContainEqual({ column: 'HttpUserAgent', logs: agents, rows: 0 });
    expect(stored.lostValues.map((one: { column: string }) => one.column).sort()).toEqual([
      'Details',
      'HttpUserAgent',
    ]);
    Object.assign(world.azure.workspace.settings, { declaredColumns: DECLARED });
    for (const { command } of remedy) {
      expect((await cli([...command.split(' ').slice(2), '--yes'], world.env)).code).toBe(0);
    }
    expect((await audit()).stdout).toContain('Stored: 40 logs, 40 of them twice.');
  });

  test('rows of logs that Auth0 does not serve any more hide no lost value', async () => {
    const declaredColumns = DECLARED.filter(name => name !== 'Auth0Domain');
    world = await open({ ...RULE, auth0: { logs: recentLogs(20) } }, { declaredColumns });
    await ship();
    const { settings, ingest } = world.azure.workspace;
    Object.assign(settings, { declaredColumns: DECLARED });
    const fromMs = Date.now() - 14_000_000;
    const before = generateLogs({ seed: 7, count: 30, fromMs, toMs: fromMs + 1_000_000 });
    ingest(
      before.map(({ log_id }) => ({ LogId: log_id, Auth0Domain: 'acme.eu.auth0.com' })),
      Date.now(),
    );
    const { stored } = await auditJson();
    expect(stored.lostValues).toEqual([{ column: 'Auth0Domain', logs: 20, rows: 0 }]);
  });

  test('values that the pipeline leaves out, and those that follow from the type, are not missed', async () => {
    world = await open({ ...RULE, auth0: { logs: recentLogs(60) } }, { declaredColumns: DECLARED });
    const dropped = ['user_agent', 'details', 'location_info.city_name'].map(field => ({
      field,
      how: 'drop',
    }));
    world.config['redact'] = [...dropped, { field: 'user_name', how: 'mask' }];
    world.config['typeColumns'] = false;
    await ship();
    world.config['typeColumns'] = true;
    // No key is there: the audit needs none.
    world.config['redact'] = [...dropped, { field: 'user_name', how: 'hash' }];
    expect((await auditJson()).stored).toMatchObject({ isStored: true, lostValues: [] });
  });

  test('a row without its id cannot be found', async () => {
    const withoutId = DECLARED.filter(name => name !== 'LogId');
    world = await open({ ...RULE, auth0: { logs: recentLogs(40) } }, { declaredColumns: withoutId });
    await ship();
    const { code, stdout } = await audit();
    expect(stdout).toContain('The table Auth0Logs_CL has no column LogId');
    expect(stdout).toContain('NOT STORED: 40 logs accepted by Azure are not in the table.');
    expect(code).toBe(1);
  });

  test('what is stored twice is counted, and no fault; what came days late is found', async () => {
    const day = 86_400_000;
    const old = { seed: 5, count: 300, fromMs: Date.now() - 5 * day, toMs: Date.now() - 4 * day };
    world = await open({ ...RULE, auth0: { logs: generateLogs(old) } });
    Object.assign(world.config, { auth0: { ...Object(world.config['auth0']), logRetentionDays: 30 } });
    await ship();
    expect(world.azure.received.replacedTimes).toBe(300);
    const window = ['--from', '6d', '--to', '3d'];
    expect((await run('audit', [...window, '--stored', ...AT_ONCE])).stdout).toContain('Stored: 300 logs.');
    expect((await run('backfill', [...window, '--yes'])).code).toBe(0);
    const { code, stdout } = await run('audit', [...window, '--stored', ...AT_ONCE]);
    expect(stdout).toMatch(/stored twice +│ +300 /);
    expect(stdout).toContain('Stored: 300 logs, 300 of them twice.');
    expect(code).toBe(0);
  });

  test('what was accepted less than half an hour ago is too young to check', async () => {
    world = await open({ ...RULE, auth0: { logs: recentLogs(60) } }, { transform: 'fails' });
    await ship();
    const { code, stdout } = await audit([]);
    expect(stdout).toMatch(/too young +│ +60 │ accepted less than 30 min ago/);
    expect(stdout).toContain('Stored: 0 logs, 60 too young to check.');
    expect(code).toBe(0);
  });

  test('logs of types that the rule stores in a second table are not looked for in the first', async () => {
    const logs = recentLogs(200);
    world = await open({ ...RULE, auth0: { logs } });
    // As such a rule does, this keeps their rows out of the table.
    world.config['exclude'] = ['s*'];
    await ship();
    world.config['exclude'] = [];
    expect((await auditJson()).stored.logs.notStored).toBeGreaterThan(20);
    const bulkTypes = [...new Set(logs.map(({ type }) => type))].filter(type => type.startsWith('s'));
    world.config['azure'] = { ...Object(world.config['azure']), bulkTypes };
    const { stored } = await auditJson();
    expect(stored).toMatchObject({ isStored: true, logs: { notStored: 0 } });
    expect(stored.logs.excluded + stored.logs.stored).toBe(200);
  });

  test('excluded logs are not looked for, and logs that wait on a queue are no proof', async () => {
    world = await open({ ...RULE, auth0: { logs: recentLogs(200) } });
    world.config['exclude'] = ['s*'];
    await ship();
    const { stored } = await auditJson();
    expect(stored.isStored).toBe(true);
    expect(stored.logs.excluded).toBeGreaterThan(20);
    expect(stored.logs.excluded + stored.logs.stored).toBe(200);
    await world.close();
    world = await open({ ...RULE, auth0: { logs: recentLogs(50) } });
    world.posts.always({ kind: 'status', status: 503, headers: { 'retry-after': '3000' } });
    expect((await run('run', ['--once'])).code).toBe(1);
    world.posts.clear();
    const { code, stdout } = await audit();
    expect(stdout).toContain('NOT STORED: 50 logs may be on a queue.');
    expect(code).toBe(1);
  });

  test('answers that are cut, throttled or too large are asked for again, in parts', async () => {
    world = await open(
      { ...RULE, auth0: { logs: recentLogs(600) } },
      { queryMaxRows: 90, dailyCapBytes: 300_000 },
    );
    await ship();
    const { faults, workspace } = world.azure;
    faults.query.add({ kind: 'status', status: 429, headers: { 'retry-after': '0' } });
    faults.query.add({ kind: 'accept-then-cut' });
    const { stored } = await auditJson();
    expect(stored.logs).toMatchObject({ stored: workspace.stored, notStored: 600 - workspace.stored });
  });
});

describe('audit --stored, when it cannot', () => {
  test('a caller without the role is told which, with exit code 2', async () => {
    world = await open(
      { ...RULE, auth0: { logs: recentLogs(20) } },
      { queryRoles: { application: 'none', operator: 'all' } },
    );
    await ship();
    const { code, stdout, stderr } = await audit();
    expect(stderr).toContain('the workspace could not be read: the query failed (403 ');
    expect(stderr).toContain(`az role assignment create --role "Log Analytics Data Reader"`);
    expect(stderr).toContain(WORKSPACE);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    // The operator's own login has it.
    expect((await audit([...AT_ONCE, '--read-as', 'az'], await loggedIn(world))).code).toBe(0);
  });

  test('the shared key of a workspace reads nothing: it says so', async () => {
    world = await open({ ...COLLECTOR, auth0: { logs: recentLogs(20) } });
    await ship();
    const { code, stderr } = await audit(['--read-as', 'pipeline']);
    expect(stderr).toBe(
      'error: --read-as is "pipeline", but its key can only write to the workspace; specify --read-as az\n',
    );
    expect(code).toBe(2);
  });

  test('no Azure CLI, no login, no workspace: each is said in a line, with what to do', async () => {
    world = await open({ ...COLLECTOR, auth0: { logs: recentLogs(20) } });
    await ship();
    const none = await audit(AT_ONCE, { PATH: world.directory });
    expect(none.stderr).toContain('the Azure CLI (az) is not installed');
    const out = await audit(AT_ONCE, { ...(await loggedIn(world)), AZ_TOKEN: '' });
    expect(out.stderr).toContain(
      "the Azure CLI returned no token: ERROR: Please run 'az login' to setup account; run:",
    );
    await world.close();
    world = await open({ kind: 'logs-ingestion', auth0: { logs: recentLogs(20) } });
    await ship();
    const where = await audit();
    expect(where.stderr).toContain('azure.workspaceId of pipeline "local" is not set');
    expect([none.code, out.code, where.code]).toEqual([2, 2, 2]);
    expect((await audit([...AT_ONCE, '--workspace', WORKSPACE])).code).toBe(0);
  });

  test('an application of the operator’s is taken from the environment', async () => {
    world = await open({ ...COLLECTOR, auth0: { logs: recentLogs(20) } });
    await ship();
    const { tenantId, clientId, clientSecret } = world.azure.settings.entra;
    const env = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret };
    const { code, stdout } = await audit(AT_ONCE, env);
    expect(stdout).toContain('Stored: 20 logs.');
    expect(stdout).toContain(`workspace ${WORKSPACE}, read as AZURE_CLIENT_ID`);
    expect(code).toBe(0);
  });

  test('a page of a proxy is no answer, and no log is called lost for it', async () => {
    world = await open({ ...RULE, auth0: { logs: recentLogs(20) } });
    await ship();
    world.azure.faults.query.always({
      kind: 'status',
      status: 403,
      headers: { 'content-type': 'text/html' },
      body: '<html>',
    });
    const { code, stdout, stderr } = await audit();
    expect(stderr).toContain('let requests to 127.0.0.1');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
