import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyOf } from '../../lambda/core/body.ts';
import { deliver } from '../../lambda/core/deliver.ts';
import { evidence } from '../../lambda/core/evidence.ts';
import type { PostAnswer, SerializedRecord } from '../../lambda/core/model.ts';
import { PLAIN } from './meanings.ts';
import { TYPED } from './record/forms.ts';

const record = (n: number): SerializedRecord => {
  const json = JSON.stringify({ LogId: String(n), Text: 'é'.repeat(n % 7) });
  return { logId: String(n), json: Buffer.from(json) };
};
const records = (count: number) => Array.from({ length: count }, (_, n) => record(n));
const ok: PostAnswer = { kind: 'answered', status: 200 };
const bad: PostAnswer = { kind: 'answered', status: 400, code: 'InvalidDataFormat' };
const busy: PostAnswer = { kind: 'answered', status: 503 };

/** Azure behind its port, in virtual time: `answer` is asked with the ids of each post. */
function azure(answer: (ids: string[], call: number) => PostAnswer, maxBytes = Number.POSITIVE_INFINITY) {
  const posts: string[][] = [];
  const waits: number[] = [];
  let refreshes = 0;
  let nowMs = 0;
  return {
    posts,
    waits,
    refreshes: () => refreshes,
    d: {
      clock: {
        now: () => nowMs,
        sleep: async (ms: number) => {
          waits.push(ms);
          nowMs += ms;
        },
      },
      random: () => 1,
      destination: {
        form: TYPED,
        meaning: PLAIN,
        isCompressed: false,
        maxBatchBytes: 1_000_000,
        maxInFlight: 1,
        refresh: () => {
          refreshes++;
        },
        post: async (body: Buffer) => {
          const ids = (JSON.parse(body.toString()) as { LogId: string }[]).map(r => r.LogId);
          posts.push(ids);
          if (body.length > maxBytes) return { kind: 'answered', status: 413 } as const;
          return answer(ids, posts.length - 1);
        },
      },
    },
  };
}

describe('deliver', () => {
  test('posts everything at once when nothing is wrong', async () => {
    const { d, posts } = azure(() => ok);
    const delivery = await deliver(d, records(10), 100_000);
    expect(delivery).toEqual({
      accepted: 10,
      culprits: [],
      pending: [],
      isLocal: false,
      head: 10,
      posts: 1,
    });
    expect(posts).toHaveLength(1);
  });

  test('what is refused alone and what is unknown is pending in order, and nothing before it is settled', async () => {
    const { d } = azure(ids => (ids.length > 1 || ids[0] === '0' ? bad : busy));
    const delivery = await deliver(d, records(4), 1_000_000);
    expect(delivery).toMatchObject({ fault: { verdict: 'unavailable' }, accepted: 0, head: 0 });
    expect(delivery.pending.map(({ logId }) => logId)).toEqual(['0', '1', '2', '3']);
  });

  test('nothing is posted for no records', async () => {
    const { d, posts } = azure(() => bad);
    expect(await deliver(d, [], 100_000)).toMatchObject({ accepted: 0, pending: [] });
    expect(posts).toEqual([]);
  });

  test('bisection isolates exactly the poison records, and the others are accepted once', async () => {
    const poison = new Set(['3', '57', '99']);
    const taken: string[] = [];
    const { d } = azure(ids => {
      if (ids.some(id => poison.has(id))) return bad;
      taken.push(...ids);
      return ok;
    });
    const delivery = await deliver(d, records(100), 100_000);
    expect(delivery.culprits.map(c => c.record.logId).sort()).toEqual(['3', '57', '99']);
    expect(delivery.accepted).toBe(97);
    expect(new Set(taken).size).toBe(97);
    expect(taken).toHaveLength(97);
  });

  test.each([1, 7, 300])(
    '%i rejected records and nothing accepted: the configuration, and nothing is a culprit',
    async count => {
      const { d, posts } = azure(() => bad);
      const delivery = await deliver(d, records(count), 100_000);
      expect(posts.length).toBeLessThanOrEqual(9);
      expect(delivery).toMatchObject({ fault: { verdict: 'denied' }, culprits: [], accepted: 0, head: 0 });
      expect(delivery.pending).toHaveLength(count);
    },
  );

  test('a record from elsewhere that is accepted proves them poison, each with its reason', async () => {
    const { d } = azure(ids => (ids[0] === '99' ? ok : bad));
    const delivery = await deliver(d, records(7), 100_000, { another: async () => record(99) });
    expect(delivery.fault).toBeUndefined();
    expect(delivery.culprits).toHaveLength(7);
    expect(delivery.culprits[0]).toMatchObject({
      queue: 'dead-letter',
      reason: { verdict: 'rejected', code: 'InvalidDataFormat' },
    });
  });

  test('a record from elsewhere that is refused as well proves nothing', async () => {
    const { d } = azure(() => bad);
    const delivery = await deliver(d, records(7), 100_000, { another: async () => record(99) });
    expect(delivery).toMatchObject({ fault: { verdict: 'denied' }, culprits: [] });
  });

  test('another delivery of the run that is accepted after the refusal is evidence, one before it is not', async () => {
    const shared = evidence();
    const gate = Promise.withResolvers<void>();
    const { d } = azure(ids => (ids.some(id => Number(id) < 20) ? bad : ok));
    const slowly = async (body: Buffer) => gate.promise.then(() => d.destination.post(body));
    const slow = { ...d, destination: { ...d.destination, post: slowly } };
    const refused = deliver(d, records(20), 100_000, { evidence: shared });
    const other = deliver(slow, [record(20), record(21)], 100_000, { evidence: shared });
    gate.resolve();
    expect((await refused).culprits).toHaveLength(20);
    expect((await other).accepted).toBe(2);
    // The configuration has been changed since: also the record that was accepted is refused now.
    const later = await deliver(azure(() => bad).d, records(20), 100_000, { evidence: shared });
    expect(later).toMatchObject({ fault: { verdict: 'denied' }, culprits: [] });
  });

  test('deliveries that all wait for evidence do not wait for each other for ever', async () => {
    const shared = evidence();
    const all = [1, 2, 3].map(() => deliver(azure(() => bad).d, records(20), 100_000, { evidence: shared }));
    for (const delivery of await Promise.all(all)) expect(delivery.fault?.verdict).toBe('denied');
  });

  test('eight poison records in a row need evidence anew: a configuration that goes wrong meanwhile dead-letters eight at most', async () => {
    const { d } = azure((ids, call) => (call < 40 && ids.every(id => Number(id) >= 60) ? ok : bad));
    const delivery = await deliver(d, records(120), 100_000);
    expect(delivery.fault?.verdict).toBe('denied');
    expect(delivery.culprits.every(({ record: { logId } }) => Number(logId) < 60)).toBe(true);
  });

  test.each([
    ['at the beginning', (n: number) => n < 20],
    ['at the end', (n: number) => n >= 280],
    ['at both ends', (n: number) => n < 20 || n >= 280],
  ])(
    'many poison records in a row, %s, are poison still: the others are accepted',
    async (_where, isPoison) => {
      const taken: string[] = [];
      const { d } = azure(ids => {
        if (ids.some(id => isPoison(Number(id)))) return bad;
        taken.push(...ids);
        return ok;
      });
      const all = records(300).map(r => r.logId);
      const { culprits, fault } = await deliver(d, records(300), 100_000);
      expect(fault).toBeUndefined();
      const inOrder = (ids: string[]) => ids.sort((a, b) => Number(a) - Number(b));
      expect(inOrder([...new Set(taken)])).toEqual(all.filter(id => !isPoison(Number(id))));
      // Of those one may be posted again for each eight in a row, as evidence of now.
      expect(taken.length - new Set(taken).size).toBeLessThanOrEqual(3);
      expect(inOrder(culprits.map(c => c.record.logId))).toEqual(all.filter(id => isPoison(Number(id))));
    },
  );

  test('what is too large is split until it fits; a record too large alone is a culprit when others are accepted', async () => {
    const { d, posts } = azure(() => ok, bodyOf(records(6)).length);
    const delivery = await deliver(d, records(40), 100_000);
    expect(delivery).toMatchObject({ accepted: 40, culprits: [] });
    expect(posts.length).toBeGreaterThan(7);
    const large = { logId: 'l', json: Buffer.from(JSON.stringify({ LogId: 'l', Text: 'x'.repeat(9000) })) };
    const { culprits, accepted } = await deliver(azure(() => ok, 5000).d, [record(1), large], 100_000);
    expect([accepted, culprits[0]?.record.logId, culprits[0]?.reason.status]).toEqual([1, 'l', 413]);
    const alone = await deliver(azure(() => ok, 5).d, records(1), 100_000);
    expect(alone).toMatchObject({ fault: { verdict: 'denied', status: 413 }, culprits: [] });
  });

  test('a passing fault is retried with growing jittered waits until it is gone', async () => {
    const { d, waits } = azure((_, call) => (call < 3 ? busy : ok));
    expect(await deliver(d, records(5), 100_000)).toMatchObject({ accepted: 5, posts: 4 });
    expect(waits).toEqual([500, 1000, 2000]);
  });

  test('a lasting fault ends after five posts, all pending', async () => {
    const { d } = azure(() => busy);
    const delivery = await deliver(d, records(5), 100_000);
    expect(delivery).toMatchObject({ accepted: 0, posts: 5, fault: { verdict: 'unavailable', status: 503 } });
    expect(delivery.pending).toHaveLength(5);
  });

  test('Retry-After is waited for inside the deadline, and ends the delivery when it is longer', async () => {
    const throttle = (retryAfterMs: number): PostAnswer => ({ kind: 'answered', status: 429, retryAfterMs });
    const short = azure((_, call) => (call === 0 ? throttle(9000) : ok));
    expect(await deliver(short.d, records(5), 100_000)).toMatchObject({ accepted: 5 });
    expect(short.waits[0]).toBeGreaterThanOrEqual(9000);
    const long = azure(() => throttle(200_000));
    expect(await deliver(long.d, records(5), 100_000)).toMatchObject({
      posts: 1,
      fault: { verdict: 'throttled' },
    });
    expect(long.waits).toEqual([]);
  });

  test('refused credentials are refreshed once and only once', async () => {
    const denied: PostAnswer = { kind: 'answered', status: 403, code: 'InvalidAuthorization' };
    const cured = azure((_, call) => (call === 0 ? denied : ok));
    expect(await deliver(cured.d, records(5), 100_000)).toMatchObject({ accepted: 5, posts: 2 });
    expect(cured.refreshes()).toBe(1);
    const lasting = azure(() => denied);
    expect(await deliver(lasting.d, records(5), 100_000)).toMatchObject({
      // Again after the refresh, and each record alone: one of them may be refused for what it holds.
      posts: 7,
      fault: { verdict: 'denied' },
    });
    expect(lasting.refreshes()).toBe(1);
  });

  test('a fault in the middle of a bisection leaves exactly what is neither accepted nor a culprit pending', async () => {
    const { d } = azure((ids, call) => (call > 8 ? busy : ids.includes('2') ? bad : ok));
    const delivery = await deliver(d, records(64), 100_000, { maxAttempts: 1 });
    const pending = delivery.pending.map(r => r.logId);
    expect(delivery.accepted + delivery.culprits.length + pending.length).toBe(64);
    expect(pending).toEqual([...pending].sort((a, b) => Number(a) - Number(b)));
  });

  test('no post is begun in the last second', async () => {
    const { d, posts } = azure(() => ok);
    expect(await deliver(d, records(5), 900)).toMatchObject({
      posts: 0,
      fault: { verdict: 'unavailable', code: 'OUT_OF_TIME' },
    });
    expect(posts).toEqual([]);
  });

  test('whatever Azure answers, every record ends in exactly one place', async () => {
    const answers = fc.array(
      fc.constantFrom(ok, ok, ok, bad, busy, { kind: 'answered', status: 413 } as const),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(answers, fc.integer({ min: 1, max: 50 }), async (script, count) => {
        const taken = new Map<string, number>();
        const { d } = azure((ids, call) => {
          const answer = script[call % script.length]!;
          if (answer === ok) for (const id of ids) taken.set(id, (taken.get(id) ?? 0) + 1);
          return answer;
        });
        const delivery = await deliver(d, records(count), 1_000_000);
        const places = [
          ...[...taken].flatMap(([id, times]) => Array<string>(times).fill(id)),
          ...delivery.culprits.map(c => c.record.logId),
          ...(delivery.fault?.verdict === 'denied' ? [] : delivery.pending.map(r => r.logId)),
        ];
        if (delivery.fault?.verdict === 'denied') expect(delivery.pending).toHaveLength(count);
        else
          expect(places.sort()).toEqual(
            records(count)
              .map(r => r.logId)
              .sort(),
          );
      }),
    );
  });
});
