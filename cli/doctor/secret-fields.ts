/** What can be wrong with the fields of a secret, as far as it can be seen without asking anybody. */
import { createPrivateKey } from 'node:crypto';
import type { SecretFields } from '../../lambda/core/model.ts';
import { MAKE_REDACTION_KEY, REDACTION_KEY_MIN_CHARACTERS } from '../../lambda/core/record/redaction-key.ts';

/** It will be refused, or it looks so. `text` goes on after the secret's name. */
export interface Problem {
  readonly level: 'error' | 'warning';
  readonly text: string;
}

const RSA_LEAST_BITS = 2048;

export function missingIn(
  fields: SecretFields,
  needed: readonly string[],
  besides = '',
): Problem | undefined {
  const missing = needed.find(key => !fields[key]?.reveal());
  return missing === undefined
    ? undefined
    : { level: 'error', text: `lacks "${missing}"${missing === 'clientSecret' ? besides : ''}` };
}

/** Line breaks that were written as `\n` once too often are forgiven, as the pipeline does. */
export function privateKeyProblem(pem: string | undefined): Problem | undefined {
  if (!pem) return undefined;
  const wrong = (text: string): Problem => ({ level: 'error', text: `has a "privateKey" ${text}` });
  if (/-----BEGIN (RSA )?PUBLIC KEY-----/.test(pem)) {
    return wrong('that is the public half; the private one belongs here');
  }
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey(
      pem.replaceAll('\\n', '\n'),
    );
    if (type !== 'rsa') return wrong(`of type ${type}; Auth0 takes RSA`);
    const bits = details?.modulusLength ?? 0;
    return bits < RSA_LEAST_BITS
      ? wrong(`of ${bits} bits; at least ${RSA_LEAST_BITS} are needed`)
      : undefined;
  } catch {
    return wrong('that cannot be read as PEM; it must be the whole file, from BEGIN to END');
  }
}

export function redactionKeyFault(key = ''): Problem | undefined {
  if (key.length >= REDACTION_KEY_MIN_CHARACTERS) return undefined;
  const text = `has a "redactionKey" of ${key.length} characters; at least ${REDACTION_KEY_MIN_CHARACTERS} are needed (${MAKE_REDACTION_KEY} makes one)`;
  return { level: 'error', text };
}
