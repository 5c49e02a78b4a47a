import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { startAzure } from '../../../simulator/azure/server.ts';
import { askToken, azureForTest, type Changes, NOW, newToken } from './calls.ts';
import { ingest, ingestionCode } from './logs-ingestion-calls.ts';

const RECORD = { LogId: 'a', TimeGenerated: new Date(NOW).toISOString() };
const LIMIT = 1_048_576;

async function refusal(changes: Changes, body: unknown = [RECORD]): Promise<readonly [number, unknown]> {
  const azure = await azureForTest();
  const answered = await ingest(azure, body, changes);
  expect(azure.received.records).toBe(0);
  expect(azure.received.acceptedPosts).toBe(0);
  expect(azure.received.refusals).toEqual({ [String(ingestionCode(answered))]: 1 });
  return [answered.status, ingestionCode(answered)];
}

test('a proper post is answered 204 without a body, and its records are rows', async () => {
  const azure = await azureForTest();
  expect(await ingest(azure, [RECORD, { ...RECORD, LogId: 'b' }])).toEqual({ status: 204, text: '' });
  expect(azure.received.kept).toEqual([RECORD, { ...RECORD, LogId: 'b' }]);
});

describe('the token', () => {
  test.each<[string, string | undefined]>([
    ['missing', undefined],
    ['of another scheme', 'SharedKey a:b'],
    ['made up', 'Bearer simulated-entra-token-made-up'],
  ])('%s is 401', async (_, authorization) => {
    expect(await refusal({ headers: { authorization } })).toEqual([401, 'InvalidToken']);
  });

  test('works again and again until its 3599 seconds are over', async () => {
    let now = NOW;
    const azure = await azureForTest({ now: () => now });
    const headers = { authorization: `Bearer ${await newToken(azure)}` };
    const status = async () => (await ingest(azure, [], { headers })).status;
    expect([await status(), await status()]).toEqual([204, 204]);
    now = NOW + 3_598_999;
    expect(await status()).toBe(204);
    now = NOW + 3_599_000;
    expect(await status()).toBe(401);
  });

  test('is 401 after expireTokens, and a new one works', async () => {
    const azure = await azureForTest();
    const headers = { authorization: `Bearer ${await newToken(azure)}` };
    azure.expireTokens();
    expect((await ingest(azure, [RECORD], { headers })).status).toBe(401);
    expect((await ingest(azure, [RECORD])).status).toBe(204);
  });

  test('for another audience is 401', async () => {
    const azure = await azureForTest({
      entra: { scope: 'https://management.azure.com/.default' },
      ingestionScope: 'https://monitor.azure.com/.default',
    });
    const refused = await ingest(azure, [RECORD]);
    expect([refused.status, ingestionCode(refused)]).toEqual([401, 'InvalidAudience']);
  });

  test('of another cloud works there', async () => {
    const scope = 'https://monitor.azure.us/.default';
    const azure = await azureForTest({ entra: { scope } });
    expect((await ingest(azure, [RECORD])).status).toBe(204);
    expect((await askToken(azure, { scope: 'https://monitor.azure.com/.default' })).status).toBe(400);
  });
});

describe('the address and the headers', () => {
  const DCR = 'dcr-5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e';
  const path = (dcr: string, stream: string, query = '?api-version=2023-01-01') =>
    `/dataCollectionRules/${dcr}/streams/${stream}${query}`;
  const STREAM = 'Custom-Auth0Logs_CL';
  test.each<[string, Changes, number, string]>([
    ['an unknown DCR', { path: path(`dcr-${'0'.repeat(32)}`, STREAM) }, 404, 'NotFound'],
    ['an unknown stream', { path: path(DCR, 'Custom-Other_CL') }, 400, 'InvalidStream'],
    ['no api-version', { path: path(DCR, STREAM, '') }, 400, 'MissingApiVersion'],
    ['another api-version', { path: path(DCR, STREAM, '?api-version=2016-04-01') }, 400, 'InvalidApiVersion'],
    ['no content type', { headers: { 'content-type': undefined } }, 400, 'InvalidContentType'],
    ['plain text', { headers: { 'content-type': 'text/plain' } }, 400, 'InvalidContentType'],
    ['deflate', { headers: { 'content-encoding': 'deflate' } }, 400, 'InvalidContentEncoding'],
  ])('%s is refused', async (_, changes, status, code) => {
    expect(await refusal(changes)).toEqual([status, code]);
  });

  test('a charset of UTF-8 in the content type is accepted', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await ingest(await azureForTest(), [RECORD], { headers })).status).toBe(204);
  });

  test('another path is 404 and another method 405', async () => {
    const azure = await azureForTest();
    expect((await ingest(azure, [RECORD], { path: `/dataCollectionRules/${DCR}` })).status).toBe(404);
    expect((await fetch(azure.url + path(DCR, STREAM))).status).toBe(405);
    expect(azure.received.posts).toBe(0);
  });
});

describe('the body', () => {
  const gzip = { headers: { 'content-encoding': 'gzip' } };

  test('may be gzip: both sizes are known', async () => {
    const azure = await azureForTest();
    const raw = JSON.stringify([{ ...RECORD, Description: 'x'.repeat(10_000) }]);
    const zipped = gzipSync(raw);
    expect((await ingest(azure, zipped, gzip)).status).toBe(204);
    expect(azure.received.has('a')).toBe(true);
    expect(azure.received).toMatchObject({
      bytes: zipped.length,
      largestPostBytes: zipped.length,
      largestRawBytes: raw.length,
    });
  });

  test('that is not the gzip it says it is is refused', async () => {
    expect(await refusal(gzip, [RECORD])).toEqual([400, 'InvalidPayload']);
  });

  test.each<[string, unknown]>([
    ['broken JSON', '[{'],
    ['nothing', ''],
    ['text', '"text"'],
    ['null', 'null'],
    ['an array with something else in it', [RECORD, 1]],
    ['bytes that are not UTF-8', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d])],
  ])('of %s is refused', async (_, body) => {
    expect(await refusal({}, body)).toEqual([400, 'InvalidPayload']);
  });

  test('of a bare object is answered 204 and gives no row, which is counted', async () => {
    const azure = await azureForTest();
    expect((await ingest(azure, RECORD)).status).toBe(204);
    expect(azure.received).toMatchObject({ records: 0, bareObjects: 1, acceptedPosts: 1 });
    expect(azure.received.has('a')).toBe(false);
  });

  test('with the poison mark in any record is refused wholly, in gzip too', async () => {
    const body = [RECORD, { ...RECORD, Details: { deep: ['simulated-poison-record'] } }];
    expect(await refusal({}, body)).toEqual([400, 'InvalidRecord']);
    expect(await refusal(gzip, gzipSync(JSON.stringify(body)))).toEqual([400, 'InvalidRecord']);
  });

  const padded = (bytes: number) => `[{"LogId":"a"}]${' '.repeat(bytes - 15)}`;

  test('of exactly 1 MiB is accepted, and of one byte more answered 413 with the limit', async () => {
    const azure = await azureForTest();
    expect((await ingest(azure, padded(LIMIT))).status).toBe(204);
    const refused = await ingest(azure, padded(LIMIT + 1));
    expect([refused.status, ingestionCode(refused)]).toEqual([413, 'ContentLengthLimitExceeded']);
    expect(refused.text).toContain('1048576');
    expect(azure.received.records).toBe(1);
  });

  test('that is small in gzip and one byte too large without it is answered 413', async () => {
    const azure = await azureForTest();
    expect((await ingest(azure, gzipSync(padded(LIMIT)), gzip)).status).toBe(204);
    const refused = await ingest(azure, gzipSync(padded(LIMIT + 1)), gzip);
    expect([refused.status, ingestionCode(refused)]).toEqual([413, 'ContentLengthLimitExceeded']);
  });

  test('has limits that can be set apart', async () => {
    const azure = await azureForTest({ logsIngestionMaxBytes: 100, logsIngestionMaxRawBytes: 50 * LIMIT });
    expect((await ingest(azure, padded(101))).status).toBe(413);
    expect((await ingest(azure, gzipSync(padded(101)), gzip)).status).toBe(204);
    const other = await azureForTest({ logsIngestionMaxRawBytes: 100 });
    expect((await ingest(other, padded(100))).status).toBe(204);
    expect((await ingest(other, padded(101))).status).toBe(413);
  });
});

describe('what becomes of a record', () => {
  test('undeclared fields are dropped silently and counted by name', async () => {
    const azure = await azureForTest({ declaredColumns: ['TimeGenerated', 'LogId'] });
    const body = [
      { ...RECORD, Extra: 1, constructor: 2 },
      { ...RECORD, LogId: 'b', Extra: null },
    ];
    expect((await ingest(azure, body)).status).toBe(204);
    expect(azure.received.droppedColumns).toEqual({ Extra: 2, constructor: 1 });
    expect(azure.received.kept).toEqual([RECORD, { ...RECORD, LogId: 'b' }]);
  });

  test('a time beyond two days old or one day ahead is replaced and counted, within it stays', async () => {
    const azure = await azureForTest();
    const DAY = 86_400_000;
    const at = (offsetMs: number) => ({ TimeGenerated: new Date(NOW + offsetMs).toISOString() });
    const inside = [at(-2 * DAY), at(DAY)];
    await ingest(azure, [...inside, at(-2 * DAY - 1), at(DAY + 1)]);
    expect(azure.received.replacedTimes).toBe(2);
    expect(azure.received.kept).toEqual([...inside, at(0), at(0)]);
  });

  test('a missing or unreadable time is the time of receipt, and counted', async () => {
    const azure = await azureForTest();
    await ingest(azure, [{}, { TimeGenerated: null }, { TimeGenerated: 'today' }]);
    expect(azure.received.missingTimes).toBe(3);
    expect(azure.received.kept).toEqual(Array(3).fill({ TimeGenerated: RECORD.TimeGenerated }));
  });

  test('a value of 64 KiB stays whole, a longer one is cut and counted', async () => {
    const azure = await azureForTest();
    await ingest(azure, [{ ...RECORD, Fits: 'x'.repeat(65_536), Long: 'x'.repeat(65_537) }]);
    expect(azure.received.truncatedFields).toBe(1);
    expect(azure.received.kept[0]?.['Fits']).toHaveLength(65_536);
    expect(azure.received.kept[0]?.['Long']).toHaveLength(65_536);
  });
});

test.each(['Title', 'TenantId', '_hidden', '1st', 'with space', 'a'.repeat(46)])(
  'a stream cannot declare the column %j: the simulator does not start',
  async name => {
    await expect(startAzure({ declaredColumns: ['LogId', name] })).rejects.toThrow(JSON.stringify(name));
  },
);
