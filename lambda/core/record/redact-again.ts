/** Whether a failed batch was redacted as today's rules want it, and what to do when it was not. */
import { createHash, createHmac } from 'node:crypto';
import type { Fault, SerializedRecord } from '../model.ts';
import type { Redaction } from './redaction-field.ts';
import { fieldText } from './redaction-field.ts';

/** Goes up when redaction finds more than before, so that what waits on a queue is redacted again. */
const REDACTION_VERSION = 1;

export interface RecordRedaction {
  /** See redactionTag. */
  readonly tag: string;
  readonly redactRecord: (record: SerializedRecord) => SerializedRecord;
}

/** Asked once a batch: `fault` when a rule hashes and the key cannot be had. */
export type AskRedaction = () => Promise<
  | { readonly kind: 'redaction'; readonly redaction: RecordRedaction }
  | { readonly kind: 'fault'; readonly fault: Fault }
>;

/**
 * The records of a failed batch as today's rules want them, and the tag to put them aside again with.
 * `fault`: the rules cannot be applied now, so that the batch may not be delivered.
 * @param ask undefined when there are no rules
 * @param tag of the batch's envelope
 */
export async function redactedAgain(
  ask: AskRedaction | undefined,
  tag: string | undefined,
  records: readonly SerializedRecord[],
): Promise<
  | { readonly kind: 'records'; readonly records: readonly SerializedRecord[]; readonly tag?: string }
  | { readonly kind: 'fault'; readonly fault: Fault }
> {
  if (!ask) return { kind: 'records', records, ...(tag === undefined ? {} : { tag }) };
  const answer = await ask();
  if (answer.kind === 'fault') return answer;
  const { redaction } = answer;
  const now = tag === redaction.tag ? records : records.map(redaction.redactRecord);
  return { kind: 'records', records: now, tag: redaction.tag };
}

/**
 * A fingerprint of the rules, of the key when a rule hashes, and of this version's way of finding values: 16 hex
 * digits, from which the key cannot be derived. Undefined without rules.
 */
export function redactionTag(rules: readonly Redaction[], key: string | undefined): string | undefined {
  if (rules.length === 0) return undefined;
  const text = JSON.stringify([REDACTION_VERSION, ...rules.map(({ field, how }) => [fieldText(field), how])]);
  const hashes = rules.some(({ how }) => how === 'hash');
  const digest = hashes ? createHmac('sha256', key ?? '') : createHash('sha256');
  return digest.update(text).digest('hex').slice(0, 16);
}
