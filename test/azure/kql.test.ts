import { describe, expect, test } from 'vitest';
import { DETECTIONS } from '../../azure/detections.ts';
import { ADDED_COLUMNS } from '../../azure/function-auth0-logs.ts';
import { parseKql } from '../../azure/kql-file.ts';
import { FUNCTIONS, SAVED_QUERIES } from '../../azure/queries.ts';
import { COLUMNS } from '../../lambda/core/record/columns.ts';
import { LOG_TYPES } from '../../lambda/core/record/log-types.ts';
import { kqlTrial } from '../../scripts/azure-trials/kql-trial.ts';
import { TRIALS } from '../../scripts/azure-trials/trials.ts';
import { checker } from '../../simulator/azure/log-analytics/kql-check.ts';
import { ALL_TABLES } from '../../simulator/azure/log-analytics/schemas.ts';
import { functionColumns } from '../../simulator/azure/log-analytics/translations.ts';

const check = checker({ tables: ALL_TABLES, functions: functionColumns() });
const codes = (kql: string) => check(kql).problems.map(problem => problem.code);

describe('the checker', () => {
  test.each([
    ['a column that is not there', 'Auth0Logs() | where Nope == 1', 'KS142'],
    ['a column that a step before took away', 'Auth0Logs() | project LogId | where Level > 1', 'KS142'],
    [
      'a column in a join that is not there',
      'Auth0Logs() | join kind=inner (Auth0SignIns()) on Nope',
      'KS142',
    ],
    ['a column of another function', 'Auth0SignIns() | where Path has "users"', 'KS142'],
    ['a table that is not there', 'Auth0_Logs_CL | take 1', 'KS204'],
    ['a function that is not there', 'Auth0Logs() | extend x = nosuch(LogId)', 'KS211'],
    ['a broken query', 'Auth0Logs() | where', 'KS006'],
  ])('finds %s', (_, kql, code) => {
    expect(codes(kql)).toContain(code);
  });

  test('tells the line of a problem', () => {
    expect(check('Auth0Logs()\n| where Level > 1\n| where Nope > 1').problems).toMatchObject([{ line: 3 }]);
  });

  test('finds a column that the inner part of Auth0Logs() lacks', () => {
    const { kql } = FUNCTIONS.find(one => one.alias === 'Auth0Logs')!;
    expect(codes(kql.replace('TypeName, EventType', 'TypeNam, EventType'))).toEqual(['KS142']);
  });

  test('understands a table that may be missing, and a column that may be', () => {
    const fuzzy = 'union isfuzzy=true (Auth0Logs_CL | project LogId), (Auth0_CL | project LogId = LogId_s)';
    expect(codes(fuzzy)).toEqual([]);
    expect(codes(fuzzy.replace('Auth0_CL', 'Missing_CL'))).toEqual(['KS205']);
    const { columns } = check("Auth0Logs_CL | project x = column_ifexists('Missing', int(null))");
    expect(columns).toEqual([{ name: 'x', type: 'int' }]);
  });
});

describe('every text is sound:', () => {
  test.each(FUNCTIONS.map(one => [one.alias, one.kql]))('function %s', (_, kql) => {
    expect(check(kql).problems).toEqual([]);
  });

  test.each(SAVED_QUERIES.map(one => [one.name, one.kql]))('query %s', (_, kql) => {
    expect(check(kql).problems).toEqual([]);
  });

  test.each(DETECTIONS.map(one => [one.id, one.kql]))('detection %s', (_, kql) => {
    expect(check(kql).problems).toEqual([]);
  });

  test.each(DETECTIONS.map(one => one.id))('the trial of %s, which reads no table of the workspace', id => {
    const detection = DETECTIONS.find(one => one.id === id)!;
    const text = kqlTrial(detection, TRIALS[id]!.fires);
    expect(checker({ tables: {}, functions: {} })(text).problems).toEqual([]);
  });
});

/** Azure can validate a query when it creates a rule, before any log has arrived through either API. */
describe('in a workspace without any table,', () => {
  const alone = checker({ tables: {}, functions: functionColumns() });
  const problems = (kql: string) =>
    alone(kql)
      .problems.map(one => one.code)
      // A missing table of a fuzzy union is a warning.
      .filter(code => code !== 'KS205');

  test.each([...FUNCTIONS.map(one => one.alias), ...DETECTIONS.map(one => one.id)])('%s is sound', name => {
    const { kql } = FUNCTIONS.find(one => one.alias === name) ?? DETECTIONS.find(one => one.id === name)!;
    expect(problems(kql)).toEqual([]);
  });

  test('a query that reads a table directly is not', () => {
    expect(problems('DCRLogErrors | take 1')).toEqual(['KS204']);
  });
});

describe('the functions', () => {
  test('Auth0Logs() gives the columns of the table, and those that it adds', () => {
    const kqlType = (type: string) => (type === 'boolean' ? 'bool' : type);
    const expected = [
      ...COLUMNS.map(({ name, type }) => [name, kqlType(type)]),
      ...ADDED_COLUMNS.map(([name, type]) => [name, type]),
    ];
    const columns = functionColumns()['Auth0Logs']!.map(({ name, type }) => [name, type]);
    expect(columns.sort()).toEqual(expected.sort());
  });

  test('Auth0LogTypes() knows every type', () => {
    const { kql } = FUNCTIONS.find(one => one.alias === 'Auth0LogTypes')!;
    const lines = kql.split('\n').filter(line => line.startsWith("    '"));
    expect(lines).toHaveLength(LOG_TYPES.length);
    expect(lines[0]).toBe("    's', 'Success Login', 1, 'info', 'auth-login-success',");
  });
});

describe('the pack', () => {
  test('has the 15 queries and the 25 detections that it promises, and more', () => {
    expect(SAVED_QUERIES.length).toBeGreaterThanOrEqual(15);
    expect(DETECTIONS.length).toBeGreaterThanOrEqual(25);
  });

  test('has a sentence for everything, and no name twice', () => {
    const sentences = [...SAVED_QUERIES, ...DETECTIONS, ...FUNCTIONS].map(one => one.description);
    expect(sentences.filter(text => !/^[A-Z].*[.?]$/.test(text))).toEqual([]);
    const names = [...SAVED_QUERIES.map(one => one.displayName), ...DETECTIONS.map(one => one.title)];
    expect(new Set(names).size).toBe(names.length);
  });

  test('has no detection whose range stands in the query: the rule gives it', () => {
    const wrong = DETECTIONS.filter(({ kql }) => /TimeGenerated\s*[<>]/.test(kql));
    expect(wrong.map(one => one.id)).toEqual([]);
  });
});

describe('a KQL file', () => {
  const keys = ['title', 'when'] as const;

  test('is a header and a query', () => {
    const parsed = parseKql('// title: A: b\n// when: now\nT\n// a comment\n| take 1\n', keys);
    expect(parsed).toEqual({ header: { title: 'A: b', when: 'now' }, kql: 'T\n// a comment\n| take 1' });
  });

  test.each([
    ['a key is missing', '// title: A\nT', 'lacks when'],
    ['a key is unknown', '// title: A\n// hwen: now\nT', 'line 2 is "// hwen: now"'],
    ['a key comes twice', '// title: A\n// title: B\n// when: now\nT', 'line 2'],
    ['a value is missing', '// title: A\n// when:\nT', 'line 2'],
    ['there is no query', '// title: A\n// when: now\n', 'no query'],
  ])('is refused when %s', (_, text, message) => {
    expect(() => parseKql(text, keys)).toThrow(message);
  });
});
