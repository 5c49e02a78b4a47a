import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAVED_QUERIES } from '../../azure/queries.ts';
import { TYPE_COLUMNS } from '../../lambda/core/record/columns.ts';
import { arrive } from '../../scripts/azure-trials/arrivals.ts';
import { call, DOMAIN, log, NOW_MS, user } from '../../scripts/azure-trials/scene.ts';
import { generateLogs, logIdAt } from '../../simulator/auth0/tenant.ts';
import {
  type LogAnalytics,
  openLogAnalytics,
  type Row,
  type Rows,
} from '../../simulator/azure/log-analytics/engine.ts';
import type { WorkspaceName } from '../../simulator/azure/log-analytics/schemas.ts';

const DAY_MS = 86_400_000;
const WEEK = { fromMs: NOW_MS - 7 * DAY_MS, toMs: NOW_MS };

describe('Auth0Logs()', () => {
  const open: LogAnalytics[] = [];
  afterAll(() => open.forEach(one => void one.close()));

  async function logsOf(workspace: WorkspaceName, rows: Rows): Promise<Row[]> {
    const analytics = await openLogAnalytics(workspace, rows);
    open.push(analytics);
    return analytics.sql('SELECT * FROM "Auth0Logs" ORDER BY "TimeGenerated"', WEEK);
  }

  const arrivedMs = NOW_MS - 60_000;
  const sent = (kind: 'logs-ingestion' | 'data-collector', ...logs: unknown[]) =>
    arrive(
      kind,
      DOMAIN,
      logs.map(one => ({ log: one, arrivedMs })),
    ).rows;

  const LOG = log('fp', 5, {
    ...user('sample'),
    client_id: '6f9619ff-8b86-d011-b42d-00c04fc964ff',
    description: 'Wrong email or password.',
    location_info: { country_code: 'JP', country_name: '日本', latitude: '35.68', longitude: 139.69 },
    details: { error: { message: 'Wrong email or password.' }, list: [1, { two: 'zwei' }] },
    something_new: { a: 1 },
  });

  test('gives a row of the Data Collector API as it gives one of the Logs Ingestion API', async () => {
    const [ingested] = await logsOf('own', sent('logs-ingestion', LOG));
    const [collected] = await logsOf('own', sent('data-collector', LOG));
    const { SourceTable: one, ...rest } = ingested!;
    expect(collected).toEqual({ ...rest, SourceTable: 'Auth0_CL' });
    expect(one).toBe('Auth0Logs_CL');
    expect(ingested).toMatchObject({
      EventType: 'fp',
      EventName: 'Failed Login (Incorrect Password)',
      Level: 3,
      ClientId: '6f9619ff-8b86-d011-b42d-00c04fc964ff',
      Country: '日本',
      Latitude: 35.68,
      Longitude: 139.69,
      IsMobile: false,
      IngestionTime: new Date(arrivedMs),
    });
  });

  test('counts a log once that came twice, and once that came by both APIs', async () => {
    const other = log('s', 4, user('sample'));
    const twice = sent('logs-ingestion', LOG, LOG, other);
    expect(await logsOf('own', { ...twice, ...sent('data-collector', LOG) })).toHaveLength(2);
  });

  test('keeps rows that have no LogId', async () => {
    const bare = (minutesAgo: number): Row => ({
      TimeGenerated: new Date(NOW_MS - minutesAgo * 60_000).toISOString(),
      EventType: 's',
    });
    expect(await logsOf('own', { Auth0Logs_CL: [bare(1), bare(2), bare(3)] })).toHaveLength(3);
  });

  test('says when it happened, though Azure has put the time of receipt into TimeGenerated', async () => {
    const late = { ...sent('logs-ingestion', log('s', 5 * 1440))['Auth0Logs_CL']![0] };
    const stored = { ...late, TimeGenerated: new Date(arrivedMs).toISOString() };
    const [row] = await logsOf('own', { Auth0Logs_CL: [stored] });
    expect(row!['EventTime']).toEqual(new Date(NOW_MS - 5 * DAY_MS));
    expect(row!['TimeGenerated']).toEqual(new Date(arrivedMs));
  });

  test('reads what Microsoft Sentinel’s connectors wrote, and fills in name, level and category', async () => {
    const time = new Date(NOW_MS - 60_000).toISOString();
    const newer: Row = {
      TimeGenerated: time,
      LogId: logIdAt(NOW_MS, '1'),
      EventType: 'limit_wc',
      ActorUsername: 'a@example.com',
    };
    const older: Row = {
      TimeGenerated: time,
      date_t: new Date(NOW_MS - 120_000).toISOString(),
      log_id_s: logIdAt(NOW_MS, '2'),
      type_s: 'sapi',
      client_id_g: '6f9619ff-8b86-d011-b42d-00c04fc964ff',
      isMobile_b: true,
      details_request_method_s: 'delete',
      details_request_path_s: '/api/v2/log-streams/lst_Example',
      details_request_auth_user_email_s: 'Admin@example.com',
      details_response_statusCode_d: 204,
    };
    const rows = { Auth0Logs_CL: [newer], Auth0AM_CL: [older] };
    const found = await logsOf('sentinel', rows);
    expect(found.find(row => row['SourceTable'] === 'Auth0Logs_CL')).toMatchObject({
      EventName: 'Blocked Account (Too Many Failed Logins)',
      Level: 4,
      LevelName: 'critical',
      Category: 'system-notification',
      EventTime: new Date(NOW_MS - 60_000),
    });
    expect(found.find(row => row['SourceTable'] === 'Auth0AM_CL')).toMatchObject({
      EventTime: new Date(NOW_MS - 120_000),
      ClientId: '6f9619ff-8b86-d011-b42d-00c04fc964ff',
      IsMobile: true,
    });
    const calls = await open.at(-1)!.sql('SELECT * FROM "Auth0ApiCalls"', WEEK);
    expect(calls).toMatchObject([
      { Method: 'DELETE', Path: 'log-streams/lst_Example', Actor: 'admin@example.com', StatusCode: 204 },
    ]);
  });

  test('gives a row without the columns of its type as it gives one with them', async () => {
    const types = ['fp', 'sertft', 'code_of_next_year', '', 'limit_mu'];
    const logs = [...types.map((type, index) => log(type, index + 1)), { log_id: logIdAt(NOW_MS, '9') }];
    for (const kind of ['logs-ingestion', 'data-collector'] as const) {
      const rows = sent(kind, ...logs);
      const isOfType = (name: string) => TYPE_COLUMNS.includes(name.replace(/_[sd]$/, ''));
      const fewer = Object.entries(rows).map(([table, all]) => {
        const left = all.map(row => Object.entries(row).filter(([name]) => !isOfType(name)));
        return [table, left.map(row => Object.fromEntries(row))];
      });
      const found = await logsOf('own', Object.fromEntries(fewer));
      expect(found).toHaveLength(logs.length);
      expect(found).toEqual(await logsOf('own', rows));
    }
  });

  test('names a type that was unknown when its row was stored, and only such a row', async () => {
    const stored = (EventType: string, minutesAgo: number, given: Row): Row => ({
      TimeGenerated: new Date(NOW_MS - minutesAgo * 60_000).toISOString(),
      LogId: logIdAt(NOW_MS, `${minutesAgo}`),
      EventType,
      ...given,
    });
    const unknown = (code: string) => ({ EventName: code, Level: 1, LevelName: 'info', Category: 'unknown' });
    const given = { EventName: 'Given', Level: 2, LevelName: 'warning', Category: 'given' };
    const rows = [
      stored('limit_sui', 1, unknown('limit_sui')),
      stored('code_of_next_year', 2, unknown('code_of_next_year')),
      stored('limit_sui', 3, given),
    ];
    const collected = stored('limit_sui', 4, {});
    const suffixed = Object.entries({ ...collected, ...unknown('limit_sui') }).map(([name, value]) => {
      const suffix = name === 'TimeGenerated' ? '' : typeof value === 'number' ? '_d' : '_s';
      return [name + suffix, value] as const;
    });
    const found = await logsOf('own', { Auth0Logs_CL: rows, Auth0_CL: [Object.fromEntries(suffixed)] });
    const known = {
      EventName: 'Blocked Account (Too Many Login Attempts From One IP Address)',
      Level: 4,
      LevelName: 'critical',
      Category: 'other',
    };
    // In the order of their times.
    expect(found).toMatchObject([known, given, unknown('code_of_next_year'), known]);
  });

  test('knows a tenant by its domain, with the scheme of Sentinel’s connector or without', async () => {
    const [row] = sent('logs-ingestion', LOG)['Auth0Logs_CL']!;
    const named = (Auth0Domain: string, index: number) => ({ ...row, Auth0Domain, LogId: `${index}` });
    const names = [DOMAIN, `https://${DOMAIN}`, `https://${DOMAIN}/`, DOMAIN.toUpperCase()];
    const found = await logsOf('sentinel', { Auth0Logs_CL: names.map(named) });
    expect(found.map(one => one['Auth0Domain'])).toEqual(names.map(() => DOMAIN));
  });

  test('reads what Auth0’s former extension wrote, where "type" was the words', async () => {
    const row = {
      TimeGenerated: new Date(NOW_MS).toISOString(),
      _id_s: logIdAt(NOW_MS, '3'),
      type_code_s: 'fu',
      type_s: 'Failed Login (wrong name)',
      level_d: 3,
      os_s: 'Windows',
      user_name_s: 'a@example.com',
    };
    expect(await logsOf('former', { Auth0_CL: [row] })).toMatchObject([
      {
        LogId: logIdAt(NOW_MS, '3'),
        EventType: 'fu',
        EventName: 'Failed Login (wrong name)',
        Level: 3,
        Category: 'auth-login-fail',
        Os: 'Windows',
        ActorUsername: 'a@example.com',
      },
    ]);
  });

  test('has its columns, and no rows, in a workspace without any of the tables', async () => {
    expect(await logsOf('empty', {})).toEqual([]);
  });
});

describe('over a day of a tenant,', () => {
  const logs = [
    ...generateLogs({ seed: 7, count: 3000, fromMs: NOW_MS - DAY_MS, toMs: NOW_MS }),
    call('post', 'clients/c1/rotate-secret', { admin: 'Admin@example.com' }),
    call('get', 'clients/c1', { type: 'mgmt_api_read', accessedSecrets: ['client_secret'] }),
    call('post', 'client-grants', { body: { audience: 'https://example.eu.auth0.com/api/v2/' } }),
    log('gd_auth_rejected', 3, { user_id: 'auth0|sample' }),
    log('gd_enrollment_complete', 3, { user_id: 'auth0|sample' }),
    log('s', 20_000, { ...user('traveller'), location_info: { country_name: 'Germany' } }),
    log('s', 5, { ...user('traveller'), location_info: { country_name: 'Japan' } }),
    log('s', 5, { ...user('newcomer'), location_info: { country_name: 'Japan' } }),
    log('s', 5, user('sample.user')),
  ];
  let analytics: LogAnalytics;
  beforeAll(async () => {
    const arrivals = logs.map(one => ({ log: one, arrivedMs: NOW_MS }));
    const { rows } = arrive('logs-ingestion', DOMAIN, [...arrivals, ...arrivals.slice(0, 10)]);
    analytics = await openLogAnalytics('own', rows);
  });
  afterAll(() => analytics.close());
  const ask = (name: string) =>
    analytics.run(`query-${name}`, { fromMs: NOW_MS - 40 * DAY_MS, toMs: NOW_MS });

  test.each(SAVED_QUERIES.map(one => one.name))('query %s has an answer', async name => {
    expect((await ask(name)).length).toBeGreaterThan(0);
  });

  test('sign-ins are counted by outcome', async () => {
    const rows = await ask('logins-over-time');
    const sum = (outcome: string) =>
      rows.filter(row => row['Outcome'] === outcome).reduce((all, row) => all + Number(row['SignIns']), 0);
    const among = (types: string[]) => logs.filter(one => types.includes(one.type)).length;
    expect(sum('success')).toBe(among(['s', 'scoa', 'sens', 'sdel', 'sepft']));
    expect(sum('failure')).toBe(among(['f', 'fp', 'fu', 'fc', 'fcoa', 'fens']));
  });

  test('a new country is one that this user has not come from, and users who are new have none', async () => {
    expect(await ask('logins-from-new-countries')).toMatchObject([
      { User: 'traveller@example.com', Country: 'Japan' },
    ]);
  });

  test('duplicates are counted', async () => {
    const rows = await ask('duplicates');
    expect(rows.reduce((all, row) => all + Number(row['Duplicates']), 0)).toBe(10);
  });

  test('who changed what tells the administrator, and not the users that come and go', async () => {
    const rows = await ask('tenant-changes');
    expect(rows.map(row => row['Path'])).toEqual(
      expect.arrayContaining(['clients/c1/rotate-secret', 'client-grants']),
    );
    expect(rows.find(row => row['Path'] === 'clients/c1/rotate-secret')).toMatchObject({
      Actor: 'admin@example.com',
      Method: 'POST',
    });
    expect(rows.filter(row => String(row['Path']).startsWith('users/'))).toEqual([]);
  });
});
