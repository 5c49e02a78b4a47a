import { describe, expect, test } from 'vitest';
import { KINDS, type Kind } from '../../../simulator/azure/apis.ts';
import type { AzureSimulator } from '../../../simulator/azure/server.ts';
import { SAMPLES } from '../../destinations/samples.ts';
import { azureForTest, bytesOf, call } from './calls.ts';

async function request(azure: AzureSimulator, records: object, kind: Kind) {
  const { path, headers, body } = await SAMPLES[kind].request(azure, bytesOf(records));
  return { status: (await call(azure.url + path, headers, body)).status, bytes: body.length };
}

async function statusOf(azure: AzureSimulator, records: object, kind: Kind): Promise<number> {
  return (await request(azure, records, kind)).status;
}

/** Returns the bytes on the wire. */
async function post(azure: AzureSimulator, records: object, kind: Kind = KINDS[0]): Promise<number> {
  const { status, bytes } = await request(azure, records, kind);
  expect(status).toBe(SAMPLES[kind].status);
  return bytes;
}

test('all APIs count into one: posts, bytes, records, unique ones and duplicates', async () => {
  const azure = await azureForTest();
  const first = [{ LogId: 'a' }, { LogId: 'b' }, { LogId: 'a' }];
  const second = [{ LogId: 'b' }, { LogId: 'c' }];
  const bytes = [await post(azure, first), await post(azure, second, KINDS.at(-1))];
  const { received } = azure;
  expect(received).toMatchObject({ posts: 2, acceptedPosts: 2, records: 5, unique: 3, duplicates: 2 });
  expect([received.bytes, received.largestPostBytes]).toEqual([bytes[0]! + bytes[1]!, Math.max(...bytes)]);
  expect([...received.logIds()]).toEqual(['a', 'b', 'c']);
  expect(['a', 'b', 'c', 'd'].map(received.count)).toEqual([2, 2, 1, 0]);
  expect(['c', 'd'].map(received.has)).toEqual([true, false]);
});

test('a record without a LogId in text is a row, and neither unique nor a duplicate', async () => {
  const azure = await azureForTest();
  await post(azure, [{ EventType: 's' }, { LogId: 9e55 }, { LogId: null }, { LogId: 'a' }]);
  expect(azure.received).toMatchObject({ records: 4, unique: 1, duplicates: 0, withoutLogId: 3 });
});

test('records are kept only when asked for', async () => {
  const azure = await azureForTest({ keepRecords: false });
  await post(azure, [{ LogId: 'a' }]);
  expect(azure.received.kept).toEqual([]);
  expect(azure.received.has('a')).toBe(true);
});

describe.each(KINDS)('the poison mark at %s', kind => {
  const { status } = SAMPLES[kind];

  test('may be another, or none', async () => {
    const azure = await azureForTest({ poisonMark: 'BAD' });
    expect(await statusOf(azure, [{ LogId: 'simulated-poison-record' }], kind)).toBe(status);
    expect(await statusOf(azure, [{ LogId: 'BAD' }], kind)).toBe(400);
    expect(await statusOf(await azureForTest({ poisonMark: '' }), [{ LogId: 'a' }], kind)).toBe(status);
  });

  test('refuses nothing any more after acceptPoison, until refusePoison', async () => {
    const azure = await azureForTest();
    const poison = [{ LogId: 'simulated-poison-record' }];
    expect(await statusOf(azure, poison, kind)).toBe(400);
    azure.acceptPoison();
    expect(await statusOf(azure, poison, kind)).toBe(status);
    azure.refusePoison();
    expect(await statusOf(azure, poison, kind)).toBe(400);
  });
});
