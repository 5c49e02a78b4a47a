import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { FAILED_BATCH_MAX_BYTES, RECORD_MAX_BYTES } from '../../lambda/core/contract.ts';
import { decodeFailedBatch, encodeFailedBatch, type PutAside } from '../../lambda/core/failed-batch.ts';
import type { SerializedRecord } from '../../lambda/core/model.ts';

const record = (n: number, text: string): SerializedRecord => {
  const json = JSON.stringify({ LogId: `id-${n}`, Text: text });
  return { logId: `id-${n}`, json: Buffer.from(json) };
};
const aside = (records: SerializedRecord[]): PutAside => ({
  pipeline: 'test',
  records,
  reason: { verdict: 'unavailable', status: 503, message: 'down', retryAfterMs: 5 },
  failedAtMs: Date.parse('2026-03-01T00:00:00Z'),
  attempts: 5,
});
const decoded = (messages: string[]) =>
  messages.map(decodeFailedBatch).flatMap(one => (one.kind === 'failed-batch' ? [one] : []));

describe('a failed batch', () => {
  test('comes back record for record, with multi-byte characters, line breaks and lone surrogates', () => {
    const records = [record(1, 'a\nb\r\n'), record(2, '日本語 🦊'), record(3, '\ud800 \u0000')];
    const [one, ...others] = decoded(encodeFailedBatch(aside(records)));
    expect(others).toEqual([]);
    expect(one?.records).toEqual(records);
    expect(one?.batch).toMatchObject({
      version: 1,
      pipeline: 'test',
      firstLogId: 'id-1',
      lastLogId: 'id-3',
      count: 3,
      reason: { verdict: 'unavailable', status: 503, message: 'down' },
      failedAt: '2026-03-01T00:00:00.000Z',
      attempts: 5,
      encoding: 'gzip+base64',
    });
  });

  test('says by which rules its records were redacted, where there are any', () => {
    const tagged = encodeFailedBatch({ ...aside([record(1, 'x')]), redaction: '0123456789abcdef' });
    expect(decoded(tagged)[0]?.batch.redaction).toBe('0123456789abcdef');
    expect(encodeFailedBatch(aside([record(1, 'x')]))[0]).not.toContain('redaction');
    expect(decoded(encodeFailedBatch(aside([record(1, 'x')])))[0]?.batch.redaction).toBe(undefined);
  });

  test('is ASCII, whatever it holds: SQS refuses some characters, and would stop the line', () => {
    const wild = '\ufffe\uffff \ud83e\udd8a \u0000 é \u2028';
    const [message] = encodeFailedBatch({
      ...aside([{ ...record(1, wild), logId: wild }]),
      reason: { verdict: 'rejected', code: wild, message: wild },
    });
    expect(message).toMatch(/^[\x20-\x7e]+$/);
    const [one] = decoded([message ?? '']);
    expect(one?.batch).toMatchObject({ firstLogId: wild, reason: { message: wild } });
  });

  test('the same records have the same batch id, others another', () => {
    const id = (n: number) => decoded(encodeFailedBatch(aside([record(n, 'x')])))[0]?.batch.batchId;
    expect(id(1)).toBe(id(1));
    expect(id(1)).not.toBe(id(2));
  });

  test('what does not fit into one message becomes several, all of it', () => {
    const noise = Array.from({ length: 40 }, (_, n) => record(n, randomBytes(10_000).toString('hex')));
    const messages = encodeFailedBatch(aside(noise));
    expect(messages.length).toBeGreaterThan(1);
    for (const message of messages)
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(FAILED_BATCH_MAX_BYTES);
    expect(decoded(messages).flatMap(one => one.records)).toEqual(noise);
  });

  test('the largest record that shaping makes fits into one message even when it does not compress', () => {
    const bytes = randomBytes(RECORD_MAX_BYTES - 1000);
    const text = Array.from(bytes, byte => String.fromCharCode(32 + (byte % 94)).replace(/["\\]/, 'x')).join(
      '',
    );
    const [message, ...others] = encodeFailedBatch(aside([record(1, text)]));
    expect(others).toEqual([]);
    expect(Buffer.byteLength(message ?? '')).toBeLessThanOrEqual(FAILED_BATCH_MAX_BYTES);
  });

  test.each([
    ['', 'nothing'],
    ['{', 'half a JSON text'],
    ['{"version":2}', 'another version'],
    [
      JSON.stringify({ ...JSON.parse(encodeFailedBatch(aside([record(1, 'x')]))[0]!), records: 'AAAA' }),
      'no gzip',
    ],
    [
      JSON.stringify({ ...JSON.parse(encodeFailedBatch(aside([record(1, 'x')]))[0]!), count: 2 }),
      'a wrong count',
    ],
  ])('%s is undecodable and says so (%#)', message => {
    expect(decodeFailedBatch(message)).toMatchObject({ kind: 'undecodable' });
  });
});
