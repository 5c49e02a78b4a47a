import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCHEMAS, type Schema } from '../../../azure/asim/codes.ts';
import { goldenLogs } from '../../../scripts/golden-records.ts';
import type { Arguments, Asim } from '../../../simulator/azure/log-analytics/asim.ts';
import type { Row } from '../../../simulator/azure/log-analytics/engine.ts';
import { call, log, parserOf, SCOPE, TODAY, workspaceWith } from './asim-world.ts';

/** Microsoft's own test of filters: https://github.com/Azure/Azure-Sentinel/tree/master/ASIM/dev/ASimTester/filteringTest */
const LOGS = [
  ...Object.values(goldenLogs()),
  log('fp', { ip: '203.0.113.7', user_name: 'grace@example.org', client_name: 'Other App' }),
  log('s', { ip: '2001:db8:1::9', user_name: 'joan@example.org' }),
  log('f', { ip: '203.0.113.70', client_ip: '198.51.100.1', description: 'access_denied' }),
  log('slo', { date: `${TODAY}T20:00:00.000Z` }),
  call('post', 'clients', { name: 'Shop' }, { response: { client_id: 'c1' } }),
  call('delete', 'connections/con_1'),
  call(
    'patch',
    'users/auth0%7Cada',
    { email: 'new@example.com' },
    { response: { email: 'new@example.com' } },
  ),
];

let asim: Asim;
const whole: Partial<Record<Schema, readonly Row[]>> = {};
const run = (schema: Schema, args: Arguments) => asim.run(parserOf(schema), SCOPE, args);

beforeAll(async () => {
  asim = await workspaceWith(LOGS);
  for (const schema of SCHEMAS) whole[schema] = await run(schema, {});
});
afterAll(() => asim.close());

/** Fictive values find nothing; real ones find the rows that have them, and fewer than all. */
const CASES: readonly (readonly [Schema, Arguments, (row: Row) => boolean])[] = [
  [
    'Authentication',
    { username_has_any: ['grace', 'joan'] },
    row => /grace|joan/.test(`${row['TargetUsername']}`),
  ],
  ['Authentication', { targetappname_has_any: ['other app'] }, row => row['TargetAppName'] === 'Other App'],
  [
    'Authentication',
    { srcipaddr_has_any_prefix: ['203.0.'] },
    row => `${row['SrcIpAddr']}`.startsWith('203.0.'),
  ],
  [
    'Authentication',
    { srcipaddr_has_any_prefix: ['203.0.113.7'] },
    row => row['SrcIpAddr'] === '203.0.113.7',
  ],
  [
    'Authentication',
    { srcipaddr_has_any_prefix: ['198.51.100.1'] },
    row => row['SrcIpAddr'] === '198.51.100.1',
  ],
  [
    'Authentication',
    { srcipaddr_has_any_prefix: ['2001:db8:1::/48'] },
    row => row['SrcIpAddr'] === '2001:db8:1::9',
  ],
  ['Authentication', { eventtype_in: ['Logoff'] }, row => row['EventType'] === 'Logoff'],
  ['Authentication', { eventresult: 'Failure' }, row => row['EventResult'] === 'Failure'],
  [
    'Authentication',
    { eventresultdetails_in: ['Incorrect password', 'User locked'] },
    row => ['Incorrect password', 'User locked'].includes(`${row['EventResultDetails']}`),
  ],
  [
    'AuditEvent',
    { srcipaddr_has_any_prefix: ['203.0.113.'] },
    row => `${row['SrcIpAddr']}`.startsWith('203.0.113.'),
  ],
  [
    'AuditEvent',
    { actorusername_has_any: ['admin@example.com'] },
    row => row['ActorUsername'] === 'admin@example.com',
  ],
  ['AuditEvent', { operation_has_any: ['factor'] }, row => /factor/i.test(`${row['Operation']}`)],
  [
    'AuditEvent',
    { eventtype_in: ['Create', 'Delete'] },
    row => ['Create', 'Delete'].includes(`${row['EventType']}`),
  ],
  ['AuditEvent', { eventresult: 'Failure' }, row => row['EventResult'] === 'Failure'],
  ['AuditEvent', { object_has_any: ['clients'] }, row => row['Object'] === 'clients'],
  ['AuditEvent', { newvalue_has_any: ['shop'] }, row => /shop/i.test(`${row['NewValue']}`)],
  [
    'UserManagement',
    { srcipaddr_has_any_prefix: ['198.51.100.'] },
    row => `${row['SrcIpAddr']}`.startsWith('198.51.100.'),
  ],
  ['UserManagement', { targetusername_has_any: ['lin'] }, row => row['TargetUsername'] === 'lin@example.com'],
  [
    'UserManagement',
    { actorusername_has_any: ['admin'] },
    row => row['ActorUsername'] === 'admin@example.com',
  ],
  ['UserManagement', { eventtype_in: ['UserCreated'] }, row => row['EventType'] === 'UserCreated'],
];

test.each(CASES)('%s %j', async (schema, args, matches) => {
  const ids = (rows: readonly Row[]) => rows.map(row => row['EventOriginalUid']).toSorted();
  const expected = whole[schema]!.filter(matches);
  expect(expected.length).toBeGreaterThan(0);
  expect(expected.length).toBeLessThan(whole[schema]!.length);
  expect(ids(await run(schema, args))).toEqual(ids(expected));
});

const named = SCHEMAS.flatMap(schema =>
  parserOf(schema)
    .parameters.filter(({ type }) => type === 'dynamic' || type === 'string')
    .map(({ name, type }) => [schema, name, type] as const),
);

test.each(named)('%s: a value of %s that nothing has finds nothing', async (schema, name, type) => {
  expect(await run(schema, { [name]: type === 'string' ? 'Never' : ['!never'] })).toEqual([]);
});

test('every parameter that filters by a value has a case', () => {
  const covered = new Set(CASES.map(([schema, args]) => `${schema} ${Object.keys(args)}`));
  const all = named.map(([schema, name]) => `${schema} ${name}`);
  // A source's host name is not in Auth0's logs.
  expect(all.filter(one => !covered.has(one))).toEqual(['Authentication srchostname_has_any']);
});

describe.each(SCHEMAS)('%s', schema => {
  test('has the rows of a time range, its ends included', async () => {
    const time = (row: Row) => (row['TimeGenerated'] as Date).getTime();
    const times = whole[schema]!.map(time).toSorted();
    const [from, to] = [times[1]!, times.at(-2)!];
    const iso = (ms: number) => new Date(ms).toISOString().slice(0, -1);
    const found = await run(schema, { starttime: iso(from), endtime: iso(to) });
    expect(found.map(time).toSorted()).toEqual(times.filter(one => one >= from && one <= to));
  });

  test('is empty if it is disabled', async () => {
    expect(await run(schema, { disabled: true })).toEqual([]);
  });

  test('puts what has no field of its own into AdditionalFields, if it is asked to', async () => {
    const of = (rows: readonly Row[]) =>
      rows.map(row => Object.keys(JSON.parse(`${row['AdditionalFields']}`)).length);
    expect(new Set(of(whole[schema]!))).toEqual(new Set([0]));
    expect(Math.min(...of(await run(schema, { pack: true })))).toBeGreaterThan(4);
  });
});
