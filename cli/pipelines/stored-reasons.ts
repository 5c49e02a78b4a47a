/** Why accepted logs are not in the table: the messages in the workspace, and the fix. */
import { type Cause, causeOf } from '../../lambda/core/cause.ts';
import {
  type Found,
  type StoredDependencies,
  type StoredWord,
  type StoredWords,
  storedWords,
} from '../../lambda/core/stored.ts';
import { isAboutDrops, mayHaveDropped, STORED_CAUSES, toldWithin } from '../../lambda/core/stored-causes.ts';
import type { Span } from '../../lambda/core/workspace.ts';

export interface StoredReason extends StoredWord {
  /** Undefined for an unknown message. */
  readonly cause: Cause | undefined;
}

export interface StoredReasons extends Pick<StoredWords, 'unread'> {
  /** The earliest first. */
  readonly reasons: readonly StoredReason[];
}

type Reasons = Promise<Exclude<Found<StoredReasons>, { readonly kind: 'unknown-name' }>>;

/** The messages of that time that may be about dropped rows of the table. */
export const storedReasons = (d: StoredDependencies, span: Span): Reasons => reasonsOf(d, span, undefined);

/** Those that may explain why rows that were accepted in this time are not in the table. */
export const reasonsFor = (d: StoredDependencies, accepted: Span): Reasons =>
  reasonsOf(d, toldWithin(accepted), accepted);

async function reasonsOf(d: StoredDependencies, span: Span, accepted: Span | undefined): Reasons {
  const found = await storedWords(d, span);
  if (found.kind === 'fault') return found;
  const { words, unread } = found.value;
  const reasons = words
    .filter(word => isAboutDrops(word, d.place.table))
    .sort((a, b) => a.firstAtMs - b.firstAtMs)
    .map(word => {
      const { operation: code, message } = word;
      return { ...word, cause: causeOf(STORED_CAUSES, { status: 0, code, message }) };
    })
    .filter(word => !accepted || mayHaveDropped(word, word.cause, accepted, words));
  return { kind: 'found', value: { reasons, unread } };
}
