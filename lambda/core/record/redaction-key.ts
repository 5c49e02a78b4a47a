/** The key of hashed redactions: what makes one, and what is wrong with one. */

/** With fewer, anyone who has hashes of known values could find the key by brute force. */
export const REDACTION_KEY_MIN_CHARACTERS = 32;

/** Prints 64 characters. */
export const MAKE_REDACTION_KEY = 'openssl rand -hex 32';

/** What is wrong with the key, and what to do, to go on after the name of its secret; undefined when nothing is. */
export function redactionKeyProblem(key: string | undefined): string | undefined {
  const remedy = `generate one: ${MAKE_REDACTION_KEY}; or use "mask" or "drop"`;
  if (!key) return `lacks it; ${remedy}`;
  if (key.length >= REDACTION_KEY_MIN_CHARACTERS) return undefined;
  return `has one of ${key.length} ${key.length === 1 ? 'character' : 'characters'}; allowed: ${REDACTION_KEY_MIN_CHARACTERS} or more; ${remedy}`;
}
