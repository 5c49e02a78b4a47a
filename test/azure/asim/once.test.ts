import { afterAll, describe, expect, test } from 'vitest';
import { SCHEMAS, type Schema } from '../../../azure/asim/codes.ts';
import { arrive } from '../../../scripts/azure-trials/arrivals.ts';
import { goldenLogs } from '../../../scripts/golden-records.ts';
import { type Asim, openAsim } from '../../../simulator/azure/log-analytics/asim.ts';
import type { Row, Rows } from '../../../simulator/azure/log-analytics/engine.ts';
import type { WorkspaceName } from '../../../simulator/azure/log-analytics/schemas.ts';
import { DOMAIN, log, parserOf, SCOPE, workspaceWith } from './asim-world.ts';

const opened: Asim[] = [];
afterAll(() => {
  for (const one of opened) one.close();
});
const open = async (workspace: WorkspaceName, rows: Rows) => {
  const asim = await openAsim(workspace, rows);
  opened.push(asim);
  return asim;
};
const events = async (logs: readonly unknown[], schema: Schema = 'Authentication') => {
  const asim = await workspaceWith(logs);
  opened.push(asim);
  return asim.run(parserOf(schema), SCOPE);
};
const stored = (logs: readonly unknown[]): readonly Row[] => {
  const arrivedMs = SCOPE.toMs - 3_600_000;
  return Object.values(
    arrive(
      'logs-ingestion',
      DOMAIN,
      logs.map(one => ({ log: one, arrivedMs })),
    ).rows,
  ).flat();
};
const typesOf = (rows: readonly Row[]) => rows.map(row => row['EventOriginalType']).toSorted();

describe('one sign-in is one event:', () => {
  test('a log that is stored twice counts once, and logs without an id each', async () => {
    const rows = stored([log('fp'), log('s')]);
    const asim = await open('own', {
      Auth0Logs_CL: [...rows, ...rows, { ...rows[0], LogId: '' }, { ...rows[0], LogId: '' }],
    });
    expect(typesOf(await asim.run(parserOf('Authentication'), SCOPE))).toEqual(['fp', 'fp', 'fp', 's']);
  });

  test('a login with a second factor, whose code is exchanged, renewed and asked about', async () => {
    const types = [
      'mfar',
      'gd_start_auth',
      'gd_send_pn',
      'gd_auth_succeed',
      's',
      'seacft',
      'ssa',
      'fsa',
      'sertft',
    ];
    expect(typesOf(await events(types.map(type => log(type))))).toEqual(['s']);
  });

  test('a wrong password at the token endpoint, which has two logs', async () => {
    const wrong = { description: 'Wrong email or password.' };
    const logs = [log('fp', wrong), log('fepft', wrong), log('fepft', { description: 'invalid audience' })];
    expect(
      (await events(logs)).map(row => [row['EventOriginalType'], row['EventResultDetails']]).toSorted(),
    ).toEqual([
      ['fepft', 'Other'],
      ['fp', 'Incorrect password'],
    ]);
  });

  test('a user whom the Management API creates, and one who signs up', async () => {
    const logs = [
      log('ss', { details: { body: { is_signup: false } } }),
      log('ss', { details: { body: {} } }),
    ];
    expect(await events(logs, 'UserManagement')).toHaveLength(1);
  });
});

describe('the parsers read', () => {
  const logs = Object.values(goldenLogs());

  test.each(SCHEMAS)('%s: with filters and without, the same', async schema => {
    const rows = stored(logs);
    const asim = await open('bulk', { Auth0Logs_CL: rows.slice(0, 12), Auth0LogsBulk_CL: rows.slice(12) });
    const [one, other] = await Promise.all(
      [true, false].map(filtering => asim.run(parserOf(schema, filtering), SCOPE)),
    );
    const byId = (some: readonly Row[]) =>
      some
        .map(({ EventUid: _, ...row }) => row)
        .toSorted((a, b) => `${a['EventOriginalUid']}`.localeCompare(`${b['EventOriginalUid']}`));
    expect(one!.length).toBeGreaterThan(2);
    expect(byId(other!)).toEqual(byId(one!));
  });

  test('a second table of noisy types', async () => {
    const rows = stored([log('fp'), log('seccft')]);
    const asim = await open('bulk', { Auth0Logs_CL: [rows[0]!], Auth0LogsBulk_CL: [rows[1]!] });
    const found = await asim.run(parserOf('Authentication'), SCOPE);
    expect(found.map(row => row['Type']).toSorted()).toEqual(['Auth0LogsBulk_CL', 'Auth0Logs_CL']);
  });

  test('both tables of Microsoft Sentinel’s connectors', async () => {
    const [row] = stored([log('s', { hostname: 'example.eu.auth0.com' })]);
    const old = {
      TimeGenerated: row!['TimeGenerated'],
      type_s: 'fp',
      ip_s: '192.0.2.1',
      user_name_s: 'ada@example.com',
      log_id_s: 'L2',
    };
    const asim = await open('sentinel', { Auth0Logs_CL: [row!], Auth0AM_CL: [old] });
    const found = await asim.run(parserOf('Authentication'), SCOPE);
    expect(
      found.map(one => `${one['Type']} ${one['EventOriginalType']} ${one['TargetUsername']}`).toSorted(),
    ).toEqual(['Auth0AM_CL fp ada@example.com', 'Auth0Logs_CL s ada@example.com']);
  });

  test('nothing in a workspace without tables', async () => {
    const asim = await open('empty', {});
    expect(await asim.run(parserOf('Authentication'), SCOPE)).toEqual([]);
  });
});
