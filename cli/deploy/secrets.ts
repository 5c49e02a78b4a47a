/** The secrets of the file go into Secrets Manager, through the SDK: a value on a command line is visible to others. */
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-secrets-manager';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { isObject } from '../../lambda/core/record/log.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { fillingOf } from '../pipelines/local/needed-secrets.ts';
import { secretsFileWarning } from '../pipelines/local/secrets.ts';
import type { StackClients } from '../pipelines/stack/clients.ts';
import { UsageError } from '../terminal/errors.ts';
import { readJsonFile } from '../terminal/json-file.ts';
import { printError } from '../terminal/text.ts';

/** Name of each secret, to its JSON. */
export type Values = ReadonlyMap<string, string>;

export interface Stored {
  readonly secret: string;
  readonly result: 'stored' | 'unchanged';
}

/** What the pipelines need, from the file. Throws UsageError with every secret that it lacks; no value is shown. */
export function neededSecrets(file: string, pipelines: readonly PipelineConfig[]): Values {
  const warning = secretsFileWarning(file, pipelines);
  if (warning !== undefined) printError(`warning: ${warning}`);
  const all = Object(readJsonFile('secrets file', file, 'specify its path with --secrets'));
  const names = new Set(pipelines.flatMap(namesOf));
  const missing = [...names].filter(name => !Object.hasOwn(all, name) || !isObject(all[name]));
  if (missing.length > 0) {
    const lines = missing.map(name => fillingOf(pipelines, name, file));
    throw new UsageError(
      `${file} lacks ${missing.length} of the secrets that the configuration names; ${lines.join('; ')}`,
    );
  }
  return new Map([...names].map(name => [name, JSON.stringify(all[name])]));
}

function namesOf({ auth0, azure }: PipelineConfig): string[] {
  const ofAzure = specOf(azure).isFederated(azure) ? undefined : azure.secret;
  return [auth0.secret, ...(ofAzure === undefined ? [] : [ofAzure])];
}

/** Throws UsageError for the first that AWS refuses. */
export async function storeSecrets(
  values: Values,
  { secretsManager, ask }: StackClients,
): Promise<readonly Stored[]> {
  const stored: Stored[] = [];
  for (const [name, value] of values) {
    const absent = `there is no secret "${name}" in Secrets Manager; deploy without "createSecrets": false, or create it`;
    const isThere = await secretsManager
      .send(new GetSecretValueCommand({ SecretId: name }))
      .then(answer => answer.SecretString === value)
      .catch((error: unknown) => {
        // Who may only write it stores it again.
        if (error instanceof ResourceNotFoundException) throw new UsageError(absent, error);
        return false;
      });
    if (!isThere) {
      const put = new PutSecretValueCommand({ SecretId: name, SecretString: value });
      await ask('secretsmanager:PutSecretValue', () => secretsManager.send(put), absent);
    }
    stored.push({ secret: name, result: isThere ? 'unchanged' : 'stored' });
  }
  return stored;
}
