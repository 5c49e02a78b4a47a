import { describe, expect, test } from 'vitest';
import type { SerializedRecord } from '../../../lambda/core/model.ts';
import { type AskRedaction, redactedAgain, redactionTag } from '../../../lambda/core/record/redact-again.ts';
import type { Redaction } from '../../../lambda/core/record/redaction-field.ts';

const KEY = 'k'.repeat(32);
const mask: Redaction = { field: 'user_name', how: 'mask' };
const hash: Redaction = { field: 'user_name', how: 'hash' };

describe('the tag of the rules', () => {
  test('is the same for the same rules, and another for others, in another order or with another key', () => {
    const tags = [
      redactionTag([mask], undefined),
      redactionTag([hash], KEY),
      redactionTag([hash], `${KEY}k`),
      redactionTag([mask, { field: 'ip', how: 'drop' }], undefined),
      redactionTag([{ field: 'ip', how: 'drop' }, mask], undefined),
      redactionTag([{ field: ['details', 'a.b'], how: 'mask' }], undefined),
      redactionTag([{ field: 'details.a.b', how: 'mask' }], undefined),
    ];
    expect(new Set(tags).size).toBe(tags.length);
    for (const tag of tags) expect(tag).toMatch(/^[0-9a-f]{16}$/);
    expect(redactionTag([hash], KEY)).toBe(tags[1]);
  });

  test('does not hang on a key that no rule needs, and is none without rules', () => {
    expect(redactionTag([mask], KEY)).toBe(redactionTag([mask], undefined));
    expect(redactionTag([], KEY)).toBe(undefined);
  });
});

describe('a batch that was queued', () => {
  const records: SerializedRecord[] = [{ logId: '1', json: Buffer.from('{"LogId":"1"}') }];
  const redacted: SerializedRecord = { logId: '1', json: Buffer.from('{"LogId":"1","x":1}') };
  const ask: AskRedaction = async () => ({
    kind: 'redaction',
    redaction: { tag: 'now', redactRecord: () => redacted },
  });

  test('under the rules of today is left as it is', async () => {
    const now = await redactedAgain(ask, 'now', records);
    expect(now).toEqual({ kind: 'records', records, tag: 'now' });
  });

  test.each([['then'], [undefined]])('under the rules of tag %s is redacted again', async tag => {
    const now = await redactedAgain(ask, tag, records);
    expect(now).toEqual({ kind: 'records', records: [redacted], tag: 'now' });
  });

  test('stays as it is when there are no rules any more', async () => {
    expect(await redactedAgain(undefined, 'then', records)).toEqual({
      kind: 'records',
      records,
      tag: 'then',
    });
    expect(await redactedAgain(undefined, undefined, records)).toEqual({ kind: 'records', records });
  });

  test('is not to be delivered when the key cannot be had', async () => {
    const fault = { verdict: 'denied', message: 'no key' } as const;
    expect(await redactedAgain(async () => ({ kind: 'fault', fault }), 'then', records)).toEqual({
      kind: 'fault',
      fault,
    });
  });
});
