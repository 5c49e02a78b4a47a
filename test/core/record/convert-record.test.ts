/** A record that changes its form: as if it had been written for it in the first place. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RECORD_MAX_BYTES } from '../../../lambda/core/contract.ts';
import type { RecordForm, SerializedRecord } from '../../../lambda/core/model.ts';
import { COLUMNS } from '../../../lambda/core/record/columns.ts';
import { convertRecord } from '../../../lambda/core/record/convert-record.ts';
import { CUT_MARK } from '../../../lambda/core/record/cut.ts';
import { shaper } from '../../../lambda/core/record/shape.ts';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import { TEXT, TYPED } from './forms.ts';

const ID = `90020240229123456789${'0'.repeat(36)}`;
const LOG = { log_id: ID, date: '2024-02-29T12:34:50.001Z', type: 'fp' };
const WAYS: [RecordForm, RecordForm][] = [
  [TEXT, TYPED],
  [TYPED, TEXT],
];

function shaped(log: unknown, form: RecordForm) {
  const { logId, json, cut } = shaper({ form, auth0Domain: 'acme.eu.auth0.com', redact: one => one })(log);
  return { record: { logId, json: Buffer.from(json) }, cut };
}
const converted = (log: unknown, from: RecordForm, to: RecordForm) =>
  convertRecord(shaped(log, from).record, to);
const fieldsOf = ({ json }: SerializedRecord): Record<string, unknown> => JSON.parse(json.toString());

describe.each(WAYS)('from %s to %s', (from, to) => {
  test('every log of a tenant becomes, to the byte, what shaping makes of it', () => {
    const logs = generateLogs({ seed: 7, count: 1_000, fromMs: 1_770_000_000_000, toMs: 1_772_000_000_000 });
    let cut = 0;
    for (const log of logs) {
      const before = shaped(log, from);
      const after = convertRecord(before.record, to);
      const direct = shaped(log, to).record;
      expect(after.logId).toBe(direct.logId);
      expect(after.json.equals(before.record.json)).toBe(false);
      if (!before.cut || from === TYPED) {
        expect(after.json.toString()).toBe(direct.json.toString());
        continue;
      }
      // What the narrower limit has taken does not come back.
      cut++;
      const { CutColumns, ...kept } = fieldsOf(after);
      const names = String(CutColumns).split(' ');
      expect(CutColumns).toBe(fieldsOf(before.record)['CutColumns']);
      expect(names.every(name => typeof kept[name] === 'string')).toBe(true);
      const rest = Object.entries(fieldsOf(direct)).filter(
        ([name]) => !['CutColumns', ...names].includes(name),
      );
      expect(kept).toMatchObject(Object.fromEntries(rest));
    }
    if (from === TEXT) expect(cut).toBeGreaterThan(0);
  });

  test.each<[string, object]>([
    [
      'free-form texts that look like JSON',
      { details: '{"a":1}', security_context: '12', auth0_client: 'text' },
    ],
    ['numbers, lists, empty objects', { details: 12.5, security_context: [null, {}], auth0_client: {} }],
    ['fields of no column', { nobody: 1, CutColumns: 'Details', TimeGenerated: 'x', __proto__x: null }],
    ['names that objects have of their own', JSON.parse('{"details":{"__proto__":{"a":1}},"__proto__":[1]}')],
    ['halves of surrogate pairs', { details: { a: '\ud83d', b: '\\ud800' } }],
    ['a description', { description: 'ä€𝄞' }],
  ])('%s', (_what, fields) => {
    const log = { ...LOG, ...fields };
    expect(converted(log, from, to).json.toString()).toBe(shaped(log, to).record.json.toString());
  });

  test('what has the form already is the very same record', () => {
    for (const log of [
      LOG,
      { ...LOG, details: {} },
      { ...LOG, date: undefined, log_id: 'x', details: {} },
      null,
    ]) {
      const { record } = shaped(log, to);
      expect(convertRecord(record, to)).toBe(record);
    }
  });

  test('what is no record of ours is left as it is', () => {
    for (const text of ['', '[]', 'null', '{"TimeGenerated":', '{"event_date":1', '{}']) {
      const record = { logId: '1', json: Buffer.from(text) };
      expect(convertRecord(record, to)).toBe(record);
    }
    const deep = {
      logId: '1',
      json: Buffer.from(`{"Details":${JSON.stringify('['.repeat(200_000) + ']'.repeat(200_000))}}`),
    };
    expect(convertRecord(deep, to).logId).toBe('1');
  });

  test('whatever the log: the limits of the new form hold, are marked, and hold again', () => {
    const text = fc
      .tuple(fc.string({ unit: 'binary' }), fc.nat(90_000))
      .map(([one, size]) => one.repeat(Math.ceil(size / Math.max(1, one.length))));
    const value = fc.oneof(
      text,
      fc.jsonValue(),
      text.map(a => ({ a, b: [a] })),
    );
    const names = [
      'description',
      'details',
      'security_context',
      'scope',
      'more',
      'user_name',
      'location_info',
    ];
    const logs = fc.record(Object.fromEntries(names.map(name => [name, value])), { requiredKeys: [] });
    fc.assert(
      fc.property(logs, fields => {
        const log = { ...LOG, ...fields };
        const before = shaped(log, from);
        const after = convertRecord(before.record, to);
        const record = fieldsOf(after);
        expect(after.json.length).toBeLessThanOrEqual(RECORD_MAX_BYTES);
        expect([record['LogId'], record['event_date'], record['TimeGenerated'] !== undefined]).toEqual([
          ID,
          LOG.date,
          to === TYPED,
        ]);
        const cut = String(record['CutColumns'] ?? '').split(' ');
        const cutBefore = fieldsOf(before.record)['CutColumns'];
        if (cutBefore !== undefined)
          expect(cut).toEqual(expect.arrayContaining(String(cutBefore).split(' ')));
        for (const { name, type } of COLUMNS) {
          const one = record[name];
          if (one === undefined) continue;
          const size = type === 'dynamic' && to === TYPED ? JSON.stringify(one) : String(one);
          expect(Buffer.byteLength(size)).toBeLessThanOrEqual(to.fieldMaxBytes);
          if (cut.includes(name)) expect(String(one).endsWith(CUT_MARK) || one === '').toBe(true);
        }
        const direct = shaped(log, to);
        if (!before.cut && !direct.cut) expect(after.json.toString()).toBe(direct.record.json.toString());
        expect(convertRecord(after, to)).toBe(after);
      }),
      { numRuns: 60 },
    );
  });
});

test('a value that was cut is no JSON any more: it stays text, and stays named', () => {
  const log = { ...LOG, details: { a: 'x'.repeat(40_000) } };
  const cut = fieldsOf(converted(log, TEXT, TYPED));
  expect(cut).toMatchObject({ CutColumns: 'Details', TimeGenerated: LOG.date });
  expect(cut['Details']).toMatch(/^\{"a":"x+…\[cut\]$/);
});

test('what fits the one and not the other is cut for it', () => {
  const log = { ...LOG, details: { a: 'x'.repeat(40_000) }, description: 'y'.repeat(40_000) };
  const { record } = shaped(log, TYPED);
  expect(fieldsOf(record)).not.toHaveProperty('CutColumns');
  expect(fieldsOf(convertRecord(record, TEXT))).toEqual(fieldsOf(shaped(log, TEXT).record));
  expect(fieldsOf(convertRecord(record, TEXT))['CutColumns']).toBe('Description Details');
});

test('a record without any time is told by its free-form values', () => {
  const log = { log_id: 'an id', type: 's', details: { a: 1 } };
  for (const [from, to] of WAYS) {
    expect(converted(log, from, to).json.toString()).toBe(shaped(log, to).record.json.toString());
  }
});
