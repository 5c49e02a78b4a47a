import { describe, expect, test } from 'vitest';
import { fieldsOf } from '../../../../simulator/azure/asim/fields.ts';
import { testData, testSchema } from '../../../../simulator/azure/asim/tester.ts';

const all = fieldsOf('Authentication').map(({ name, type }) => ({ name, type }));
const without = (name: string) =>
  testSchema(
    'Authentication',
    all.filter(one => one.name !== name),
  );
const problems = (row: Record<string, unknown>) =>
  testData('Authentication', [row])
    .filter(one => one.severity !== 'info')
    .map(one => one.problem);

describe('the schema tester', () => {
  test('finds nothing in a parser that has every field', () => {
    expect(testSchema('Authentication', all)).toEqual([]);
  });

  test.each([
    ['Dvc', 'error', 'missing, mandatory'],
    ['DvcIpAddr', 'warning', 'missing, recommended'],
    ['TargetUserIdType', 'error', 'missing, although TargetUserId is there'],
    ['IpAddr', 'error', 'missing, an alias of SrcIpAddr'],
  ])('misses %s', (field, severity, problem) => {
    expect(without(field)).toContainEqual({ severity, field, problem });
  });

  test('finds a column of another type, and one that the schema lacks', () => {
    const columns = all.map(one => (one.name === 'EventCount' ? { ...one, type: 'long' } : one));
    expect(testSchema('Authentication', [...columns, { name: 'UserId', type: 'string' }])).toEqual([
      { severity: 'error', field: 'EventCount', problem: 'has the type long; must have int' },
      { severity: 'info', field: 'UserId', problem: 'unknown to the schema' },
    ]);
  });

  test('asks of a type without its field nothing', () => {
    const columns = all.filter(one => !['SrcDvcId', 'SrcDvcIdType'].includes(one.name));
    expect(testSchema('Authentication', columns)).toEqual([]);
  });
});

describe('the data tester', () => {
  test.each([
    ['an empty mandatory field', { Dvc: '' }, 'empty'],
    ['a value outside the list', { EventType: 'Login' }, '"Login" is not in the list'],
    ['a part of a value', { LogonMethod: 'Password' }, '"Password" is not in the list'],
    ['a host name with dots', { DvcHostname: 'a.example.com' }, '"a.example.com" is not a valid Hostname'],
    ['a domain that is none', { DvcDomain: 'com 1' }, '"com 1" is not a valid Domain'],
    ['an FQDN of one label', { DvcFQDN: 'example' }, '"example" is not a valid FQDN'],
    ['an address that is none', { SrcIpAddr: '1.2.3.999' }, '"1.2.3.999" is not a valid IP Address'],
    ['a version that is none', { EventSchemaVersion: 'v1' }, '"v1" is not a valid SchemaVersion'],
    ['a list instead of a dictionary', { AdditionalFields: [] }, '"[]" is not a valid Dictionary'],
    ['a latitude beyond the pole', { SrcGeoLatitude: 300 }, '"300" is not a valid Coordinate'],
    ['a number as text', { EventCount: 'one' }, '"one" is not a valid int'],
    [
      'a type without a value',
      { TargetUserId: '', TargetUserIdType: 'Other' },
      'not empty, although TargetUserId is',
    ],
    [
      'a value without its type',
      { TargetUserId: 'x', TargetUserIdType: '' },
      'empty, although TargetUserId is not',
    ],
    ['an alias of something else', { IpAddr: '192.0.2.1', SrcIpAddr: '192.0.2.2' }, 'is not SrcIpAddr'],
  ])('finds %s', (_, row, problem) => {
    expect(problems(row)).toEqual([problem]);
  });

  test('takes an IPv6 address, an address as host name, and an empty optional field', () => {
    expect(
      problems({
        SrcIpAddr: '2001:db8::1',
        IpAddr: '2001:db8::1',
        DvcHostname: '192.0.2.1',
        LogonMethod: '',
      }),
    ).toEqual([]);
  });
});
