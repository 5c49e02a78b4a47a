import { expect, test } from 'vitest';
import { azureForTest, bytesOf, collect, ingest } from './calls.ts';

test('both APIs count into one: posts, bytes, records, unique ones and duplicates', async () => {
  const azure = await azureForTest();
  const first = [{ LogId: 'a' }, { LogId: 'b' }, { LogId: 'a' }];
  const second = [{ LogId: 'b' }, { LogId: 'c' }];
  await collect(azure, first);
  await ingest(azure, second);
  const { received } = azure;
  expect(received).toMatchObject({ posts: 2, acceptedPosts: 2, records: 5, unique: 3, duplicates: 2 });
  expect(received.bytes).toBe(bytesOf(first).length + bytesOf(second).length);
  expect(received.largestPostBytes).toBe(bytesOf(first).length);
  expect([...received.logIds()]).toEqual(['a', 'b', 'c']);
  expect(['a', 'b', 'c', 'd'].map(received.count)).toEqual([2, 2, 1, 0]);
  expect(['c', 'd'].map(received.has)).toEqual([true, false]);
});

test('a record without a LogId in text is a row, and neither unique nor a duplicate', async () => {
  const azure = await azureForTest();
  await collect(azure, [{ EventType: 's' }, { LogId: 9e55 }, { LogId: null }, { LogId: 'a' }]);
  expect(azure.received).toMatchObject({ records: 4, unique: 1, duplicates: 0, withoutLogId: 3 });
});

test('records are kept only when asked for', async () => {
  const azure = await azureForTest({ keepRecords: false });
  await collect(azure, [{ LogId: 'a' }]);
  expect(azure.received.kept).toEqual([]);
  expect(azure.received.has('a')).toBe(true);
});
