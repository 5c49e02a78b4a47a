/** `redact[].field`: a path into an Auth0 log, and what is known of the names that it may begin with. */
import * as v from 'valibot';
import { COLUMNS } from './columns.ts';
import { IDENTITY_FIELDS } from './log.ts';

/** With dots, or as a list of keys, which may hold dots themselves. */
export type RedactionField = string | readonly string[];

/** One rule of `redact`. */
export interface Redaction {
  readonly field: RedactionField;
  readonly how: 'mask' | 'hash' | 'drop';
}

/** The keys of a path, from the log inwards; `*` stands for any key or item. */
export function pathOf(field: RedactionField): readonly string[] {
  return typeof field === 'string' ? field.split('.') : field;
}

/** As it is written in a configuration: `details.ip`, `["details","https://acme.com/email"]`. */
export function fieldText(field: RedactionField): string {
  return typeof field === 'string' ? field : JSON.stringify(field);
}

/** Seen in logs, though no column is made of it: https://github.com/auth0/auth0-log-schemas */
const WITHOUT_COLUMN = ['$event_schema'];

/** Top-level fields that Auth0's logs are known to have. Auth0 adds others at any time: an unknown field is allowed. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  ...IDENTITY_FIELDS,
  ...COLUMNS.flatMap(({ from }) => fieldsIn(from).map(([field = '']) => field)),
  ...WITHOUT_COLUMN,
]);

/** The paths that a column's `from` names; none when it comes from elsewhere than a field. */
export function fieldsIn(from: string): readonly (readonly string[])[] {
  return from
    .split(', ')
    .filter(path => /^[\w.]+$/.test(path))
    .map(path => path.split('.'));
}

const ALLOWED =
  'a path into the log, such as "user_name", "details.request.body.email" or, for keys with dots in them, ["details", "https://acme.com/email"], "*" for any key; not log_id, _id, id, date or type, which identify a log';
const PART = /^[^.\s]+$/;

/** Valibot's schema of it. */
export const redactionField = v.pipe(
  v.union([v.string(), v.array(v.string())], ALLOWED),
  v.check(field => isPath(field), ALLOWED),
  v.check(
    field => !isPath(field) || misnamed(field) === undefined,
    issue => misnamed(issue.input) ?? ALLOWED,
  ),
  v.metadata({
    anyOf: [
      { type: 'string', pattern: `^(?!(${IDENTITY_FIELDS.join('|')})$)[^.\\s]+(\\.[^.\\s]+)*$` },
      {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        minItems: 1,
        not: { maxItems: 1, items: { enum: IDENTITY_FIELDS } },
      },
    ],
  }),
);

function isPath(field: RedactionField): boolean {
  const path = pathOf(field);
  const parts = typeof field === 'string' ? path.every(part => PART.test(part)) : !path.includes('');
  const [first = '', ...deeper] = path;
  return path.length > 0 && parts && (deeper.length > 0 || !isIdentityField(first));
}

const isIdentityField = (name: string) => (IDENTITY_FIELDS as readonly string[]).includes(name);

/** What to write instead, when the path begins with a field's name in the wrong case, or with a column's name. */
function misnamed(field: RedactionField): string | undefined {
  const [first = '', ...deeper] = pathOf(field);
  if (first === '*' || KNOWN_FIELDS.has(first)) return undefined;
  const close = [...KNOWN_FIELDS].find(known => known.toLowerCase() === first.toLowerCase());
  if (close !== undefined)
    return instead([close, ...deeper], field, 'as Auth0 spells it; names are case-sensitive');
  const column = COLUMNS.find(({ name }) => isNameOf(name, first));
  if (!column) return undefined;
  const [source] = fieldsIn(column.from);
  if (source) return instead([...source, ...deeper], field, `from which the column ${column.name} is made`);
  return `a field of the log; ${column.name} is a column of the table: use the field from which it is made`;
}

/** A column's name, also in another case; a word in lower case alone may be a field that Auth0 adds. */
function isNameOf(column: string, given: string): boolean {
  if (column === given) return true;
  return column.toLowerCase() === given.toLowerCase() && given !== given.toLowerCase();
}

function instead(path: readonly string[], field: RedactionField, why: string): string {
  if (path.length === 1 && isIdentityField(path[0]!)) {
    return `any other field; it means "${path[0]}", which identifies a log: remove this rule`;
  }
  const text = typeof field === 'string' ? JSON.stringify(path.join('.')) : JSON.stringify(path);
  return `${text}, ${why}`;
}
