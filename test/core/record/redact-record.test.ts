import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordForm } from '../../../lambda/core/model.ts';
import { CUT_MARK } from '../../../lambda/core/record/cut.ts';
import { redactor } from '../../../lambda/core/record/redact.ts';
import { recordRedactor } from '../../../lambda/core/record/redact-record.ts';
import type { Redaction } from '../../../lambda/core/record/redaction-field.ts';
import { shaper } from '../../../lambda/core/record/shape.ts';
import { TEXT, TYPED } from './forms.ts';

const KEY = 'k'.repeat(40);
const KINDS: RecordForm[] = [TEXT, TYPED];
const rule = (field: Redaction['field'], how: Redaction['how'] = 'mask'): Redaction => ({ field, how });

const shaped = (log: unknown, rules: readonly Redaction[], form: RecordForm): object =>
  JSON.parse(shaper({ form, auth0Domain: 'acme.auth0.com', redact: redactor(rules, KEY) })(log).json);
const again = (record: object, rules: readonly Redaction[], form: RecordForm): Record<string, unknown> => {
  const redactRecord = recordRedactor(rules, KEY, form);
  return JSON.parse(redactRecord({ logId: '1', json: Buffer.from(JSON.stringify(record)) }).json.toString());
};

const UA =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1';
const LOG = {
  log_id: `900${'20260701120000'}${'1'.repeat(39)}`,
  date: '2026-07-01T12:00:00.000Z',
  type: 'fp',
  description: 'Wrong password for ada@example.com in Kopenhagen',
  ip: '203.0.113.7',
  user_name: 'ada@example.com',
  user_id: 'auth0|4711',
  user_agent: UA,
  scope: 'openid secret-scope',
  isMobile: true,
  location_info: { country_code: 'DK', city_name: 'Kopenhagen', latitude: 55.6 },
  details: {
    request: {
      path: '/u?e=ada%40example.com',
      body: { email: 'ada@example.com', list: ['one1', 'two2', 'three3'] },
    },
    'https://acme.com/email': 'other@example.com',
  },
  new_field: { name: 'Ada Lovelace', of: 'ada%2540example.com' },
};

const RULES: readonly (readonly Redaction[])[] = [
  [rule('user_name')],
  [rule('user_name', 'hash'), rule('ip', 'drop')],
  [rule('details')],
  [rule('details', 'drop')],
  [rule('details.request.body.email', 'hash')],
  [rule(['details', 'https://acme.com/email'])],
  [rule('details.*.body.list.*')],
  [rule('details.request.body.list.*', 'drop')],
  [rule('new_field.name')],
  [rule('new_field', 'hash')],
  [rule('location_info.city_name')],
  [rule('location_info.city_name', 'hash')],
  [rule('location_info.city_name', 'drop')],
  [rule('location_info', 'drop')],
  [rule('location_info.*')],
  [rule('*.*.path', 'drop'), rule('user_id')],
  [rule('scope')],
  [rule('user_agent', 'hash'), rule('isMobile', 'drop')],
  [rule('description'), rule('not_there', 'drop')],
];

describe.each(KINDS)('a record for %s', kind => {
  test.each(RULES.map(rules => [JSON.stringify(rules), rules] as const))(
    'that was queued without rules is what it were with %s',
    (_, rules) => {
      const wanted = shaped(LOG, rules, kind);
      const record = again(shaped(LOG, [], kind), rules, kind);
      expect(record).toEqual(wanted);
      expect(again(record, rules, kind)).toEqual(record);
      // The other way round nothing comes back, and what is redacted stays as it is.
      expect(again(wanted, rules, kind)).toEqual(wanted);
    },
  );

  test('that was masked, and is to be hashed or dropped now, stays as it is', () => {
    const masked = shaped(LOG, [rule('user_name'), rule('details'), rule('new_field.name')], kind);
    for (const how of ['hash', 'drop'] as const) {
      const rules = [rule('user_name', how), rule('details', how), rule('new_field.name', how)];
      expect(again(masked, rules, kind)).toEqual(masked);
    }
    const hashed = shaped(LOG, [rule('user_name', 'hash'), rule('details', 'hash')], kind);
    expect(again(hashed, [rule('user_name'), rule('details')], kind)).toEqual(hashed);
  });

  test('tells nothing of a user agent that a rule takes away', () => {
    const record = again(shaped(LOG, [], kind), [rule('user_agent', 'drop')], kind);
    for (const name of [
      'HttpUserAgent',
      'Os',
      'OsVersion',
      'Device',
      'Browser',
      'BrowserVersion',
      'IsMobile',
    ]) {
      expect(record).not.toHaveProperty(name);
    }
    const { isMobile: _, ...log } = LOG;
    const before = shaped(log, [rule('user_agent')], kind);
    expect(again({ ...before, IsMobile: true }, [rule('user_agent'), rule('ip')], kind)).toHaveProperty(
      'IsMobile',
      true,
    );
  });

  test('loses a value that is true or false, since no text fits its column', () => {
    for (const field of ['isMobile', 'is_mobile']) {
      expect(again(shaped(LOG, [], kind), [rule(field)], kind)).not.toHaveProperty('IsMobile');
    }
    const record = shaped({ ...LOG, isMobile: 'maybe' }, [], kind);
    expect(JSON.stringify(again(record, [rule('isMobile')], kind))).not.toContain('maybe');
  });

  test('loses the items of a list of scopes one by one', () => {
    expect(again(shaped(LOG, [], kind), [rule('scope.1')], kind)).toMatchObject({
      Scope: 'openid [redacted]',
    });
    expect(again(shaped(LOG, [], kind), [rule('scope.1', 'drop')], kind)).toMatchObject({
      Scope: 'openid [redacted]',
    });
  });

  test.each<[string, object, Redaction[]]>([
    [
      'a name that is an object',
      { user_name: { first: 'Adam', last: 'X' } },
      [rule('user_name.first', 'hash')],
    ],
    [
      'a city that is an object',
      { location_info: { city_name: { a: { b: 'Rome' } } } },
      [rule('location_info.*.*')],
    ],
    ['a rule for all of a field before one into it', { scope: 'a bc' }, [rule('scope', 'hash'), rule('*.x')]],
    [
      'a value of several words in the scopes',
      { scope: 'see Ada Lovelace', x: { y: 'Ada Lovelace' } },
      [rule('x.y'), rule('scope.x')],
    ],
    [
      'a value inside an object that is masked whole',
      { user_name: { mail: 'q@x.com' }, ip: 'q@x.com' },
      [rule('user_name'), rule('user_name.mail')],
    ],
    ['the only other field', { other: 'x' }, [rule('other', 'drop')]],
    [
      'a text that looks like JSON',
      { details: '{"a":1', user_name: '["x"]' },
      [rule('details.a'), rule('user_name', 'hash')],
    ],
  ])('with %s is what it were', (_, fields, rules) => {
    const log = { ...LOG, ...fields };
    const record = again(shaped(log, [], kind), rules, kind);
    expect(record).toEqual(shaped(log, rules, kind));
    expect(again(record, rules, kind)).toEqual(record);
  });

  test('of which an item was dropped by its number loses no other one the second time', () => {
    const rules = [rule('details.request.body.list.1', 'drop')];
    const once = again(shaped(LOG, [], kind), rules, kind);
    expect(JSON.stringify(once)).not.toContain('two2');
    expect(again(once, rules, kind)).toEqual(once);
  });

  test('keeps id, time, type and domain, whatever a star touches', () => {
    const before = shaped(LOG, [], kind) as Record<string, unknown>;
    const after = again(before, [rule('*')], kind);
    const names = [
      'LogId',
      'event_date',
      'TimeGenerated',
      'EventType',
      'EventName',
      'Level',
      'Category',
      'Auth0Domain',
    ];
    for (const name of names) expect([name, after[name]]).toEqual([name, before[name]]);
    expect(after).toMatchObject({ ActorUsername: '[redacted]', SrcIpAddr: '[redacted]' });
    expect(JSON.stringify(after)).not.toMatch(/ada|Kopenhagen|203\.0|iPhone|Lovelace/i);
  });

  test('with a column that was cut withholds it where a rule leads into it, and otherwise keeps it', () => {
    const log = { ...LOG, details: { ...LOG.details, long: 'x'.repeat(100_000) } };
    const cut = shaped(log, [], kind) as Record<string, unknown>;
    expect(cut).toMatchObject({ Details: expect.stringContaining(CUT_MARK), CutColumns: 'Details' });
    const led = again(cut, [rule('details.request.body.email')], kind);
    expect(led).toMatchObject({
      Details: '[redacted]',
      CutColumns: 'Details',
      ShapeError: 'cut, so that it could not be redacted again, and withheld: Details',
      // What stood before the cut is known, and so is found elsewhere.
      ActorUsername: '[redacted]',
      Description: 'Wrong password for [redacted] in Kopenhagen',
    });
    expect(again(led, [rule('details.request.body.email')], kind)).toEqual(led);
    const beside = again(cut, [rule('user_name')], kind);
    expect(beside['Details']).toMatch(/^\{"request":\{"path":"\/u\?e=\[redacted\]".*\[cut\]$/);
    expect(beside['CutColumns']).toBe('Details');
  });

  test('that was cut within a value loses the piece that is left of it', () => {
    const record = {
      ...shaped(LOG, [], kind),
      Description: `said ada%40exam${CUT_MARK}`,
      TenantName: `\\u0061da@${CUT_MARK}`,
    };
    expect(again(record, [rule('user_name')], kind)).toMatchObject({
      Description: `said [redacted]${CUT_MARK}`,
      TenantName: `[redacted]${CUT_MARK}`,
    });
  });

  test('whose other fields were cut withholds them where a rule may lead there', () => {
    const cut = shaped({ ...LOG, new_field: { name: 'Ada Lovelace', long: 'x'.repeat(100_000) } }, [], kind);
    expect(again(cut, [rule('new_field.name')], kind)).toMatchObject({ Extra: '[redacted]' });
    expect(again(cut, [rule('*.name')], kind)).toMatchObject({ Extra: '[redacted]' });
    expect(again(cut, [rule('ip')], kind)).toMatchObject({ Extra: expect.stringContaining('Lovelace') });
  });

  test('that is raw is redacted in its RawLog, or withheld when that cannot be read', () => {
    const raw = { LogId: '1', EventType: 's', RawLog: JSON.stringify(LOG), ShapeError: 'it would not' };
    const read = again(raw, [rule('details.request.body.email')], kind);
    expect(read['RawLog']).toContain('"email":"[redacted]"');
    expect(read['RawLog']).not.toContain('ada@example.com');
    for (const unreadable of [
      '[{"email":"ada@example.com"}]',
      '"ada@example.com"',
      '{"user_name":"ada@exam',
    ]) {
      const withheld = again({ ...raw, RawLog: unreadable }, [rule('user_name')], kind);
      expect(withheld).toEqual({
        LogId: '1',
        EventType: 's',
        ShapeError: 'it could not be redacted again and is withheld',
      });
      expect(again(withheld, [rule('user_name')], kind)).toEqual(withheld);
    }
    expect(again({ ...raw, RawLog: 'null' }, [rule('user_name')], kind)).toEqual({ ...raw, RawLog: 'null' });
  });

  test('grows no longer than a record may be', () => {
    const details = Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`k${i}`, 'abcd']));
    const record = shaped({ ...LOG, details, description: 'abcd '.repeat(5000) }, [], kind);
    const json = JSON.stringify(again(record, [rule('details.*')], kind));
    expect(json).not.toContain('abcd');
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(180_000);
  });
});

test('a record without rules is given back itself, and a hash without a key is refused at once', () => {
  const record = { logId: '1', json: Buffer.from('{"LogId":"1"}') };
  expect(recordRedactor([], undefined, TEXT)(record)).toBe(record);
  expect(() => recordRedactor([rule('ip', 'hash')], undefined, TEXT)).toThrow('no redaction key');
});

test('whatever a log held, a value that a rule names is nowhere in its record, and twice is as good as once', () => {
  const value = fc.string({ minLength: 4, maxLength: 20 }).filter(text => /^[^[\]"\\%+&\s]{4,}$/.test(text));
  const text = (name: string) =>
    fc.constantFrom(
      name,
      encodeURIComponent(name),
      JSON.stringify({ name }),
      `for ${name}!`,
      encodeURIComponent(encodeURIComponent(name)),
      'else',
    );
  const paths: Redaction['field'][] = [
    'user_name',
    'details.email',
    ['details', 'a.b'],
    'new_field',
    'new_field.x',
    '*.email',
    'user_id',
    'scope',
  ];
  const at = (path: readonly string[], name: string): object =>
    path.reduceRight<unknown>(
      (inner, part) => ({ [part === '*' ? 'details' : part]: inner }),
      name,
    ) as object;
  const cases = fc
    .tuple(
      value,
      fc.constantFrom(...paths),
      fc.constantFrom('mask', 'hash', 'drop'),
      fc.constantFrom(...KINDS),
    )
    .chain(([name, field, how, kind]) =>
      fc.tuple(
        fc.constant({ name, field, how, kind }),
        fc.record(
          {
            description: text(name),
            hostname: text(name),
            user_agent: text(name),
            connection: text(name),
            audience: fc.array(text(name)),
            tenant_name: text(name),
            other: fc.dictionary(text(name), text(name)),
            details: fc.record({ body: text(name), url: fc.array(text(name)) }),
          },
          { requiredKeys: [] },
        ),
      ),
    );
  fc.assert(
    fc.property(cases, ([{ name, field, how, kind }, rest]) => {
      fc.pre(!'[redacted]'.includes(name.toLowerCase()) && !/^\w+$/.test(name));
      const held = at(typeof field === 'string' ? field.split('.') : field, name) as Record<string, object>;
      const details = { ...rest.details, ...held['details'] };
      const log = {
        log_id: '9'.repeat(56),
        date: '2026-07-01T12:00:00.000Z',
        type: 's',
        ...rest,
        ...held,
        details,
      };
      const rules = [rule(field, how as Redaction['how'])];
      const record = again(shaped(log, [], kind), rules, kind);
      const written = JSON.stringify(record);
      for (let read = written, round = 0; round < 4; round++) {
        expect(read.toLowerCase()).not.toContain(name.toLowerCase());
        read = read
          .replace(/%[0-7][0-9a-f]/gi, octet => decodeURIComponent(octet))
          .replaceAll('\\\\', '\\')
          .replaceAll('\\"', '"');
      }
      expect(again(record, rules, kind)).toEqual(record);
    }),
    { numRuns: 1000 },
  );
});
