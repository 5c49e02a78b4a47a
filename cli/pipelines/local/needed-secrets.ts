/** Which secrets a pipeline needs, and how a text says so: their fields, and the variables that stand for them. */
import type { PipelineConfig } from '../../../lambda/config/config.ts';
import { SPECS, secretFieldsOf } from '../../../lambda/destinations/all.ts';

export type Values = Readonly<Record<string, string>>;

/** Field of a secret to the environment variable that holds it. */
export const AUTH0_VARIABLES: Values = {
  clientId: 'AUTH0_CLIENT_ID',
  clientSecret: 'AUTH0_CLIENT_SECRET',
  privateKey: 'AUTH0_PRIVATE_KEY',
  keyId: 'AUTH0_KEY_ID',
  redactionKey: 'AUTH0_REDACTION_KEY',
};
export const AZURE_VARIABLES: Values = Object.fromEntries(
  SPECS.map(({ secretField: { name, variable } }) => [name, variable]),
);

export interface Need {
  readonly secret: string;
  /** Alternatives, of which one must be there with all of its fields. */
  readonly one: readonly (readonly string[])[];
  readonly variables: Values;
}

export function neededFields({ auth0, azure, redact }: PipelineConfig): readonly Need[] {
  const credentials = [
    ['clientId', 'clientSecret'],
    ['clientId', 'privateKey'],
  ];
  const azureFields = secretFieldsOf(azure).map(({ name }) => name);
  const hashes = redact.some(rule => rule.how === 'hash');
  return [
    { secret: auth0.secret, one: credentials, variables: AUTH0_VARIABLES },
    ...(hashes ? [{ secret: auth0.secret, one: [['redactionKey']], variables: AUTH0_VARIABLES }] : []),
    ...(azureFields.length === 0
      ? []
      : [{ secret: azure.secret ?? '', one: [azureFields], variables: AZURE_VARIABLES }]),
  ];
}

/** What the file must hold. */
export function formOf(configs: readonly PipelineConfig[]): string {
  const needs = configs.flatMap(neededFields);
  const names = [...new Set(needs.map(({ secret }) => secret))];
  const all = names.map(name => {
    const fields = needs.filter(({ secret }) => secret === name).flatMap(({ one }) => one[0] ?? []);
    return `${JSON.stringify(name)}: ${blanks([...new Set(fields)])}`;
  });
  return `{${all.join(', ')}}`;
}

const blanks = (fields: readonly string[]) => `{${fields.map(field => `"${field}": "…"`).join(', ')}}`;

/** What fills a secret in that is missing: its fields, and the variables that stand for them. */
export function fillingOf(
  configs: readonly PipelineConfig[],
  name: string,
  file: string | undefined,
): string {
  const needs = configs.flatMap(neededFields).filter(({ secret }) => secret === name);
  return filling(needs.length > 0 ? needs : [{ secret: name, one: [], variables: {} }], file);
}

/** @param needs of one secret */
export function filling(needs: readonly Need[], file: string | undefined): string {
  const secret = needs[0]?.secret ?? '';
  const fields = [...new Set(needs.flatMap(({ one }) => one[0] ?? []))];
  const inFile = `{${JSON.stringify(secret)}: ${blanks(fields)}}`;
  if (file !== undefined) return `add to ${file}: ${inFile}`;
  const wanted = needs.map(({ one, variables }) =>
    one.map(alternative => alternative.map(field => variables[field]).join(' and ')).join(', or '),
  );
  return `set ${wanted.join('; and ')}, or specify --secrets FILE with ${inFile}`;
}

/** One problem as a sentence, several as a list. */
export const listed = (problems: readonly string[]): string =>
  problems.length === 1
    ? problems.join('')
    : `${problems.length} secrets are missing or incomplete:\n${problems.map(one => `  - ${one}`).join('\n')}`;
