import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { type Answered, azureForTest, type Changes, NOW } from './calls.ts';
import { collect, collectHeaders, collectorCode, sign } from './data-collector-calls.ts';

const RECORD = { LogId: 'a', EventType: 's' };

/** The answer to one record under these changes, and whether it was accepted. */
async function tried(changes: Changes, body: unknown = [RECORD]) {
  const azure = await azureForTest();
  const answered = await collect(azure, body, changes);
  return { answered, received: azure.received };
}

async function refusal(changes: Changes, body?: unknown): Promise<readonly [number, unknown]> {
  const { answered, received } = await tried(changes, body);
  expect(received.records).toBe(0);
  expect(received.acceptedPosts).toBe(0);
  expect(received.refusals).toEqual({ [String(collectorCode(answered))]: 1 });
  return [answered.status, collectorCode(answered)];
}

describe('the signature', () => {
  // A public test constant, agreed upon by two independent implementations.
  const vector = {
    key: 'SERsIYhgMVlJB6uPsq49gCxNiruf6v0vhMYE+lfzbSGcXjdViZdV/e5pEMTYtw9f8SkVLf4LFlLCc2KxtRZfCA==',
    date: 'Mon, 04 Apr 2016 08:00:00 GMT',
    bytes: 1024,
    signature: '9WOOz5W3lYV8+wcm1hn0Z+Qbwms0CpeReXxZI4uyNik=',
  };

  test('of the published vector is accepted, and one letter of it changed is refused', async () => {
    const azure = await azureForTest({ sharedKeys: [vector.key], now: () => Date.parse(vector.date) });
    const frame = JSON.stringify([{ LogId: '' }]);
    const body = JSON.stringify([{ LogId: 'x'.repeat(vector.bytes - frame.length) }]);
    expect(Buffer.byteLength(body)).toBe(vector.bytes);
    const send = (signature: string) =>
      collect(azure, body, {
        date: vector.date,
        headers: { authorization: `SharedKey ${azure.settings.workspaceId}:${signature}` },
      });
    expect((await send(vector.signature)).status).toBe(200);
    expect((await send(vector.signature.replace('9', '8'))).status).toBe(403);
    expect(azure.received.records).toBe(1);
  });

  test('covers the length in bytes: one over the length in characters is refused', async () => {
    const azure = await azureForTest();
    const body = JSON.stringify([{ LogId: 'ü€😀' }]);
    const date = new Date(NOW).toUTCString();
    const wrong = sign(azure.settings.sharedKeys[0]!, body.length, date);
    const authorization = `SharedKey ${azure.settings.workspaceId}:${wrong}`;
    const refused = await collect(azure, body, { headers: { authorization } });
    expect([refused.status, collectorCode(refused)]).toEqual([403, 'InvalidAuthorization']);
    expect((await collect(azure, body)).status).toBe(200);
    expect(azure.received.has('ü€😀')).toBe(true);
  });

  test('may be by any accepted key, and by none of the old ones after a rotation', async () => {
    const [first, second, third] = ['one', 'two', 'three'].map(name => Buffer.from(name).toString('base64'));
    const azure = await azureForTest({ sharedKeys: [first!, second!] });
    const statuses = async () => {
      const all: number[] = [];
      for (const key of [first, second, third]) all.push((await collect(azure, [RECORD], { key })).status);
      return all;
    };
    expect(await statuses()).toEqual([200, 200, 403]);
    azure.setSecret(third!);
    expect(await statuses()).toEqual([403, 403, 200]);
  });

  test('needs the scheme SharedKey and the right workspace', async () => {
    expect(await refusal({ headers: { authorization: undefined } })).toEqual([403, 'InvalidAuthorization']);
    expect(await refusal({ headers: { authorization: 'Bearer x' } })).toEqual([403, 'InvalidAuthorization']);
    const other = 'SharedKey 00000000-0000-0000-0000-000000000000:c2ln';
    expect(await refusal({ headers: { authorization: other } })).toEqual([400, 'InvalidCustomerId']);
  });

  test('needs a Content-Length header', async () => {
    const azure = await azureForTest();
    const body = Buffer.from(JSON.stringify([RECORD]));
    const headers = { ...collectHeaders(azure, body), 'transfer-encoding': 'chunked' };
    const answered = await new Promise<Answered>((resolve, reject) => {
      const sent = request(`${azure.url}/api/logs?api-version=2016-04-01`, { method: 'POST', headers });
      sent.on('error', reject);
      sent.on('response', async response => {
        let text = '';
        for await (const part of response) text += part;
        resolve({ status: response.statusCode ?? 0, text });
      });
      sent.end(body);
    });
    expect([answered.status, collectorCode(answered)]).toEqual([403, 'InvalidAuthorization']);
  });

  test('that an earlier post had is counted, even when the earlier post met a fault, and is not refused', async () => {
    const azure = await azureForTest();
    azure.faults['data-collector'].add({ kind: 'status', status: 503 });
    expect((await collect(azure, [RECORD])).status).toBe(503);
    expect(azure.received.reusedSignatures).toBe(0);
    expect((await collect(azure, [RECORD])).status).toBe(200);
    expect(azure.received.reusedSignatures).toBe(1);
    await collect(azure, [RECORD], { date: new Date(NOW + 1000).toUTCString() });
    await collect(azure, [{ LogId: 'longer' }]);
    expect(azure.received.reusedSignatures).toBe(1);
  });

  test('is not missed twice: posts without one are not counted as reused', async () => {
    const azure = await azureForTest();
    for (let i = 0; i < 2; i++) await collect(azure, [RECORD], { headers: { authorization: undefined } });
    expect(azure.received.reusedSignatures).toBe(0);
  });
});

describe('x-ms-date', () => {
  const MINUTE = 60_000;
  test.each([
    ['15 minutes old', -15 * MINUTE, 200],
    ['15 minutes ahead', 15 * MINUTE, 200],
    ['a second older than that', -15 * MINUTE - 1000, 403],
    ['a second further ahead than that', 15 * MINUTE + 1000, 403],
  ])('%s', async (_, offsetMs, status) => {
    const { answered } = await tried({ date: new Date(NOW + offsetMs).toUTCString() });
    expect(answered.status).toBe(status);
  });

  test.each([
    ['in ISO 8601', new Date(NOW).toISOString()],
    ['without its weekday', '15 May 2030 12:00:00 GMT'],
    ['with a wrong weekday', 'Mon, 15 May 2030 12:00:00 GMT'],
    ['with a zone in digits', 'Wed, 15 May 2030 12:00:00 +0000'],
    ['that is no date', 'soon'],
  ])('%s is refused, though properly signed', async (_, date) => {
    expect(await refusal({ date })).toEqual([403, 'InvalidAuthorization']);
  });

  test('must be there', async () => {
    expect(await refusal({ headers: { 'x-ms-date': undefined } })).toEqual([403, 'InvalidAuthorization']);
  });
});

describe('address and headers', () => {
  test.each<[string, Changes, number, string]>([
    ['no api-version', { path: '/api/logs' }, 400, 'MissingApiVersion'],
    ['another api-version', { path: '/api/logs?api-version=2020-01-01' }, 400, 'InvalidApiVersion'],
    ['no content type', { headers: { 'content-type': undefined } }, 400, 'MissingContentType'],
    [
      'a charset',
      { headers: { 'content-type': 'application/json; charset=utf-8' } },
      400,
      'UnsupportedContentType',
    ],
    ['plain text', { headers: { 'content-type': 'text/plain' } }, 400, 'UnsupportedContentType'],
    ['gzip', { headers: { 'content-encoding': 'gzip' } }, 400, 'InvalidDataFormat'],
    ['no Log-Type', { headers: { 'log-type': undefined } }, 400, 'MissingLogType'],
    ['a hyphen in Log-Type', { headers: { 'log-type': 'Auth0-Logs' } }, 400, 'InvalidLogType'],
    ['101 characters of Log-Type', { headers: { 'log-type': 'a'.repeat(101) } }, 400, 'InvalidLogType'],
  ])('%s is refused', async (_, changes, status, code) => {
    expect(await refusal(changes)).toEqual([status, code]);
  });

  test('a Log-Type of 100 letters, digits and underscores is accepted', async () => {
    const { answered } = await tried({ headers: { 'log-type': `A_1${'a'.repeat(97)}` } });
    expect(answered.status).toBe(200);
  });

  test('the option logTypes refuses every other Log-Type', async () => {
    const azure = await azureForTest({ logTypes: ['Auth0'] });
    expect((await collect(azure, [RECORD])).status).toBe(200);
    expect(collectorCode(await collect(azure, [RECORD], { headers: { 'log-type': 'Other' } }))).toBe(
      'InvalidLogType',
    );
  });

  test('x-ms-AzureResourceId becomes _ResourceId', async () => {
    const { received } = await tried({ headers: { 'x-ms-AzureResourceId': '/subscriptions/one' } });
    expect(received.kept[0]?.['_ResourceId']).toBe('/subscriptions/one');
  });

  test('another path is 404 and another method 405, and neither counts as a post', async () => {
    const azure = await azureForTest();
    expect((await collect(azure, [RECORD], { path: '/api/log?api-version=2016-04-01' })).status).toBe(404);
    expect((await fetch(`${azure.url}/api/logs?api-version=2016-04-01`)).status).toBe(405);
    expect(azure.received.posts).toBe(0);
  });
});

describe('the body', () => {
  test.each<[string, unknown]>([
    ['broken JSON', '[{"LogId":"a"}'],
    ['nothing', ''],
    ['an object', RECORD],
    ['an array with something else in it', [RECORD, 'text']],
    ['an array with null in it', [RECORD, null]],
    ['an array of arrays', [[RECORD]]],
    ['bytes that are not UTF-8', Buffer.from([...Buffer.from('[{"LogId":"'), 0xff, ...Buffer.from('"}]')])],
  ])('of %s is refused', async (_, body) => {
    expect(await refusal({}, body)).toEqual([400, 'InvalidDataFormat']);
  });

  test('of an empty array is accepted and gives no row', async () => {
    const { answered, received } = await tried({}, []);
    expect([answered.status, received.records, received.acceptedPosts]).toEqual([200, 0, 1]);
  });

  test.each([
    'tenant',
    'TimeGenerated',
    'RawData',
    'with space',
    'with-hyphen',
    'ünicode',
    '',
    'a'.repeat(46),
  ])('with the property %j is refused, wholly', async name => {
    expect(await refusal({}, [RECORD, { LogId: 'b', [name]: 1 }])).toEqual([400, 'InvalidDataFormat']);
  });

  test('with a property name of 45 letters, digits and underscores is accepted', async () => {
    const { answered } = await tried({}, [{ [`_1${'a'.repeat(43)}`]: 'x' }]);
    expect(answered.status).toBe(200);
  });

  test('with the poison mark in any record is refused wholly', async () => {
    const nested = JSON.stringify({ deep: ['a simulated-poison-record here'] });
    expect(await refusal({}, [RECORD, { LogId: 'b', Details: nested }])).toEqual([400, 'InvalidDataFormat']);
  });

  test('of exactly 30,000,000 bytes is accepted, and of one byte more answered 404', async () => {
    const azure = await azureForTest();
    const padded = (bytes: number) => `[{"LogId":"a"}]${' '.repeat(bytes - 15)}`;
    expect((await collect(azure, padded(30_000_000))).status).toBe(200);
    expect(await collect(azure, padded(30_000_001))).toEqual({ status: 404, text: '' });
    expect(azure.received).toMatchObject({
      records: 1,
      posts: 2,
      acceptedPosts: 1,
      refusals: { TooLarge: 1 },
    });
    expect(azure.received.largestPostBytes).toBe(30_000_001);
  });

  test('above the limit meets a closed connection instead, when the option says so', async () => {
    const azure = await azureForTest({ whenTooLarge: 'cut', dataCollectorMaxBytes: 1000 });
    expect((await collect(azure, [RECORD])).status).toBe(200);
    await expect(collect(azure, [{ LogId: 'x'.repeat(1000) }])).rejects.toThrow('fetch failed');
    expect(azure.received).toMatchObject({ records: 1, posts: 2, refusals: { TooLarge: 1 } });
  });
});

describe('what becomes of a record', () => {
  test('nulls are omitted, and the time of receipt is its time when no field is named', async () => {
    const { received } = await tried({}, [{ LogId: 'a', ClientId: null }]);
    expect(received.kept).toEqual([{ LogId: 'a', TimeGenerated: new Date(NOW).toISOString() }]);
  });

  test('a value of 32,766 bytes stays whole; a longer one is cut and counted, by bytes, nested ones too', async () => {
    const { received } = await tried({}, [
      {
        LogId: 'a',
        Fits: 'x'.repeat(32_766),
        Long: 'x'.repeat(32_767),
        Wide: 'é'.repeat(16_385),
        Deep: ['y'.repeat(32_766)],
      },
    ]);
    const kept = received.kept[0]!;
    expect(received.truncatedFields).toBe(3);
    expect(kept['Fits']).toHaveLength(32_766);
    expect(kept['Long']).toHaveLength(32_766);
    expect(kept['Wide']).toBe('é'.repeat(16_383));
    expect(kept['Deep']).toBe(`["${'y'.repeat(32_764)}`);
  });

  describe('time-generated-field', () => {
    const headers = { 'time-generated-field': 'event_date' };
    const HOUR = 3_600_000;
    const stored = async (offsetMs: number) => {
      const sent = new Date(NOW + offsetMs).toISOString();
      const { received } = await tried({ headers }, [{ event_date: sent }]);
      return { kept: received.kept[0]?.['TimeGenerated'] === sent, replaced: received.replacedTimes };
    };

    test('keeps a time from two days old to one day ahead', async () => {
      expect(await stored(0)).toEqual({ kept: true, replaced: 0 });
      expect(await stored(-48 * HOUR)).toEqual({ kept: true, replaced: 0 });
      expect(await stored(24 * HOUR)).toEqual({ kept: true, replaced: 0 });
    });

    test('replaces a time beyond that by the time of receipt, and counts it', async () => {
      expect(await stored(-48 * HOUR - 1)).toEqual({ kept: false, replaced: 1 });
      expect(await stored(24 * HOUR + 1)).toEqual({ kept: false, replaced: 1 });
      const { received } = await tried({ headers }, [{ event_date: '2020-01-01T00:00:00Z' }]);
      expect(received.kept[0]?.['TimeGenerated']).toBe(new Date(NOW).toISOString());
    });

    test.each(['2030-05-15 12:00:00Z', '2030-05-15', '2030-13-15T12:00:00Z', 'today', 1_900_000_000_000])(
      'refuses a post with the time %j, which is not ISO 8601',
      async value => {
        const body = [{ event_date: new Date(NOW).toISOString() }, { event_date: value }];
        expect(await refusal({ headers }, body)).toEqual([400, 'InvalidDataFormat']);
      },
    );

    test('refuses a post when neither it nor the table has the field', async () => {
      expect(await refusal({ headers }, [RECORD])).toEqual([400, 'InvalidDataFormat']);
      const azure = await azureForTest();
      expect((await collect(azure, [{ event_date: new Date(NOW).toISOString() }], { headers })).status).toBe(
        200,
      );
      expect((await collect(azure, [RECORD], { headers })).status).toBe(200);
      expect(azure.received.missingTimes).toBe(1);
      const typo = { headers: { 'time-generated-field': 'eventdate' } };
      expect((await collect(azure, [RECORD], typo)).status).toBe(400);
    });

    test('gives a record without a value the time of receipt, and counts it', async () => {
      const { received } = await tried({ headers }, [
        { event_date: new Date(NOW - HOUR).toISOString() },
        { event_date: null },
        {},
      ]);
      expect(received.missingTimes).toBe(2);
      expect(received.kept[2]?.['TimeGenerated']).toBe(new Date(NOW).toISOString());
    });
  });
});

describe('the table', () => {
  test('has a column for each property, its type as a suffix, by the first value', async () => {
    const { received } = await tried({}, [
      {
        Text: 'a',
        Flag: true,
        Number: 1.5,
        Time: '2030-05-15T12:00:00.123Z',
        Guid: '5ca1ab1e-0000-4000-8000-000000000009',
        Nested: { a: 1 },
        Null: null,
      },
    ]);
    const columns = ['Text_s', 'Flag_b', 'Number_d', 'Time_t', 'Guid_g', 'Nested_s'];
    expect(received.tables).toEqual({ Auth0_CL: columns });
  });

  test('gets a second column for a value that does not convert, and none for one that does', async () => {
    const azure = await azureForTest();
    const columns = () => azure.received.tables['Auth0_CL'];
    await collect(azure, [{ A: 1, B: 'x', C: true, D: '2030-05-15T12:00:00Z' }]);
    await collect(azure, [{ A: '2', B: 3, C: 'false', D: '2030-05-16T12:00:00+02:00' }]);
    expect(columns()).toEqual(['A_d', 'B_s', 'C_b', 'D_t']);
    await collect(azure, [{ A: 'two', C: 1, D: 'yesterday' }]);
    expect(columns()).toEqual(['A_d', 'A_s', 'B_s', 'C_b', 'C_d', 'D_t', 'D_s']);
  });

  test('takes 500 columns over all posts, and drops the post that would bring one more, though it is answered 200', async () => {
    const azure = await azureForTest();
    const wide = (from: number, to: number) =>
      Object.fromEntries(Array.from({ length: to - from }, (_, i) => [`Column${from + i}`, 'x']));
    expect((await collect(azure, [wide(0, 300)])).status).toBe(200);
    expect((await collect(azure, [wide(250, 500)])).status).toBe(200);
    const dropped = await collect(azure, [{ Column0: 'dropped' }, { Column500: 'x' }]);
    expect(dropped).toEqual({ status: 200, text: '' });
    expect((await collect(azure, [{ Column499: 'y' }])).status).toBe(200);
    expect((await collect(azure, [{ Column500: 'x' }], { headers: { 'log-type': 'Other' } })).status).toBe(
      200,
    );
    expect(azure.received.tables['Auth0_CL']).toHaveLength(500);
    const stored = azure.workspace.tables()['Auth0_CL'] ?? [];
    expect(stored.some(row => row['Column0_s'] === 'dropped')).toBe(false);
    expect([stored.length, azure.workspace.dropped]).toEqual([3, { tooManyColumns: 2 }]);
  });
});
