/** What must hold for any log at all, tried with hundreds of generated ones. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RECORD_MAX_BYTES } from '../../../lambda/core/contract.ts';
import type { RecordForm } from '../../../lambda/core/model.ts';
import { COLUMNS } from '../../../lambda/core/record/columns.ts';
import { redactor } from '../../../lambda/core/record/redact.ts';
import { shaper } from '../../../lambda/core/record/shape.ts';
import { TEXT, TYPED } from './forms.ts';

const FIELD_TO_COLUMN: Readonly<Record<string, string>> = {
  type: 'EventType',
  description: 'Description',
  connection: 'Connection',
  connection_id: 'ConnectionId',
  client_id: 'ClientId',
  client_name: 'ClientName',
  ip: 'SrcIpAddr',
  client_ip: 'ClientIp',
  user_agent: 'HttpUserAgent',
  isMobile: 'IsMobile',
  is_mobile: 'IsMobile',
  hostname: 'SrcHostname',
  user_id: 'ActorUserId',
  user_name: 'ActorUsername',
  organization_id: 'OrganizationId',
  organization_name: 'OrganizationName',
  audience: 'Audience',
  scope: 'Scope',
  strategy: 'Strategy',
  strategy_type: 'StrategyType',
  location_info: 'LocationInfo',
  details: 'Details',
  security_context: 'SecurityContext',
  auth0_client: 'Auth0Client',
  tenant_name: 'TenantName',
  log_id: 'LogId',
  _id: 'LogId',
  id: 'LogId',
  date: 'event_date',
};

const destinations = fc.constantFrom<RecordForm>(TEXT, TYPED);
/** Any sequence of UTF-16 units: halves of surrogate pairs and control characters too. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.nat(0xffff).map(unit => String.fromCharCode(unit)),
    fc.string(),
  ),
});
const hugeText = fc
  .tuple(anyText, fc.nat(120_000))
  .map(([text, size]) => text.repeat(Math.ceil(size / Math.max(1, text.length))));

const fieldName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Object.keys(FIELD_TO_COLUMN)) },
  {
    weight: 1,
    arbitrary: fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', 'LogId', 'toString')),
  },
);

/** An object as JSON.parse makes it, so that `__proto__` is a key of its own. */
const logOf = (value: fc.Arbitrary<unknown>, maxLength = 20) =>
  fc
    .uniqueArray(fc.tuple(fieldName, value), { selector: ([name]) => name, maxLength })
    .map(
      fields =>
        `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`).join(',')}}`,
    )
    .map((json): Record<string, unknown> => JSON.parse(json));

const typical = fc.oneof(
  fc.jsonValue(),
  anyText,
  fc.boolean(),
  fc.constantFrom('true', 'fp', '2024-02-29T12:34:56.789Z', '2024-02-29 12:34:56.789000000', 1709210090001.5),
  fc.constantFrom(`90020240229123456789${'0'.repeat(36)}`, ['openid', 'email'], { $date: '2024-02-29' }),
);

/** Applied to both sides of a comparison: in UTF-8, each half of a surrogate pair looks the same. */
const wellFormed = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'string' ? one.toWellFormed() : one));

test('any value makes one record: JSON within the limits, of known columns in their types', () => {
  const big = logOf(fc.oneof(typical, hugeText, fc.array(hugeText, { maxLength: 3 })), 30);
  fc.assert(
    fc.property(fc.oneof(logOf(typical), big, fc.jsonValue(), hugeText), destinations, (log, form) => {
      const before = JSON.stringify(log);
      const shaped = shaper({
        form,
        auth0Domain: 'acme.eu.auth0.com',
        redact: redactor([], undefined),
      })(log);
      expect(JSON.stringify(log)).toBe(before);
      expect(Buffer.byteLength(shaped.json)).toBeLessThanOrEqual(RECORD_MAX_BYTES);
      expect(shaped.json.isWellFormed()).toBe(true);
      expect(shaped.json).not.toMatch(/(?<!\\)(\\\\)*\\ud[89a-f]/);
      const record: Record<string, unknown> = JSON.parse(shaped.json);
      expect(record['LogId']).toBe(shaped.logId.toWellFormed());
      expect(shaped.cut).toBe('CutColumns' in record);
      expect(shaped.raw).toBe('ShapeError' in record);
      for (const [name, value] of Object.entries(record)) expectColumn(name, value, form);
    }),
    { numRuns: 300 },
  );
});

function expectColumn(name: string, value: unknown, form: RecordForm): void {
  const column = COLUMNS.find(one => one.name === name);
  expect(column, name).toBeDefined();
  expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,44}$/);
  const dynamic = column?.type === 'dynamic' && form === TYPED;
  const text = dynamic ? JSON.stringify(value) : String(value);
  expect(Buffer.byteLength(text), name).toBeLessThanOrEqual(form.fieldMaxBytes);
  if (column?.type === 'int') expect(value).toSatisfy(Number.isInteger);
  else if (column?.type === 'boolean') expect(value).toBeTypeOf('boolean');
  else if (column?.type === 'datetime') expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  else if (!dynamic) expect(value, name).toBeTypeOf('string');
  if (name === 'TimeGenerated') expect(form).toBe(TYPED);
}

test('every field of any log can be read back from its record', () => {
  fc.assert(
    fc.property(logOf(typical), destinations, (log, form) => {
      const { json } = shaper({ form, auth0Domain: 'acme.eu.auth0.com', redact: one => one })(log);
      const record: Record<string, unknown> = JSON.parse(json);
      const parsed = (name: string) => (form === TEXT ? JSON.parse(String(record[name])) : record[name]);
      const extra: Record<string, unknown> = 'Extra' in record ? parsed('Extra') : {};
      for (const [field, value] of Object.entries(log)) {
        const column = FIELD_TO_COLUMN[field];
        const name = field.toWellFormed();
        if (Object.hasOwn(extra, name)) expect(extra[name]).toEqual(wellFormed(value));
        else if (column && COLUMNS.find(one => one.name === column)?.type === 'dynamic') {
          expect(column in record ? parsed(column) : null).toEqual(wellFormed(value));
        } else if (value !== null) {
          expect(column, field).toBeDefined();
          expect(record[column!], field).toEqual(wellFormed(asColumn(field, value)));
        }
      }
    }),
    { numRuns: 500 },
  );
});

/** How a value of a log is written in a column that holds no free-form values. */
function asColumn(field: string, value: unknown): unknown {
  if (field === 'date')
    return new Date(`${String(value).replace(/0{6}$/, '').replace(/Z?$/, 'Z')}`).toISOString();
  if (field === 'isMobile' || field === 'is_mobile') return String(value) === 'true';
  if (field === 'scope' && Array.isArray(value) && value.every(one => typeof one === 'string')) {
    return value.join(' ');
  }
  return typeof value === 'string' ? value : JSON.stringify(wellFormed(value));
}
