/** Why accepted logs are not in the table: the messages in the workspace, and the fix. */
import { type Cause, causeOf } from '../../lambda/core/cause.ts';
import {
  type Found,
  type StoredDependencies,
  type StoredWord,
  type StoredWords,
  storedWords,
} from '../../lambda/core/stored.ts';
import { isAboutDrops, STORED_CAUSES } from '../../lambda/core/stored-causes.ts';
import type { Span } from '../../lambda/core/workspace.ts';

export interface StoredReason extends StoredWord {
  /** Undefined for an unknown message. */
  readonly cause: Cause | undefined;
}

export interface StoredReasons extends Pick<StoredWords, 'unread'> {
  /** The earliest first. */
  readonly reasons: readonly StoredReason[];
}

/** The messages of that time that may be about dropped rows of the table. */
export async function storedReasons(
  d: StoredDependencies,
  span: Span,
): Promise<Exclude<Found<StoredReasons>, { readonly kind: 'unknown-name' }>> {
  const found = await storedWords(d, span);
  if (found.kind === 'fault') return found;
  const { words, unread } = found.value;
  const reasons = words
    .filter(word => isAboutDrops(word, d.place.table))
    .sort((a, b) => a.firstAtMs - b.firstAtMs)
    .map(word => {
      const { operation: code, message } = word;
      return { ...word, cause: causeOf(STORED_CAUSES, { status: 0, code, message }) };
    });
  return { kind: 'found', value: { reasons, unread } };
}
