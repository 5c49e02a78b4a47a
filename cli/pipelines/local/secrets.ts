/** Secrets for a run on one machine: from the environment, or from a file that git ignores. */
import { statSync } from 'node:fs';
import type { PipelineConfig } from '../../../lambda/config/config.ts';
import { isPlaceholder } from '../../../lambda/core/contract.ts';
import type { SecretSource } from '../../../lambda/core/model.ts';
import { isObject } from '../../../lambda/core/record/log.ts';
import { Secret } from '../../../lambda/core/secret.ts';
import type { Environment } from '../../../lambda/environment.ts';
import { UsageError } from '../../terminal/errors.ts';
import { isPipe, readJsonFile } from '../../terminal/json-file.ts';
import { quoted } from '../../terminal/text.ts';
import {
  AUTH0_VARIABLES,
  AZURE_VARIABLES,
  filling,
  fillingOf,
  formOf,
  neededFields,
  type Values,
} from './needed-secrets.ts';

/** Code of the fault of a secret that nobody has filled in. */
const PLACEHOLDER = 'Placeholder';

/** The secrets of one pipeline, from environment variables. What is not set, or empty, is not there. */
export function environmentSecrets(config: PipelineConfig, env: Environment): SecretSource {
  const { auth0, azure } = config;
  const look = (name: string) => ({
    ...(name === auth0.secret && fieldsIn(env, AUTH0_VARIABLES)),
    ...(name === azure.secret && fieldsIn(env, AZURE_VARIABLES)),
  });
  return sourceOf(look, name => fillingOf([config], name, undefined));
}

/** Whether the environment has credentials for Auth0. */
export const environmentHasSecrets = (env: Environment): boolean =>
  Boolean(env['AUTH0_CLIENT_ID'] && (env['AUTH0_CLIENT_SECRET'] || env['AUTH0_PRIVATE_KEY']));

/** Credentials for Auth0 in the environment, as the fields of its secret. */
export const environmentFields = (env: Environment): Values => fieldsIn(env, AUTH0_VARIABLES);

/** Secrets that were given, by their names. */
export const valueSecrets = (values: Readonly<Record<string, Values>>): SecretSource =>
  sourceOf(
    name => values[name] ?? {},
    () => 'specify it',
  );

/** Secrets of these pipelines, from a JSON file: name of the secret to its fields. Read again after `forget`. */
export function fileSecrets(path: string, configs: readonly PipelineConfig[]): SecretSource {
  const look = (name: string) => {
    const file = readSecretsFile(path, configs);
    const fields = isObject(file) && Object.hasOwn(file, name) ? file[name] : {};
    const all = isObject(fields) ? Object.entries(fields) : [];
    return Object.fromEntries(
      all.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
    );
  };
  return sourceOf(look, name => fillingOf(configs, name, path));
}

/** Throws UsageError, with the form of a file for these pipelines. */
function readSecretsFile(path: string, configs: readonly PipelineConfig[]): unknown {
  return readJsonFile(
    'secrets file',
    path,
    `specify its path with --secrets, or write it: ${formOf(configs)}`,
  );
}

/** Secrets that are not available here, and why. */
export function noSecrets(why: string): SecretSource {
  return { read: async () => denied(why), forget: () => undefined };
}

/** A warning when others than its owner may read the file. Throws UsageError when it cannot be used at all. */
export function secretsFileWarning(path: string, configs: readonly PipelineConfig[]): string | undefined {
  if (!isObject(readSecretsFile(path, configs))) {
    throw new UsageError(`the secrets file ${path} is not a JSON object; allowed: ${formOf(configs)}`);
  }
  return openFileWarning(path);
}

/** A warning when others than its owner may read a file that holds a secret. */
export function openFileWarning(path: string): string | undefined {
  if (isPipe(path)) return undefined;
  const mode = statSync(path).mode & 0o777;
  // Windows has no such permissions, and reports files as readable by everyone.
  if (process.platform === 'win32' || (mode & 0o077) === 0) return undefined;
  return `${path} is readable by other users (mode ${mode.toString(8)}); run:\n  chmod 600 ${quoted(path)}`;
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
  for (const need of neededFields(config)) {
    const { secret, one } = need;
    const answer = await secrets.read(secret);
    if (answer.kind === 'fault' && answer.fault.code === PLACEHOLDER) {
      problems.add(`pipeline "${config.name}": ${answer.fault.message}`);
      continue;
    }
    const fields = answer.kind === 'secret' ? answer.fields : {};
    if (one.some(alternative => alternative.every(field => fields[field]?.reveal()))) continue;
    const remedy = filling([need], file);
    problems.add(`pipeline "${config.name}": the secret "${secret}" is missing or incomplete; ${remedy}`);
  }
  return [...problems];
}

function fieldsIn(env: Environment, variables: Values): Values {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([field, variable]) => {
      const value = env[variable];
      return value ? [[field, value]] : [];
    }),
  );
}

/** See the law of SecretSource. `remedy`: what fills a secret in that is not there. */
function sourceOf(look: (name: string) => Values, remedy: (name: string) => string): SecretSource {
  const known = new Map<string, Awaited<ReturnType<SecretSource['read']>>>();
  return {
    read: async name => {
      const answer = known.get(name) ?? answerOf(name, look, remedy);
      if (answer.kind === 'secret') known.set(name, answer);
      return answer;
    },
    forget: name => void known.delete(name),
  };
}

function answerOf(
  name: string,
  look: (name: string) => Values,
  remedy: (name: string) => string,
): Awaited<ReturnType<SecretSource['read']>> {
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
    return denied(`the secret "${name}" was not found; ${remedy(name)}`);
  } catch (error) {
    return denied(error instanceof Error ? error.message : 'the secret could not be read');
  }
}

function denied(message: string, code?: string) {
  return { kind: 'fault', fault: { verdict: 'denied', message, ...(code && { code }) } } as const;
}
