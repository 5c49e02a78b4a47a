/**
 * ASIM's schema tester and data tester, re-stated: Microsoft's need a workspace.
 * https://github.com/Azure/Azure-Sentinel/blob/master/ASIM/dev/ASimTester/Testers/ASimSchemaTester.yaml and
 * .../ASimDataTester.yaml; how they are used: https://learn.microsoft.com/azure/sentinel/normalization-develop-parsers#test-parsers
 */
import { isIP } from 'node:net';
import { type Field, type FieldClass, type Format, fieldsOf, type TestedSchema } from './fields.ts';

export interface Finding {
  readonly severity: 'error' | 'warning' | 'info';
  readonly field: string;
  readonly problem: string;
}

export interface Column {
  readonly name: string;
  /** As `getschema` says: `int`, `real`. */
  readonly type: string;
}

export type EventRow = Readonly<Record<string, unknown>>;

/** The schema tester: which columns a parser must have. */
export function testSchema(schema: TestedSchema, columns: readonly Column[]): Finding[] {
  const fields = fieldsOf(schema);
  const has = (name: string) => columns.some(column => column.name === name);
  const classOf = (name: string | undefined) => fields.find(field => field.name === name)?.class;
  const lacking = fields
    .filter(field => !has(field.name))
    .map(field => missing(field, classOf(field.follows), has));
  const given = columns.flatMap(column => {
    const field = fields.find(one => one.name === column.name);
    if (!field) return [{ severity: 'info', field: column.name, problem: 'unknown to the schema' } as const];
    if (field.type === column.type) return [];
    return [finding('error', field, `has the type ${column.type}; must have ${field.type}`)];
  });
  return [...lacking.filter(one => one !== undefined), ...given];
}

function missing(
  field: Field,
  followed: FieldClass | undefined,
  has: (name: string) => boolean,
): Finding | undefined {
  const { follows = '' } = field;
  if (field.class === 'Mandatory') return finding('error', field, 'missing, mandatory');
  if (field.class === 'Recommended') return finding('warning', field, 'missing, recommended');
  if (field.class === 'Conditional' && (followed === 'Mandatory' || has(follows)))
    return finding('error', field, `missing, although ${follows} is there`);
  if (field.class === 'Alias' && (followed === 'Mandatory' || has(follows)))
    return finding('error', field, `missing, an alias of ${follows}`);
  return undefined;
}

const finding = (severity: Finding['severity'], { name }: Field, problem: string): Finding => ({
  severity,
  field: name,
  problem,
});

/** The data tester: what the values must be. One finding for each field and problem. */
export function testData(schema: TestedSchema, rows: readonly EventRow[]): Finding[] {
  const fields = fieldsOf(schema).filter(({ name }) => rows.some(row => name in row));
  const found = rows.flatMap(row => fields.flatMap(field => testValue(field, row)));
  const once = new Map(found.map(one => [`${one.field} ${one.problem}`, one]));
  return [...once.values()];
}

function testValue(field: Field, row: EventRow): Finding[] {
  const value = row[field.name];
  const text = textOf(value);
  if (text === '') {
    const severity = field.class === 'Mandatory' ? 'warning' : 'info';
    const isTypeOf = field.class === 'Conditional' && textOf(row[field.follows ?? '']) !== '';
    return isTypeOf
      ? [finding('error', field, `empty, although ${field.follows} is not`)]
      : [finding(severity, field, 'empty')];
  }
  if (!hasType(value, field.type)) return [finding('error', field, `"${text}" is not a valid ${field.type}`)];
  // Microsoft's tester looks for the value in the list as text; the whole value is stricter.
  if (field.values && !field.values.includes(text))
    return [finding('error', field, `"${text}" is not in the list`)];
  if (field.format && !FORMATS[field.format](value, text))
    return [finding('error', field, `"${text}" is not a valid ${field.format}`)];
  if (field.class === 'Conditional' && textOf(row[field.follows ?? '']) === '')
    return [finding('error', field, `not empty, although ${field.follows} is`)];
  return field.class === 'Alias' ? testAlias(field, row, text) : [];
}

/** An alias repeats its field; `User` repeats the id of a user without a name. */
function testAlias(field: Field, row: EventRow, text: string): Finding[] {
  const target = textOf(row[field.follows ?? '']);
  const isId = field.name === 'User' && target === '' && text === textOf(row['TargetUserId']);
  return text === target || isId ? [] : [finding('error', field, `is not ${field.follows}`)];
}

const textOf = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : value instanceof Date
      ? value.toISOString()
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);

function hasType(value: unknown, type: string): boolean {
  if (type === 'datetime') return !Number.isNaN(new Date(value as string | Date).getTime());
  if (type === 'int') return Number.isInteger(Number(value));
  if (type === 'real') return typeof value === 'number';
  return type !== 'string' || typeof value === 'string';
}

/** The tester's regular expressions; a host name has no dots, unless it is an address. */
const HOSTNAME = /^[a-zA-Z0-9-]{1,61}$/;
const DOMAIN = /^([_a-zA-Z0-9][_a-zA-Z0-9-]{0,62}\.)*[a-zA-Z]{2,63}$/;
const FQDN = /^([_a-zA-Z0-9][_a-zA-Z0-9-]{0,62}\.)+[a-zA-Z]{2,63}$/;

const FORMATS: Readonly<Record<Format, (value: unknown, text: string) => boolean>> = {
  'IP Address': (_, text) => isIP(text) !== 0,
  Hostname: (_, text) => HOSTNAME.test(text) || isIP(text) !== 0,
  Domain: (_, text) => DOMAIN.test(text),
  FQDN: (_, text) => FQDN.test(text),
  // https://learn.microsoft.com/azure/sentinel/normalization-about-schemas#logical-types
  SchemaVersion: (_, text) => /^\d+\.\d+(\.\d+)?$/.test(text),
  Dictionary: (_, text) => /^\{.*\}$/s.test(text),
  Coordinate: value => Math.abs(Number(value)) <= 180,
};
