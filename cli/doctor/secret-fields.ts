/** Problems in the fields of a secret that can be found without a request. */
import { createPrivateKey } from 'node:crypto';
import type { SecretFields } from '../../lambda/core/model.ts';
import { MAKE_REDACTION_KEY, REDACTION_KEY_MIN_CHARACTERS } from '../../lambda/core/record/redaction-key.ts';

/** A secret that will be, or may be, rejected. `text` follows the secret's name. */
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
    : { level: 'error', text: `does not contain "${missing}"${missing === 'clientSecret' ? besides : ''}` };
}

/** Accepts line breaks that are escaped as `\n`, as the pipeline does. */
export function privateKeyProblem(pem: string | undefined): Problem | undefined {
  if (!pem) return undefined;
  const wrong = (text: string): Problem => ({ level: 'error', text: `has a "privateKey" ${text}` });
  if (/-----BEGIN (RSA )?PUBLIC KEY-----/.test(pem)) {
    return wrong('that is a public key; use the private key');
  }
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey(
      pem.replaceAll('\\n', '\n'),
    );
    if (type !== 'rsa') return wrong(`of type ${type}; Auth0 requires RSA`);
    const bits = details?.modulusLength ?? 0;
    return bits < RSA_LEAST_BITS
      ? wrong(`of ${bits} bits; at least ${RSA_LEAST_BITS} are required`)
      : undefined;
  } catch {
    return wrong('that is not valid PEM; it must be the complete file, from BEGIN to END');
  }
}

export function redactionKeyFault(key = ''): Problem | undefined {
  if (key.length >= REDACTION_KEY_MIN_CHARACTERS) return undefined;
  const text = `has a "redactionKey" of ${key.length} characters; at least ${REDACTION_KEY_MIN_CHARACTERS} are required (to create one: ${MAKE_REDACTION_KEY})`;
  return { level: 'error', text };
}
