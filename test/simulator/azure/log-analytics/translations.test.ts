import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../../../azure/queries.ts';
import { TABLE } from '../../../../azure/table.ts';
import { generatedQueries } from '../../../../simulator/azure/log-analytics/engine.ts';
import { formatGenerated, parseGenerated } from '../../../../simulator/azure/log-analytics/generated.ts';
import { WORKSPACES } from '../../../../simulator/azure/log-analytics/schemas.ts';
import { hashOf, translations } from '../../../../simulator/azure/log-analytics/translations.ts';

const all = translations();

test('the SQL belongs to the KQL: after a change of a query or a column, run "npm run generate -- sql"', () => {
  const generated = generatedQueries();
  expect([...generated.keys()]).toEqual(all.map(one => one.name));
  const stale = all.filter(one => generated.get(one.name)?.hash !== hashOf(one));
  expect(stale.map(one => one.name)).toEqual([]);
});

test('the file is read as it was written', () => {
  const queries = new Map([
    ['one', { hash: 'a', sql: 'SELECT 1\n-- query: none\nFROM x' }],
    ['two', { hash: 'b', sql: 'SELECT 2' }],
  ]);
  expect(parseGenerated(formatGenerated(queries, 'translator==1'))).toEqual(queries);
});

describe('a query is translated with the columns that it uses', () => {
  const schemaOf = (name: string) => all.find(one => one.name === name)!.schema;

  test('those that it names', () => {
    expect(schemaOf('detection-brute-force')).toEqual({
      Auth0SignIns: ['IngestionTime', 'EventType', 'SrcIpAddr', 'ActorUserId', 'EventTime', 'User'],
    });
  });

  test('and all, where it hands whole rows on', () => {
    expect(schemaOf('Auth0SignIns')['Auth0Logs']).toContain('Extra');
  });

  test('so that another column rewrites nothing that does not use it', () => {
    const column = { name: 'SomethingNew', type: 'string' };
    const own = { ...WORKSPACES.own, [TABLE]: [...WORKSPACES.own[TABLE], column] };
    const functions = FUNCTIONS.map(one =>
      one.alias === 'Auth0Logs' ? { ...one, kql: `${one.kql}| extend SomethingNew = ''\n` } : one,
    );
    const before = new Map(all.map(one => [one.name, hashOf(one)]));
    const after = translations({ functions, workspaces: { ...WORKSPACES, own } });
    const rewritten = after.filter(one => before.get(one.name) !== hashOf(one)).map(one => one.name);
    const functionsWithIt = [
      'Auth0Logs-own',
      'Auth0Logs-bulk',
      'Auth0Logs-sentinel',
      'Auth0Logs-former',
      'Auth0Logs-empty',
    ];
    expect(rewritten).toEqual([...functionsWithIt, 'Auth0ApiCalls', 'Auth0SignIns']);
  });
});
