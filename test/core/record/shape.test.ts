import { describe, expect, test } from 'vitest';
import type { RecordForm } from '../../../lambda/core/model.ts';
import { TYPE_COLUMNS } from '../../../lambda/core/record/columns.ts';
import { shaper } from '../../../lambda/core/record/shape.ts';
import { TEXT, TYPED } from './forms.ts';

const ID = `90020240229123456789${'0'.repeat(36)}`;
const TIME = '2024-02-29T12:34:56.789Z';
const AGENT =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 14_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.1 Mobile/15E148 Safari/604.1';

const LOG = {
  _id: ID,
  log_id: ID,
  date: '2024-02-29T12:34:50.001Z',
  type: 'fp',
  description: 'Wrong email or password.',
  connection: 'Users',
  connection_id: 'con_1',
  client_id: 'app1',
  client_name: '',
  ip: '192.0.2.7',
  user_agent: AGENT,
  isMobile: true,
  scope: ['openid', 'profile'],
  audience: null,
  user_name: 'grüße@example.com',
  details: { error: { message: 'no' }, prompts: [] },
  location_info: { country_code: 'DE', city_name: 'Köln', latitude: 50.9 },
  $event_schema: { version: '1.0.0' },
};

function shapeIt(log: unknown, form: RecordForm = TYPED) {
  const shaped = shaper({ form, auth0Domain: 'acme.eu.auth0.com', redact: one => one })(log);
  return { ...shaped, record: JSON.parse(shaped.json) };
}

const COMMON = {
  event_date: LOG.date,
  LogId: ID,
  EventType: 'fp',
  EventName: 'Failed Login (Incorrect Password)',
  Level: 3,
  LevelName: 'error',
  Category: 'auth-login-fail',
  Description: 'Wrong email or password.',
  Connection: 'Users',
  ConnectionId: 'con_1',
  ClientId: 'app1',
  ClientName: '',
  SrcIpAddr: '192.0.2.7',
  HttpUserAgent: AGENT,
  Os: 'iOS',
  OsVersion: '14.2',
  Device: 'Apple iPhone',
  Browser: 'Mobile Safari',
  BrowserVersion: '14.0.1',
  IsMobile: true,
  ActorUsername: 'grüße@example.com',
  Scope: 'openid profile',
  CountryCode: 'DE',
  CityName: 'Köln',
  Auth0Domain: 'acme.eu.auth0.com',
};

describe('a log', () => {
  test('becomes a record with a time and free-form values for the Logs Ingestion API', () => {
    const { record, logId, raw, cut } = shapeIt(LOG);
    expect(record).toEqual({
      ...COMMON,
      TimeGenerated: LOG.date,
      LocationInfo: LOG.location_info,
      Details: LOG.details,
      Extra: { $event_schema: { version: '1.0.0' } },
    });
    expect({ logId, raw, cut }).toEqual({ logId: ID, raw: false, cut: false });
  });

  test('becomes a record without TimeGenerated and with free-form values as text for the Data Collector', () => {
    expect(shapeIt(LOG, TEXT).record).toEqual({
      ...COMMON,
      LocationInfo: JSON.stringify(LOG.location_info),
      Details: JSON.stringify(LOG.details),
      Extra: '{"$event_schema":{"version":"1.0.0"}}',
    });
  });

  test('of a type nobody knows ships under its own name', () => {
    expect(shapeIt({ ...LOG, type: 'brand_new' }).record).toMatchObject({
      EventType: 'brand_new',
      EventName: 'brand_new',
      LevelName: 'info',
      Category: 'unknown',
    });
  });
});

describe('the columns keep their types', () => {
  test('numbers, truth values and objects become text where a column holds text', () => {
    const { record } = shapeIt({
      description: 7,
      user_id: false,
      audience: ['a', 'b'],
      scope: ['a', 1],
      type: 5,
    });
    expect(record).toMatchObject({
      Description: '7',
      ActorUserId: 'false',
      Audience: '["a","b"]',
      Scope: '["a",1]',
      EventType: '5',
      EventName: 'Unknown',
    });
  });

  test('null and absent fields have no column, and empty text is kept', () => {
    const { record } = shapeIt({ log_id: ID, description: null, user_name: '', details: null });
    expect(record).toEqual({
      TimeGenerated: TIME,
      event_date: TIME,
      LogId: ID,
      EventName: 'Unknown',
      Level: 1,
      LevelName: 'info',
      Category: 'unknown',
      ActorUsername: '',
      Auth0Domain: 'acme.eu.auth0.com',
    });
  });

  test.each([
    [{ isMobile: 'true' }, true, undefined],
    [{ is_mobile: false }, false, undefined],
    [{ isMobile: true, is_mobile: true }, true, undefined],
    [{ isMobile: true, is_mobile: false }, true, { is_mobile: false }],
    [{ isMobile: 'perhaps' }, undefined, { isMobile: 'perhaps' }],
    [{ isMobile: 'perhaps', user_agent: AGENT }, true, { isMobile: 'perhaps' }],
    [{ isMobile: false, user_agent: AGENT }, false, undefined],
  ])('of %j IsMobile is %j and Extra %j', (log, isMobile, extra) => {
    const { record } = shapeIt(log);
    expect(record.IsMobile).toBe(isMobile);
    expect(record.Extra).toEqual(extra);
  });
});

describe('a date', () => {
  test.each([
    ['2024-02-29 12:34:50.001000000', '2024-02-29T12:34:50.001Z', undefined],
    ['2024-02-29T12:34:50.001234Z', '2024-02-29T12:34:50.001Z', '2024-02-29T12:34:50.001234Z'],
    [1709210090001, '2024-02-29T12:34:50.001Z', 1709210090001],
    [
      { $date: '2024-02-29T12:34:50.001Z' },
      '2024-02-29T12:34:50.001Z',
      { $date: '2024-02-29T12:34:50.001Z' },
    ],
    ['yesterday', TIME, 'yesterday'],
    [null, TIME, undefined],
    [undefined, TIME, undefined],
  ])(
    'given as %j gives the event’s time, else its id does; what the time does not tell is kept',
    (date, time, kept) => {
      for (const form of [TEXT, TYPED] as const) {
        const { record } = shapeIt({ log_id: ID, date }, form);
        expect(record.event_date).toBe(time);
        expect(record.TimeGenerated).toBe(form === TYPED ? time : undefined);
        const extra = form === TYPED ? record.Extra : JSON.parse(record.Extra ?? 'null');
        expect(extra?.date).toEqual(kept);
      }
    },
  );

  test.each([
    ['800', '20240229123456789', TIME],
    ['900', '20230231123456789', undefined],
    ['900', '20241329123456789', undefined],
    ['900', '00000000000000000', undefined],
  ])('of a log without one is read from its id (%s%s…): %s', (prefix, digits, time) => {
    expect(shapeIt({ log_id: `${prefix}${digits}${'1'.repeat(36)}` }).record.event_date).toBe(time);
  });
});

describe('an id', () => {
  test('that differs from LogId is kept', () => {
    const { record, logId } = shapeIt({ log_id: 'a', _id: 'b', id: 7 });
    expect(record.LogId).toBe('a');
    expect(logId).toBe('a');
    expect(record.Extra).toEqual({ _id: 'b', id: 7 });
  });

  test('that is missing or absurd is replaced by a hash, the same for the same log only', () => {
    const idOf = (log: unknown) => shapeIt(log).logId;
    expect(idOf({ type: 's' })).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(idOf({ type: 's' })).toBe(idOf({ type: 's' }));
    expect(idOf({ type: 's' })).not.toBe(idOf({ type: 'f' }));
    const { record } = shapeIt({ log_id: '9'.repeat(257) });
    expect(record.LogId).toMatch(/^sha256:/);
    expect(record.Extra).toEqual({ log_id: '9'.repeat(257) });
  });
});

test('fields without a column go whole into Extra, even those named like a column or like `__proto__`', () => {
  const text = '{"__proto__":{"a":1},"LogId":"x","Extra":[1],"odd name.":null,"(configuration)":"y"}';
  expect(JSON.stringify(shapeIt(JSON.parse(text)).record.Extra)).toBe(text);
  expect(shapeIt(JSON.parse(text), TEXT).record.Extra).toBe(text);
});

test('without the columns of the type, the rest of the record is the same', () => {
  expect(TYPE_COLUMNS).toEqual(['EventName', 'Level', 'LevelName', 'Category']);
  const options = { auth0Domain: 'acme.eu.auth0.com', redact: (one: unknown) => one };
  for (const form of [TEXT, TYPED]) {
    for (const log of [LOG, { type: 'code_of_next_year' }, 'no object']) {
      const record = JSON.parse(shaper({ ...options, form })(log).json);
      const fewer = JSON.parse(shaper({ ...options, form, typeColumns: false })(log).json);
      const names = Object.keys(record);
      expect(Object.keys(fewer)).toEqual(names.filter(name => !TYPE_COLUMNS.includes(name)));
      expect(record).toMatchObject(fewer);
    }
  }
});
