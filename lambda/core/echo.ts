/** A vendor's answer may repeat what it was sent: secrets and logs, which must not get into a log line or a queue. */

import type { PostAnswer } from './model.ts';
import { COLUMNS } from './record/columns.ts';

const NAMES: ReadonlySet<string> = new Set(COLUMNS.map(({ name }) => name));

/** The parts of a post that are compared with its answer. */
export type Body = { includes(piece: string): boolean };

/** The words without the secrets, as they are or written for a form. */
export function withoutSecrets(words: string, secrets: readonly string[]): string {
  const forms = secrets.filter(Boolean).flatMap(secret => {
    return [secret, encodeURIComponent(secret), new URLSearchParams({ '': secret }).toString().slice(1)];
  });
  return forms.reduce((left, form) => left.replaceAll(form, '[removed]'), words);
}

/** Azure's answer to `body`, without its words when they repeat a piece of it; status and code stay. */
export function withoutRecords(answer: PostAnswer, body: Body): PostAnswer {
  if (answer.kind !== 'answered' || answer.message === undefined) return answer;
  // The status does not come from a log, although any log may hold its three digits.
  const words = answer.message.replaceAll(new RegExp(`\\b${answer.status}\\b`, 'g'), '');
  if (!repeats(words, body)) return answer;
  return { ...answer, message: 'Azure’s message quotes a log and is not shown' };
}

/** What may be a piece of a log in a sentence about it: quoted, with a digit or an @ in it, or four words in a row. */
const PIECES = [
  /["'`]([^"'`]{3,})/g,
  /([^\s"'`,;:()]*[\d@][^\s"'`,;:()]*[^\s"'`,;:().])/g,
  /(?<!\S)(?=(\S+ \S+ \S+ \S+))/g,
];

function repeats(words: string, body: Body): boolean {
  const pieces = PIECES.flatMap(pattern => [...words.matchAll(pattern)].map(([, piece = '']) => piece));
  return pieces.some(piece => {
    // Words that were too long end with an ellipsis.
    const whole = piece.replace(/…$/, '');
    return whole.length >= 3 && !NAMES.has(whole) && body.includes(whole);
  });
}
