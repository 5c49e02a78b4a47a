import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LEFT_OUT, PLACED, SCHEMAS, type Schema } from '../../../azure/asim/codes.ts';
import { KNOWN } from '../../../azure/asim/known.ts';
import { ASIM_PARSERS, parameterList } from '../../../azure/asim/parsers.ts';
import { goldenLogs } from '../../../scripts/golden-records.ts';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import { type Finding, testData, testSchema } from '../../../simulator/azure/asim/tester.ts';
import { type Asim, asimQueries } from '../../../simulator/azure/log-analytics/asim.ts';
import {
  asFunction,
  asimTranslations,
  checkParser,
  parserColumns,
} from '../../../simulator/azure/log-analytics/asim-translations.ts';
import type { Row } from '../../../simulator/azure/log-analytics/engine.ts';
import { checker } from '../../../simulator/azure/log-analytics/kql-check.ts';
import { functionColumns, hashOf } from '../../../simulator/azure/log-analytics/translations.ts';
import { log, parserOf, SCOPE, TODAY, workspaceWith } from './asim-world.ts';

const DAY_MS = Date.parse(`${TODAY}T00:00:00Z`);
/** Logs of every family, a log of each type, and a tenant's day. */
const LOGS: readonly unknown[] = [
  ...Object.values(goldenLogs()),
  ...[...PLACED, ...LEFT_OUT].map(({ code }) => log(code)),
  ...generateLogs({ seed: 11, count: 1_500, fromMs: DAY_MS, toMs: DAY_MS + 43_200_000 }),
];

/** Findings that matter, by field, without those that are known. */
const unknownOf = (schema: Schema, findings: readonly Finding[]) =>
  findings.filter(
    one =>
      one.severity !== 'info' &&
      !KNOWN.some(
        known =>
          known.schemas.includes(schema) &&
          known.fields.includes(one.field) &&
          known.severity === one.severity,
      ),
  );

describe.each(ASIM_PARSERS.map(one => [one.alias, one] as const))('%s', (alias, parser) => {
  test('is sound', () => {
    expect(checkParser(parser).problems).toEqual([]);
  });

  test('is sound in a workspace without any table, and when it is called with every argument', () => {
    const args = parser.parameters.map(
      ({ name, type }) =>
        `${name}=${{ datetime: 'ago(1d)', dynamic: "dynamic(['x'])", string: "'Success'", bool: 'true' }[type]}`,
    );
    const text = `${asFunction(parser)}${alias}(${args.join(', ')})`;
    const { problems } = checker({ tables: {}, functions: functionColumns() })(text);
    // A missing table of a fuzzy union is a warning.
    expect(problems.filter(one => one.code !== 'KS205')).toEqual([]);
  });

  test('has the columns of its schema', () => {
    expect(unknownOf(parser.schema, testSchema(parser.schema, parserColumns(parser)))).toEqual([]);
  });

  test('filters each table before it parses anything', () => {
    const legs = parser.kql.split(/\(Auth0\w*_CL\n/).slice(1);
    expect(legs).toHaveLength(3);
    for (const leg of legs) {
      const [first, ...rest] = leg.trim().split('\n    | ');
      expect(first).toMatch(/^\| where not\(disabled\)/);
      if (parser.filtering) expect(first).toMatch(/TimeGenerated >= starttime.+TimeGenerated <= endtime/);
      expect(rest.some(one => one.startsWith('where EventOriginalType in (Types)'))).toBe(true);
    }
    // Details are JSON: of them only rows are parsed that the address and the codes leave.
    const parsed = parser.kql.search(/Details\.\w/);
    const filters = [...parser.kql.matchAll(/lookup kind=inner|has_any_ipv4_prefix/g)].map(one => one.index);
    expect(filters.filter(at => at > parsed)).toEqual([]);
  });

  test('stays short enough for a saved function', () => {
    expect(parser.kql.length).toBeLessThan(60_000);
  });
});

test('the SQL is translated from the parsers as they are now: else run "npm run generate -- sql"', () => {
  const now = asimTranslations().map(one => [one.name, hashOf(one)]);
  expect([...asimQueries()].map(([name, { hash }]) => [name, hash])).toEqual(now);
});

test('every known finding is one that the testers make', () => {
  const findings = SCHEMAS.flatMap(schema =>
    testSchema(schema, parserColumns(parserOf(schema))).map(one => [schema, one.field, one.severity].join()),
  );
  const data = ['EventVendor', 'EventProduct', 'EventSubType'];
  const expected = KNOWN.flatMap(({ schemas, fields, severity }) =>
    schemas.flatMap(schema =>
      fields.filter(one => !data.includes(one)).map(field => [schema, field, severity].join()),
    ),
  );
  expect(expected.filter(one => !findings.includes(one))).toEqual([]);
});

test('the parsers have the parameters of Microsoft’s empty custom parsers', () => {
  // https://github.com/Azure/Azure-Sentinel/tree/master/ASIM/deploy/EmptyCustomUnifyingParsers
  const lists = SCHEMAS.map(schema => parameterList(parserOf(schema).parameters).replaceAll(' ', ''));
  const times = 'starttime:datetime=datetime(null),endtime:datetime=datetime(null),';
  const ends = ',disabled:bool=false,pack:bool=false';
  const list = (name: string) => `${name}:dynamic=dynamic([])`;
  const names = [
    'username_has_any',
    'targetappname_has_any',
    'srcipaddr_has_any_prefix',
    'srchostname_has_any',
  ];
  expect(lists).toEqual([
    `${times}${[...names, 'eventtype_in', 'eventresultdetails_in'].map(list).join()},eventresult:string='*'${ends}`,
    `${times}${['srcipaddr_has_any_prefix', 'actorusername_has_any', 'operation_has_any', 'eventtype_in'].map(list).join()},eventresult:string='*',${['object_has_any', 'newvalue_has_any'].map(list).join()}${ends}`,
    `${times}${['srcipaddr_has_any_prefix', 'targetusername_has_any', 'actorusername_has_any', 'eventtype_in'].map(list).join()}${ends}`,
  ]);
});

describe.each(['logs-ingestion', 'data-collector'] as const)('over the table of %s,', kind => {
  let asim: Asim;
  const rows: Partial<Record<Schema, Row[]>> = {};
  beforeAll(async () => {
    asim = await workspaceWith(LOGS, kind);
    for (const schema of SCHEMAS) rows[schema] = await asim.run(parserOf(schema), SCOPE, { pack: true });
  });
  afterAll(() => asim.close());

  test.each(SCHEMAS)('%s has only the values that ASIM allows', schema => {
    expect(rows[schema]!.length).toBeGreaterThan(20);
    expect(unknownOf(schema, testData(schema, rows[schema]!))).toEqual([]);
  });

  test('every placed type is an event of one schema, and no other type is', () => {
    const events = SCHEMAS.flatMap(schema => [
      ...new Set(rows[schema]!.map(row => `${row['EventOriginalType']} ${schema}`)),
    ]);
    const byCode = Map.groupBy(events, one => one.split(' ')[0]!);
    const twice = [...byCode].filter(([code, some]) => some.length > 1 && !['sapi', 'fapi'].includes(code));
    expect(twice).toEqual([]);
    expect([...byCode.keys()].toSorted()).toEqual(PLACED.map(one => one.code).toSorted());
  });

  test('no log is two events', () => {
    const ids = SCHEMAS.flatMap(schema => rows[schema]!.map(row => row['EventOriginalUid']));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
