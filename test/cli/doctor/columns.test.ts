import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { streamColumns } from '../../../azure/table.ts';
import { columnsFinding } from '../../../cli/doctor/columns.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { specOf } from '../../../lambda/destinations/all.ts';
import { PIPELINE } from '../../config/samples.ts';
import { SAMPLES } from '../../destinations/samples.ts';

const AZURE = SAMPLES['logs-ingestion'].azure;
const RULE = AZURE['dcrImmutableId']!;
const { azure } = parsePipeline({ ...PIPELINE, azure: AZURE });
const wanted = specOf(azure).rule!(azure);
const STREAM = wanted.stream;
const found = (file: unknown) => columnsFinding(wanted, file, { stack: 'S' });

type Columns = { name: string; type: string }[];
/** As `az monitor data-collection rule show` prints it, whose properties stand on top. */
const rule = (columns: Columns = streamColumns(), more: object = {}) => ({
  id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/dataCollectionRules/auth0-logs',
  type: 'Microsoft.Insights/dataCollectionRules',
  kind: 'Direct',
  immutableId: RULE,
  streamDeclarations: { [STREAM]: { columns } },
  dataFlows: [{ streams: [STREAM], destinations: ['workspace'], outputStream: STREAM }],
  ...more,
});
const inProperties = ({ id, type, kind, ...properties }: ReturnType<typeof rule>) => ({
  id,
  type,
  kind,
  properties,
});
const other = rule([], { immutableId: `dcr-${'ff'.repeat(16)}` });

describe('the columns of the rule', () => {
  test('are not checked without the file, with the commands that make and use it', () => {
    expect(found(undefined)).toMatchObject({
      level: 'not checked',
      remedy: expect.stringMatching(
        /\n {2}az monitor data-collection rule list -o json > dcr.json\n {2}npx auth0-logs-to-azure doctor --dcr dcr.json --stack S$/,
      ),
    });
  });

  test.each([
    ['az … rule show', rule()],
    ['az … rule list', [other, rule()]],
    ['az rest', inProperties(rule())],
    ['az rest on a list', { value: [inProperties(rule())] }],
    ['the template of this project', JSON.parse(readFileSync('azure/template.json', 'utf8'))],
    [
      'a template with named resources',
      { resources: { dcr: { ...inProperties(rule(undefined, { immutableId: undefined })) } } },
    ],
  ])('are well by %s', (_, file) => {
    expect(found(file)).toMatchObject({
      level: 'ok',
      text: expect.stringContaining(`${STREAM} declares all`),
    });
  });

  test('may be wider, and more, than what is sent', () => {
    const wider = streamColumns().map(({ name, type }) => ({ name, type: type === 'int' ? 'long' : type }));
    expect(found(rule([...wider, { name: 'Own', type: 'string' }])).level).toBe('ok');
  });

  test('that are missing lose their values: an error that names them', () => {
    const columns = streamColumns().filter(({ name }) => !['LogId', 'Extra'].includes(name));
    expect(found(rule(columns))).toMatchObject({
      level: 'error',
      text: '2 columns not declared, so Azure drops their values: LogId, Extra',
      remedy: expect.stringContaining('deploy azure/template.json again'),
    });
    expect(found(rule([])).text).toMatch(/CutColumns|and \d+ more$/);
  });

  test('of another type lose theirs too', () => {
    const columns = streamColumns().map(one => (one.name === 'Level' ? { ...one, type: 'string' } : one));
    expect(found(rule(columns))).toMatchObject({
      level: 'error',
      text: '1 column of a different type, so values are lost: Level is string, sent as int',
    });
  });

  test.each([
    [
      'another stream',
      rule(undefined, { streamDeclarations: { 'Custom-Other': { columns: [] } } }),
      'it declares Custom-Other',
    ],
    ['no stream', rule(undefined, { streamDeclarations: {} }), 'it declares none'],
    ['no flow of it', rule(undefined, { dataFlows: [{ streams: ['Custom-Other'] }] }), 'no data flow'],
    ['another rule', other, `does not contain rule ${RULE}; it contains ${other.immutableId}`],
    ['something else', { hello: 'world' }, 'it contains no rules'],
    ['nothing', null, 'it contains no rules'],
    ['another resource', { ...rule(), type: 'Microsoft.Insights/workbooks' }, 'it contains no rules'],
  ])('with %s: an error', (_, file, text) => {
    expect(found(file)).toMatchObject({ level: 'error', text: expect.stringContaining(text) });
  });
});
