/** Values that settings of any kind are made of, each with the sentence that says what is allowed. */
import * as v from 'valibot';

/**
 * A string that matches, with the sentence that says what is allowed. The pattern is also one of config.schema.json,
 * where it has no flags but `u`.
 */
export const text = (pattern: RegExp, allowed: string) =>
  v.pipe(v.string(allowed), v.regex(pattern, allowed));

export const whole = (from: number, to: number, allowed: string) =>
  v.pipe(v.number(allowed), v.integer(allowed), v.minValue(from, allowed), v.maxValue(to, allowed));

export const oneOf = <const T extends readonly (string | number)[]>(values: T) =>
  v.picklist(values, `one of ${values.map(value => JSON.stringify(value)).join(', ')}`);

const GUID = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;

export const GUID_FORM = 'a GUID, such as "01234567-89ab-cdef-0123-456789abcdef"';
export const guid = text(GUID, GUID_FORM);

/** A list in which nothing stands twice. */
export const listOf = <T extends v.GenericSchema<string>>(item: T, allowed: string) =>
  v.pipe(
    v.array(item, allowed),
    v.check(given => new Set(given).size === given.length, `${allowed}, each once`),
    v.metadata({ uniqueItems: true }),
  );

export const pipelineName = text(
  /^[a-z][a-z0-9-]{0,31}$/,
  'at most 32 lower-case letters, digits and -, beginning with a letter',
);

const SECRET_NAME = 'the name or ARN of a secret in Secrets Manager (not the secret itself)';
/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
const SECRET =
  /^(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]{1,519}|(?!arn:)[A-Za-z0-9/_+=.@-]{1,512})$/;
/** "…-secret" may be a secret's whole name, or a name with the six characters that Secrets Manager adds. */
const UNAMBIGUOUS = /^(?!arn:.*-([a-z]{6}|[A-Z]{6}|[A-Z][a-z]{5}|\d{6})$)/;

export { SECRET_NAME };
export const secretName = v.pipe(
  text(SECRET, SECRET_NAME),
  // An Auth0 client secret or a workspace's key would be a fine name, and would then be logged as one.
  v.regex(/^(?!([\w-]{64}|[A-Za-z0-9+/]{86}==)$)/, SECRET_NAME),
  v.regex(
    UNAMBIGUOUS,
    'the name of the secret, or its complete ARN with "-" and the six characters that Secrets Manager adds: this ARN is ambiguous',
  ),
);
