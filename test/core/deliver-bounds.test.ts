/** What a delivery costs, and what it takes for evidence. */

import { describe, expect, test } from 'vitest';
import { type Culprit, deliver } from '../../lambda/core/deliver.ts';
import { evidence } from '../../lambda/core/evidence.ts';
import type { PostAnswer, SerializedRecord } from '../../lambda/core/model.ts';
import { PLAIN } from './meanings.ts';
import { TYPED } from './record/forms.ts';

const record = (n: number): SerializedRecord => ({
  logId: String(n),
  json: Buffer.from(JSON.stringify({ LogId: String(n) })),
});
const records = (count: number) => Array.from({ length: count }, (_, n) => record(n));
const ok: PostAnswer = { kind: 'answered', status: 200 };
const bad: PostAnswer = { kind: 'answered', status: 400, code: 'InvalidDataFormat' };
const busy: PostAnswer = { kind: 'answered', status: 503 };
const foreign: PostAnswer = { kind: 'answered', status: 203 };

/** Azure behind its port, in virtual time; each post is made of ids. */
function azure(answer: (ids: number[], call: number) => PostAnswer | Promise<PostAnswer>) {
  const posts: number[][] = [];
  let nowMs = 0;
  return {
    posts,
    d: {
      clock: {
        now: () => nowMs,
        sleep: async (ms: number) => {
          nowMs += ms;
        },
      },
      random: () => 0,
      destination: {
        form: TYPED,
        meaning: PLAIN,
        isCompressed: false,
        maxBatchBytes: 1_000_000,
        maxInFlight: 1,
        refresh: () => undefined,
        post: async (body: Buffer) => {
          const ids = (JSON.parse(body.toString()) as { LogId: string }[]).map(r => Number(r.LogId));
          posts.push(ids);
          return answer(ids, posts.length - 1);
        },
      },
    },
  };
}
const elsewhere = 999;
const asking = (asked: { times: number }) => async () => {
  asked.times++;
  return record(elsewhere);
};

describe('what a delivery costs', () => {
  test('a configuration fault: the batch, a sample of eight spread over it, and one record from elsewhere', async () => {
    const { d, posts } = azure(() => bad);
    const asked = { times: 0 };
    await deliver(d, records(80), 100_000, { another: asking(asked) });
    expect(posts.slice(1)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, elsewhere].map(id => [id]));
    expect(asked.times).toBe(1);
  });

  test('one record at fault: it is halved down to, and the sample ends with the first evidence', async () => {
    const { d, posts } = azure(ids => (ids.includes(5) ? bad : ok));
    const { culprits } = await deliver(d, records(8), 100_000);
    expect(culprits.map(one => one.record.logId)).toEqual(['5']);
    expect(posts).toEqual([[0, 1, 2, 3, 4, 5, 6, 7], [0], [1, 2, 3], [4, 5, 6, 7], [4, 5], [4], [5], [6, 7]]);
  });

  test('what is too large is halved without a sample', async () => {
    const { d, posts } = azure(ids => (ids.length > 2 ? { kind: 'answered', status: 413 } : ok));
    await deliver(d, records(6), 100_000);
    expect(posts).toEqual([[0, 1, 2, 3, 4, 5], [0, 1, 2], [0], [1, 2], [3, 4, 5], [3], [4, 5]]);
  });

  test('a batch of poison alone: eight records for each look elsewhere', async () => {
    const { d, posts } = azure(ids => (ids[0] === elsewhere ? ok : bad));
    const asked = { times: 0 };
    const puts: string[][] = [];
    const putAside = async (found: readonly Culprit[]) => {
      puts.push(found.map(one => one.record.logId));
      return undefined;
    };
    const delivery = await deliver(d, records(20), 100_000, { another: asking(asked), putAside });
    expect(delivery).toMatchObject({ accepted: 0, pending: [], head: 20, posts: posts.length });
    expect(puts.flat().sort((a, b) => Number(a) - Number(b))).toEqual(records(20).map(r => r.logId));
    for (const put of puts) expect(put).toEqual([...put].sort((a, b) => Number(a) - Number(b)));
    // After the first look elsewhere that record is known, and asked for no more.
    expect([puts.map(put => put.length), asked.times]).toEqual([[8, 8, 4], 1]);
    expect(posts.length).toBeLessThanOrEqual(1 + 20 + 2 * puts.length + 12);
  });
});

describe('evidence', () => {
  test('a fault in the sample ends the delivery as such, and blames no configuration', async () => {
    const { d } = azure((_, call) => (call === 0 ? bad : busy));
    const delivery = await deliver(d, records(20), 100_000, { maxAttempts: 1 });
    expect(delivery).toMatchObject({
      fault: { verdict: 'unavailable', status: 503 },
      posts: 2,
      culprits: [],
    });
    expect(delivery.pending).toHaveLength(20);
  });

  test('another delivery that is still on its way is waited for, before anything is asked elsewhere', async () => {
    const shared = evidence();
    const gate = Promise.withResolvers<PostAnswer>();
    const { d, posts } = azure(() => bad);
    const asked = { times: 0 };
    const options = { evidence: shared, another: asking(asked) };
    const refused = deliver(d, records(3), 100_000, options);
    const other = deliver(azure(() => gate.promise).d, [record(50)], 100_000, { evidence: shared });
    // All of its own records were posted; only the other delivery is evidence.
    while (posts.length < 4) await new Promise(resolve => setImmediate(resolve));
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));
    expect([posts.length, asked.times]).toEqual([4, 0]);
    gate.resolve(ok);
    expect((await refused).culprits).toHaveLength(3);
    expect([(await other).accepted, asked.times]).toEqual([1, 0]);
  });

  test('what the culprits’ queue says ends the delivery, and they stay pending', async () => {
    const { d } = azure(ids => (ids.includes(3) ? bad : ok));
    const delivery = await deliver(d, records(6), 100_000, { putAside: async () => 'it is down' });
    expect(delivery).toMatchObject({
      culprits: [],
      fault: { verdict: 'unavailable', code: 'QUEUE_UNREACHABLE', message: 'it is down' },
      isLocal: false,
    });
    expect(delivery.pending.map(r => r.logId)).toContain('3');
    expect(delivery.accepted + delivery.pending.length).toBe(6);
    expect(delivery.head).toBeLessThanOrEqual(3);
  });

  test('no culprits, no put', async () => {
    let puts = 0;
    const putAside = async () => {
      puts++;
      return undefined;
    };
    const { d } = azure((_, call) => (call === 0 ? bad : ok));
    expect(await deliver(d, records(6), 100_000, { putAside })).toMatchObject({ accepted: 6, pending: [] });
    expect(puts).toBe(0);
  });

  test('the blame keeps what Azure said', async () => {
    const said = { ...bad, message: 'no such column' } as PostAnswer;
    const { fault } = await deliver(azure(() => said).d, records(3), 100_000);
    expect(fault).toMatchObject({ verdict: 'denied', status: 400, code: 'InvalidDataFormat' });
    expect(fault?.message).toMatch(
      /^Azure rejects these records and all others, .* no such column; check the table and /,
    );
    const forbidden = await deliver(azure(() => ({ kind: 'answered', status: 403 })).d, records(3), 100_000);
    expect(forbidden.fault).toEqual({ verdict: 'denied', status: 403, message: 'Azure answered 403' });
  });
});

describe('an answer that is not Azure’s', () => {
  const isFor = (n: number) => (ids: number[]) => (ids.includes(n) ? foreign : ok);

  test('is with this batch’s way alone when a record from elsewhere is accepted', async () => {
    const { d, posts } = azure(isFor(3));
    const delivery = await deliver(d, records(6), 100_000, { another: async () => record(elsewhere) });
    expect(delivery).toMatchObject({ fault: { verdict: 'intercepted' }, isLocal: true });
    expect([delivery.pending.length, posts.length]).toEqual([6, 2]);
  });

  test('is with everything when that is not accepted either, or when there is none', async () => {
    for (const another of [async () => record(elsewhere), async () => undefined]) {
      const delivery = await deliver(azure(() => foreign).d, records(6), 100_000, { another });
      expect(delivery).toMatchObject({ fault: { verdict: 'intercepted' }, isLocal: false });
    }
  });

  test('is with this record’s way alone when another one of the batch is accepted, which then is settled', async () => {
    const { d, posts } = azure(isFor(3));
    const delivery = await deliver(d, records(6), 100_000);
    expect(delivery).toMatchObject({
      fault: { verdict: 'intercepted' },
      isLocal: true,
      accepted: 1,
      head: 1,
    });
    expect(delivery.pending.map(r => r.logId)).toEqual(['1', '2', '3', '4', '5']);
    expect(posts).toEqual([[0, 1, 2, 3, 4, 5], [0]]);
  });

  test('a batch of one record has no other', async () => {
    const { d, posts } = azure(() => foreign);
    expect(await deliver(d, records(1), 100_000)).toMatchObject({ isLocal: false });
    expect(posts).toHaveLength(1);
  });

  test('an outage is never with one batch alone, and nothing is asked elsewhere', async () => {
    const asked = { times: 0 };
    const { d, posts } = azure(ids => (ids[0] === elsewhere ? ok : busy));
    const delivery = await deliver(d, records(6), 100_000, { another: asking(asked), maxAttempts: 1 });
    expect(delivery).toMatchObject({ fault: { verdict: 'unavailable' }, isLocal: false });
    expect([asked.times, posts.length]).toEqual([0, 1]);
  });
});
