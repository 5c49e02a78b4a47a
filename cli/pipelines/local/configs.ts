/** What `run` needs before it begins. Everything is checked first, and all problems are reported. */

import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConfigError, type PipelineConfig, parsePipelines } from '../../../lambda/config/config.ts';
import type { SecretSource } from '../../../lambda/core/model.ts';
import { specOf, usesAwsRole } from '../../../lambda/destinations/all.ts';
import { UsageError } from '../../terminal/errors.ts';
import { readJsonFile } from '../../terminal/json-file.ts';
import { printError, quoted } from '../../terminal/text.ts';
import { command, INIT } from '../remedy.ts';
import { listed } from './needed-secrets.ts';
import { environmentSecrets, fileSecrets, secretProblems, secretsFileWarning } from './secrets.ts';

/** The chosen pipelines, all of which can run here. Throws UsageError with every problem. */
export function readConfigs(file: string, pipeline: string | undefined): readonly PipelineConfig[] {
  const chosen = chosenConfigs(file, pipeline);
  const posts = ({ azure }: PipelineConfig) => specOf(azure).isFederated(azure);
  const verifies = ({ azure, verify }: PipelineConfig) => verify !== 'off' && usesAwsRole(azure);
  const federated = chosen.find(one => posts(one) || verifies(one));
  if (!federated) return chosen;
  const { name, verify } = federated;
  const [what, remedy] = posts(federated)
    ? ['', 'and azure.secret (docs/azure.md#with-a-client-secret)']
    : [`verify is "${verify}" and `, 'or verify to "off"'];
  throw new UsageError(
    `pipeline "${name}": ${what}azure.auth is "federated", so only its function can run it. For this machine, ` +
      `set azure.auth to "client-secret", ${remedy}. For AWS, deploy it:\n  ${command(['deploy'], { config: file })}`,
  );
}

/** The chosen pipelines of a configuration file. Throws UsageError with every problem. */
export function chosenConfigs(file: string, pipeline: string | undefined): readonly PipelineConfig[] {
  const input = readJsonFile(
    'configuration file',
    file,
    `specify its path with --config, or write one:\n  ${INIT}`,
  );
  let configs: readonly PipelineConfig[];
  try {
    configs = parsePipelines(input, Date.now());
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(`${file}: ${error.message}`, error);
    throw error;
  }
  const chosen = pipeline === undefined ? configs : configs.filter(({ name }) => name === pipeline);
  if (chosen.length > 0) return chosen;
  const names = configs.map(({ name }) => `"${name}"`).join(', ');
  throw new UsageError(`--pipeline is "${pipeline}"; allowed in ${file}: ${names}`);
}

/**
 * Where the secrets of each pipeline come from, once they are all known to be there: the file, or else the environment.
 * Throws UsageError with every secret that is missing.
 */
export async function secretsFor(
  configs: readonly PipelineConfig[],
  file: string | undefined,
): Promise<(config: PipelineConfig) => SecretSource> {
  if (file === undefined && configs.length > 1) {
    throw new UsageError(
      `environment variables hold the secrets of one pipeline, but there are ${configs.length}; ` +
        'choose one with --pipeline, or specify --secrets FILE',
    );
  }
  const warning = file === undefined ? undefined : secretsFileWarning(file, configs);
  if (warning !== undefined) printError(`warning: ${warning}`);
  const ofFile = file === undefined ? undefined : fileSecrets(file, configs);
  const secretsOf = (config: PipelineConfig) => ofFile ?? environmentSecrets(config, process.env);
  const problems: string[] = [];
  for (const config of configs) problems.push(...(await secretProblems(config, secretsOf(config), file)));
  if (problems.length > 0) throw new UsageError(listed(problems));
  return secretsOf;
}

/** The directory's absolute path. Throws UsageError when it cannot be created or written to. */
export async function usableDirectory(given: string): Promise<string> {
  const path = resolve(given);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.W_OK);
    return path;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new UsageError(
      `the state directory ${path} cannot be used (${code}); ${await directoryRemedy(code, path)}`,
      error,
    );
  }
}

/** Another directory is not a remedy: it is another pipeline, which starts over and may skip logs. */
async function directoryRemedy(code: string, path: string): Promise<string> {
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'it is a file: specify a directory with --state';
  if (code === 'ENOSPC') return 'the disk is full: free space';
  const [fix, command] =
    code === 'EROFS'
      ? ['mount its file system writable', '']
      : ['make it writable', `:\n  ${await opening(path)}`];
  return `${fix} (do not use an empty directory instead: without a checkpoint, a run begins at auth0.startFrom, and skips logs or ships them again)${command}`;
}

/** The command that opens the directory, or else the nearest one above that is there, for this user. */
async function opening(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found && dirname(path) !== path) return opening(dirname(path));
  const isOwn = found?.uid === process.getuid?.();
  return isOwn ? `chmod -R u+rwX ${quoted(path)}` : `sudo chown -R "$(id -u)" ${quoted(path)}`;
}
