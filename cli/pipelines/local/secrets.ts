/** Secrets for a run on one machine: from the environment, or from a file that git ignores. */
import { statSync } from 'node:fs';
import type { PipelineConfig } from '../../../lambda/config/config.ts';
import { isPlaceholder } from '../../../lambda/core/contract.ts';
import type { SecretSource } from '../../../lambda/core/model.ts';
import { isObject } from '../../../lambda/core/record/log.ts';
import { Secret } from '../../../lambda/core/secret.ts';
import { SPECS, specOf } from '../../../lambda/destinations/all.ts';
import type { Environment } from '../../../lambda/environment.ts';
import { UsageError } from '../../terminal/errors.ts';
import { readJsonFile } from '../../terminal/json-file.ts';

/** Code of the fault of a secret that nobody has filled in. */
const PLACEHOLDER = 'Placeholder';

type Values = Readonly<Record<string, string>>;

/** Field of a secret to the environment variable that holds it. */
const AUTH0_VARIABLES: Values = {
  clientId: 'AUTH0_CLIENT_ID',
  clientSecret: 'AUTH0_CLIENT_SECRET',
  privateKey: 'AUTH0_PRIVATE_KEY',
  keyId: 'AUTH0_KEY_ID',
  redactionKey: 'AUTH0_REDACTION_KEY',
};
const AZURE_VARIABLES: Values = Object.fromEntries(
  SPECS.map(({ secretField: { name, variable } }) => [name, variable]),
);

/** The secrets of one pipeline, from environment variables. What is not set, or empty, is not there. */
export function environmentSecrets({ auth0, azure }: PipelineConfig, env: Environment): SecretSource {
  return sourceOf(name => ({
    ...(name === auth0.secret && fieldsIn(env, AUTH0_VARIABLES)),
    ...(name === azure.secret && fieldsIn(env, AZURE_VARIABLES)),
  }));
}

/** Whether the environment has credentials for Auth0. */
export const environmentHasSecrets = (env: Environment): boolean =>
  Boolean(env['AUTH0_CLIENT_ID'] && (env['AUTH0_CLIENT_SECRET'] || env['AUTH0_PRIVATE_KEY']));

/** Credentials for Auth0 in the environment, as the fields of its secret. */
export const environmentFields = (env: Environment): Values => fieldsIn(env, AUTH0_VARIABLES);

/** Secrets that were given, by their names. */
export const valueSecrets = (values: Readonly<Record<string, Values>>): SecretSource =>
  sourceOf(name => values[name] ?? {});

/** Secrets of any number of pipelines, from a JSON file: name of the secret to its fields. Read again after `forget`. */
export function fileSecrets(path: string): SecretSource {
  return sourceOf(name => {
    const file = readJsonFile('secrets file', path, 'specify its path with --secrets');
    const fields = isObject(file) && Object.hasOwn(file, name) ? file[name] : {};
    const all = isObject(fields) ? Object.entries(fields) : [];
    return Object.fromEntries(
      all.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
    );
  });
}

/** Secrets that are not available here, and why. */
export function noSecrets(why: string): SecretSource {
  return { read: async () => denied(why), forget: () => undefined };
}

/** A warning when others than its owner may read the file. Throws UsageError when it cannot be used at all. */
export function secretsFileWarning(path: string): string | undefined {
  if (!isObject(readJsonFile('secrets file', path, 'specify its path with --secrets'))) {
    throw new UsageError(
      `the secrets file ${path} is not a JSON object; allowed: {"name of the secret": {…}}`,
    );
  }
  const mode = statSync(path).mode & 0o777;
  // Windows has no such permissions, and reports files as readable by everyone.
  if (process.platform === 'win32' || (mode & 0o077) === 0) return undefined;
  return `${path} is readable by other users (mode ${mode.toString(8)}); run: chmod 600 ${path}`;
}

/**
 * Every secret or field that the pipeline needs and the source lacks, a sentence each.
 * @param file the file that the source reads, if it is one
 */
export async function secretProblems(
  config: PipelineConfig,
  secrets: SecretSource,
  file: string | undefined,
): Promise<string[]> {
  const problems = new Set<string>();
  for (const { secret, one, variables } of neededFields(config)) {
    const answer = await secrets.read(secret);
    if (answer.kind === 'fault' && answer.fault.code === PLACEHOLDER) {
      problems.add(`pipeline "${config.name}": ${answer.fault.message}`);
      continue;
    }
    const fields = answer.kind === 'secret' ? answer.fields : {};
    if (one.some(alternative => alternative.every(field => fields[field]?.reveal()))) continue;
    const wanted = one.map(alternative => alternative.map(field => variables[field]).join(' and '));
    const inFile = `{${JSON.stringify(secret)}: {${one[0]?.map(field => `"${field}": "…"`).join(', ')}}}`;
    const remedy = file
      ? `add to ${file}: ${inFile}`
      : `set ${wanted.join(', or ')}, or specify --secrets FILE with ${inFile}`;
    problems.add(`pipeline "${config.name}": the secret "${secret}" is missing or incomplete; ${remedy}`);
  }
  return [...problems];
}

/** `one`: alternatives, of which one must be there with all of its fields. */
function neededFields({ auth0, azure, redact }: PipelineConfig) {
  const credentials = [
    ['clientId', 'clientSecret'],
    ['clientId', 'privateKey'],
  ];
  const { name: azureField } = specOf(azure).secretField;
  const hashes = redact.some(rule => rule.how === 'hash');
  return [
    { secret: auth0.secret, one: credentials, variables: AUTH0_VARIABLES },
    ...(hashes ? [{ secret: auth0.secret, one: [['redactionKey']], variables: AUTH0_VARIABLES }] : []),
    { secret: azure.secret ?? '', one: [[azureField]], variables: AZURE_VARIABLES },
  ];
}

function fieldsIn(env: Environment, variables: Values): Values {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([field, variable]) => {
      const value = env[variable];
      return value ? [[field, value]] : [];
    }),
  );
}

/** See the law of SecretSource. */
function sourceOf(look: (name: string) => Values): SecretSource {
  const known = new Map<string, Awaited<ReturnType<SecretSource['read']>>>();
  return {
    read: async name => {
      const answer = known.get(name) ?? answerOf(name, look);
      if (answer.kind === 'secret') known.set(name, answer);
      return answer;
    },
    forget: name => void known.delete(name),
  };
}

function answerOf(name: string, look: (name: string) => Values): Awaited<ReturnType<SecretSource['read']>> {
  try {
    const values = Object.entries(look(name));
    const untouched = values.find(([, value]) => isPlaceholder(value))?.[0];
    if (untouched !== undefined) {
      return denied(
        `the secret "${name}" still contains the placeholder in "${untouched}"; replace it in the file of --secrets, or in its environment variable`,
        PLACEHOLDER,
      );
    }
    const fields = values.map(([key, value]) => [key, new Secret(value)] as const);
    if (fields.length > 0) return { kind: 'secret', fields: Object.fromEntries(fields) };
    return denied(
      `the secret "${name}" was not found; add {"${name}": {…}} to the file of --secrets, or set its environment variables`,
    );
  } catch (error) {
    return denied(error instanceof Error ? error.message : 'the secret could not be read');
  }
}

function denied(message: string, code?: string) {
  return { kind: 'fault', fault: { verdict: 'denied', message, ...(code && { code }) } } as const;
}
