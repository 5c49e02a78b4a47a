/** Logs that will not shape, and the place of redaction in it all. */
import { describe, expect, test } from 'vitest';
import type { RecordForm } from '../../../lambda/core/model.ts';
import { redactor } from '../../../lambda/core/record/redact.ts';
import type { Redaction } from '../../../lambda/core/record/redaction-field.ts';
import { shaper } from '../../../lambda/core/record/shape.ts';
import { TEXT, TYPED } from './forms.ts';

const ID = `90020240229123456789${'0'.repeat(36)}`;

const LOG = {
  log_id: ID,
  date: '2024-02-29T12:34:50.001Z',
  type: 'fp',
  description: 'Wrong email or password.',
  user_agent: 'Chrome 86.0.4240 / Mac OS X 10.15.6',
  user_name: 'grüße@example.com',
  details: {},
};

interface Options {
  form?: RecordForm;
  rules?: Redaction[];
  redact?: (log: unknown) => unknown;
}

function shapeIt(log: unknown, { form = TYPED, rules = [], redact }: Options = {}) {
  const shape = shaper({
    form,
    auth0Domain: 'acme.eu.auth0.com',
    redact: redact ?? redactor(rules, 'a key'),
  });
  const shaped = shape(log);
  return { ...shaped, record: JSON.parse(shaped.json) };
}

describe('a log that will not shape ships raw', () => {
  test.each([
    [null, 'null'],
    [['fp'], 'a list'],
    ['fp', 'a string'],
    [7, 'a number'],
  ])('%j', (log, kind) => {
    const { record, raw, logId } = shapeIt(log);
    expect(raw).toBe(true);
    expect(record).toMatchObject({
      RawLog: JSON.stringify(log),
      ShapeError: `it is not a JSON object but ${kind}`,
      LogId: logId,
      Auth0Domain: 'acme.eu.auth0.com',
    });
    expect(logId).toMatch(/^sha256:/);
  });

  test.each([TEXT, TYPED] as const)('nested 10,000 deep, for %s', form => {
    const details: unknown = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
    const { record, raw } = shapeIt({ ...LOG, details }, { form });
    expect(raw).toBe(true);
    expect(record).toMatchObject({
      LogId: ID,
      event_date: LOG.date,
      EventType: 'fp',
      Level: 3,
      ShapeError: 'it could not be written as JSON (RangeError)',
    });
    expect(JSON.parse(record.RawLog)).toMatchObject({
      description: LOG.description,
      user_name: LOG.user_name,
    });
    expect(record.RawLog).toContain('[nested deeper]');
  });

  test('nested 10,000 deep and redacted, without the value that was redacted', () => {
    const details: unknown = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
    const { json, raw } = shapeIt({ ...LOG, details }, { rules: [{ field: 'user_name', how: 'mask' }] });
    expect(raw).toBe(true);
    expect(json).not.toContain('grüße');
    expect(json).toContain('[redacted]');
  });

  test('with fields that throw when read, and large, cut to the limit', () => {
    const log = {
      ...LOG,
      get details(): never {
        throw new TypeError('grüße@example.com');
      },
      big: 'ä'.repeat(100_000),
    };
    const { record, raw, cut } = shapeIt(log, { form: TEXT });
    expect({ raw, cut }).toEqual({ raw: true, cut: true });
    expect(record).toMatchObject({ LogId: ID, CutColumns: 'RawLog' });
    expect(record.ShapeError).toBe('it could not be written as JSON (TypeError)');
    expect(record.RawLog).toContain('"details":"[unreadable]"');
    expect(Buffer.byteLength(record.RawLog)).toBeLessThanOrEqual(32_766);
  });
});

describe('redaction', () => {
  test('comes before everything else', () => {
    const rules: Redaction[] = [
      { field: 'user_agent', how: 'drop' },
      { field: 'user_name', how: 'hash' },
    ];
    const { record } = shapeIt({ ...LOG, description: 'grüße@example.com' }, { rules });
    expect(record.HttpUserAgent).toBeUndefined();
    expect(record.Os).toBeUndefined();
    expect(record.ActorUsername).toMatch(/^hmac:[0-9a-f]{32}$/);
    expect(record.Description).toBe(record.ActorUsername);
  });

  test('that fails withholds the log and says so, but not why in the log’s own words', () => {
    const redact = (): never => {
      throw new Error('grüße@example.com');
    };
    const { record, raw } = shapeIt(LOG, { redact });
    expect(raw).toBe(true);
    expect(record).toEqual({
      TimeGenerated: LOG.date,
      event_date: LOG.date,
      LogId: ID,
      EventType: 'fp',
      EventName: 'Failed Login (Incorrect Password)',
      Level: 3,
      LevelName: 'error',
      Category: 'auth-login-fail',
      Auth0Domain: 'acme.eu.auth0.com',
      ShapeError: 'it could not be redacted (Error) and is withheld',
    });
  });
});
