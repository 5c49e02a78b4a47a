/** AWS Secrets Manager as a SecretSource. */

import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { remedied } from '../core/cause.ts';
import { isPlaceholder } from '../core/contract.ts';
import { jsonObject, networkFailure, withinLimit, withTimeLimit } from '../core/http.ts';
import type { Fault, SecretFields, SecretSource } from '../core/model.ts';
import { Secret } from '../core/secret.ts';

type SecretAnswer = Awaited<ReturnType<SecretSource['read']>>;

/** For all attempts of the SDK together. */
const READ_LIMIT_MS = 5_000;

/** What is wrong, by the name of AWS's exception; each needs an operator. */
const PROBLEMS: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'does not exist in this account and region, or has no value yet',
  AccessDeniedException: 'cannot be read by this role; allow secretsmanager:GetSecretValue on it',
  DecryptionFailure: 'cannot be decrypted by this role; allow kms:Decrypt on its key',
  InvalidRequestException: 'cannot be read in its present state; if it is scheduled for deletion, restore it',
};

/**
 * Secrets are JSON objects of text fields; fields of another kind are left out. A good secret is read once, by one
 * call for all who wait, until `forget`; a fault is not kept, so that a secret filled in meanwhile is found.
 * Never throws: `denied` says what to do, `unavailable` stands for network, throttling and AWS's own errors.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 * @param readLimitMs the longest that one reading may take
 */
export function secretsManager(
  client: SecretsManagerClient,
  readLimitMs: number = READ_LIMIT_MS,
): SecretSource {
  const answers = new Map<string, Promise<SecretAnswer>>();
  return {
    read: async name => {
      const known = answers.get(name);
      if (known) return known;
      const reading = readSecret(client, name, readLimitMs);
      answers.set(name, reading);
      const answer = await reading;
      if (answer.kind === 'fault' && answers.get(name) === reading) answers.delete(name);
      return answer;
    },
    forget: name => {
      answers.delete(name);
    },
  };
}

async function readSecret(
  client: SecretsManagerClient,
  name: string,
  limitMs: number,
): Promise<SecretAnswer> {
  try {
    const { SecretString: text } = await withTimeLimit(limitMs, limit => {
      const sent = client.send(new GetSecretValueCommand({ SecretId: name }), { abortSignal: limit });
      return withinLimit(sent, limit);
    });
    return fieldsOf(name, text);
  } catch (error) {
    return { kind: 'fault', fault: readFault(name, error) };
  }
}

function fieldsOf(name: string, text: string | undefined): SecretAnswer {
  if (text === undefined) return denied(name, 'has no string value');
  const object = jsonObject(text);
  const given = [text, ...Object.values(object ?? {})];
  if (given.some(one => typeof one === 'string' && isPlaceholder(one))) {
    return denied(name, 'still holds the placeholder of the stack');
  }
  if (!object) return denied(name, 'is not a JSON object of string fields');
  const fields: SecretFields = Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, new Secret(value)]] : [],
    ),
  );
  return { kind: 'secret', fields };
}

/** The error's message is never passed on: AWS's name for the error is enough. */
function readFault(name: string, error: unknown): Fault {
  const { code, status, throttling } = awsError(error);
  const problem = code === undefined ? undefined : PROBLEMS[code];
  if (code !== undefined && problem !== undefined) {
    return deniedFault(name, `${problem} (${code})`, { code, ...(status ? { status } : {}) });
  }
  if (code === 'CredentialsProviderError') {
    const message = `the secret "${name}" was not read: AWS credentials are missing; set a profile, a role or AWS_ACCESS_KEY_ID`;
    return { verdict: 'denied', code, message };
  }
  if (code !== undefined && status !== undefined) {
    const refused = status >= 400 && status < 500 && status !== 408 && status !== 429 && !throttling;
    const message = refused
      ? `Secrets Manager rejected the request for the secret "${name}" (${status} ${code}); check its name, the region and the permissions of the role`
      : `Secrets Manager did not return the secret "${name}" (${status} ${code})`;
    return { verdict: refused ? 'denied' : 'unavailable', status, code, message };
  }
  const failure = networkFailure(error);
  const message = `Secrets Manager did not answer for the secret "${name}": ${failure.message}`;
  return { verdict: 'unavailable', code: failure.code, message };
}

function awsError(error: unknown): { code?: string; status?: number; throttling: boolean } {
  if (!(error instanceof Error)) return { throttling: false };
  const details = error as Error & {
    $metadata?: { httpStatusCode?: number };
    $retryable?: { throttling?: boolean };
  };
  const status = details.$metadata?.httpStatusCode;
  return {
    code: error.name,
    ...(status ? { status } : {}),
    throttling: details.$retryable?.throttling === true || /throttl|toomanyrequests/i.test(error.name),
  };
}

function denied(name: string, problem: string): SecretAnswer {
  return { kind: 'fault', fault: deniedFault(name, problem) };
}

function deniedFault(
  name: string,
  problem: string,
  answer: { readonly code?: string; readonly status?: number } = {},
): Fault {
  const command = `aws secretsmanager put-secret-value --secret-id ${name} --secret-string '{"…":"…"}'`;
  return {
    verdict: 'denied',
    ...answer,
    ...remedied(`the secret "${name}" ${problem}`, `fill it in: ${command}`),
  };
}
