import { describe, expect, test } from 'vitest';
import { ConfigError, parsePipeline } from '../../../lambda/config/config.ts';
import { redactor } from '../../../lambda/core/record/redact.ts';
import { KNOWN_FIELDS } from '../../../lambda/core/record/redaction-field.ts';
import { PIPELINE } from '../../config/samples.ts';

const problems = (field: unknown): readonly string[] => {
  try {
    parsePipeline({ ...PIPELINE, redact: [{ field, how: 'mask' }] });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('a field of redact', () => {
  test.each([
    ['user_name'],
    ['details.request.body.email'],
    ['*'],
    ['details.*.email'],
    ['id.x'],
    [['user_name']],
    [['details', 'https://acme.com/email']],
    [['details', 'a key with spaces', '*']],
    [['*', 'https://acme.com/email']],
    ['$event_schema.version'],
    ['a_field_of_next_month'],
    ['device.fingerprint'],
    ['level'],
  ])('may be %j', field => {
    expect(problems(field)).toEqual([]);
  });

  test.each([
    ['User_Name', '"user_name", as Auth0 spells it; names are case-sensitive'],
    [
      'Details.request.body.email',
      '"details.request.body.email", as Auth0 spells it; names are case-sensitive',
    ],
    [
      ['DETAILS', 'https://acme.com/email'],
      '["details","https://acme.com/email"], as Auth0 spells it; names are case-sensitive',
    ],
    ['ismobile', '"isMobile", as Auth0 spells it; names are case-sensitive'],
    ['ActorUsername', '"user_name", from which the column ActorUsername is made'],
    ['actorUsername', '"user_name", from which the column ActorUsername is made'],
    ['SrcIpAddr', '"ip", from which the column SrcIpAddr is made'],
    ['CityName', '"location_info.city_name", from which the column CityName is made'],
    ['Browser', '"user_agent", from which the column Browser is made'],
    [
      ['LocationInfo', 'city_name'],
      '["location_info","city_name"], from which the column LocationInfo is made',
    ],
    ['EventType', 'any other field; it means "type", which identifies a log: remove this rule'],
    ['Log_Id', 'any other field; it means "log_id", which identifies a log: remove this rule'],
    ['Extra.foo', 'a field of the log; Extra is a column of the table: use the field from which it is made'],
    ['RawLog', 'a field of the log; RawLog is a column of the table: use the field from which it is made'],
  ])('that is %j is refused, with the name that is right', (field, allowed) => {
    expect(problems(field)).toEqual([expect.stringContaining(`; allowed: ${allowed}`)]);
  });

  test.each([
    [''],
    ['a..b'],
    ['a b'],
    [[]],
    [['details', '']],
    [['id']],
    [['type']],
    ['date'],
    [7],
    [['a', 7]],
    [{}],
    [null],
  ])('that is %j is refused, with what is allowed', field => {
    expect(problems(field)).toEqual([
      expect.stringMatching(/^redact\[0\]\.field: .*allowed: a path into the log/),
    ]);
  });

  test('is the same after it was parsed: the functions parse what the stack wrote', () => {
    const redact = [{ field: ['details', 'https://acme.com/email'], how: 'mask' }];
    const once = parsePipeline({ ...PIPELINE, redact });
    expect(once.redact).toEqual(redact);
    expect(parsePipeline(once)).toEqual(once);
  });

  test('as a list reaches what no path with dots does: a key that holds dots', () => {
    const log = { details: { 'https://acme.com/email': 'ada@example.com', 'x.y': { z: 'Ada Lovelace' } } };
    const rules = [
      { field: ['details', 'https://acme.com/email'], how: 'mask' as const },
      { field: ['details', 'x.y', 'z'], how: 'mask' as const },
    ];
    const masked = { 'https://acme.com/email': '[redacted]', 'x.y': { z: '[redacted]' } };
    expect(redactor(rules, undefined)(log)).toEqual({ details: masked });
    const dotted = redactor([{ field: 'details.https://acme.com/email', how: 'mask' }], undefined);
    expect(dotted(log)).toBe(log);
  });
});

test('the fields that logs are known to have come from the columns, and include those without one', () => {
  for (const field of [
    'user_name',
    'isMobile',
    'is_mobile',
    'location_info',
    'log_id',
    '_id',
    'id',
    '$event_schema',
  ]) {
    expect(KNOWN_FIELDS).toContain(field);
  }
  for (const other of ['(configuration)', 'country_code', 'location_info.city_name', '']) {
    expect(KNOWN_FIELDS).not.toContain(other);
  }
});

describe('rules that match nothing', () => {
  const rules = [
    { field: 'user_name', how: 'mask' as const },
    { field: 'details.*.email', how: 'drop' as const },
    { field: ['details', 'https://acme.com/email'], how: 'mask' as const },
  ];

  test('are told, each since they were last asked for, once there was a log', () => {
    const redact = redactor(rules, undefined);
    expect(redact.unmatched()).toEqual([]);
    redact({ user_name: null });
    redact({ type: 's' });
    expect(redact.unmatched()).toEqual(['details.*.email', '["details","https://acme.com/email"]']);
    expect(redact.unmatched()).toEqual([]);
    redact({ details: { x: { email: 'a' }, 'https://acme.com/email': 'b' } });
    expect(redact.unmatched()).toEqual(['user_name']);
  });

  test('are none without rules', () => {
    const redact = redactor([], undefined);
    redact({ type: 's' });
    expect(redact.unmatched()).toEqual([]);
  });
});
