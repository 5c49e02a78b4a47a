import { describe, expect, test } from 'vitest';
import { ANSWER_TOO_LARGE } from '../../lambda/core/http.ts';
import { Secret } from '../../lambda/core/secret.ts';
import { LOG_OPERATION_KQL } from '../../lambda/core/stored-kql.ts';
import type { QueryAnswer } from '../../lambda/core/workspace.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { workspaceQuery } from '../../lambda/edges/workspace-query.ts';
import { type Answerer, deadUrl, json, serve, stallBody } from './server.ts';

const TOKEN = 'a-token-that-nobody-may-see-anywhere-0123456789';
const WORKSPACE = '01234567-89ab-cdef-0123-456789abcdef';
const SPAN = { fromMs: Date.parse('2030-05-15T00:00:00Z'), toMs: Date.parse('2030-05-16T00:00:00Z') };
const CLOCK = { now: () => SPAN.toMs, sleep: async () => undefined };
const TABLE = {
  tables: [{ name: 'PrimaryResult', columns: [{ name: 'A' }, { name: 'B' }], rows: [['x', 1]] }],
};

function ask(
  baseUrl: string,
  more: { timeoutMs?: number; maxTextBytes?: number } = {},
): Promise<QueryAnswer> {
  const fetch = httpClient(more.maxTextBytes === undefined ? {} : { maxTextBytes: more.maxTextBytes });
  const token = async () => ({ kind: 'token', token: new Secret(TOKEN) }) as const;
  const options = { baseUrl, workspaceId: WORKSPACE, cloud: 'public', clock: CLOCK, fetch, token };
  return workspaceQuery(options).query(LOG_OPERATION_KQL, SPAN, more.timeoutMs ?? 5_000);
}
const answered = async (answer: Answerer) => ask((await serve(answer)).url);
const refused = (status: number, error: unknown, headers: object = {}) =>
  answered((_, response) => json(response, status, { error }, headers));

test('one POST with the query, its span and a token, answered by rows with names', async () => {
  const { url, taken } = await serve((_, response) => json(response, 200, TABLE));
  expect(await ask(url)).toEqual({ kind: 'rows', rows: [{ A: 'x', B: 1 }] });
  const [{ method, path, headers, body } = Object(null)] = taken;
  expect({ method, path }).toEqual({ method: 'POST', path: `/v1/workspaces/${WORKSPACE}/query` });
  expect(headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, prefer: 'wait=180' });
  expect(JSON.parse(body.toString())).toEqual({
    query: LOG_OPERATION_KQL,
    timespan: '2030-05-15T00:00:00.000Z/2030-05-16T00:00:00.000Z',
  });
});

describe('a part is never taken for the whole', () => {
  const partial = (message: string) => ({
    code: 'PartialError',
    message: 'There were some errors when processing your query.',
    details: [{ code: 'EngineError', message: 'Something went wrong.', innererror: { code: '-1', message } }],
  });

  test('too many rows in a 200 are too much', async () => {
    const message =
      'The results of this query exceed the set limit of 500000 records (E_QUERY_RESULT_SET_TOO_LARGE)';
    const answer = await answered((_, response) =>
      json(response, 200, { ...TABLE, error: partial(message) }),
    );
    expect(answer).toMatchObject({ kind: 'too-much' });
  });

  test('another error in a 200 is a fault that may pass', async () => {
    const answer = await answered((_, response) =>
      json(response, 200, { ...TABLE, error: partial('a shard is away') }),
    );
    expect(answer).toMatchObject({ kind: 'fault', fault: { verdict: 'unavailable', status: 200 } });
  });

  test('an answer over the memory, a time-out of the engine, and a gateway’s are too much', async () => {
    const rows = Array.from({ length: 2_000 }, (_, n) => [`${n}`]);
    const large = { tables: [{ columns: [{ name: 'A' }], rows }] };
    const { url } = await serve((_, response) => json(response, 200, large));
    const answer = await ask(url, { maxTextBytes: 1_000 });
    expect(answer).toMatchObject({ kind: 'too-much', message: expect.stringContaining('too large') });
    expect(ANSWER_TOO_LARGE).toBe('ANSWER_TOO_LARGE');
    expect(await refused(504, { code: 'GatewayTimeout', message: 'x' })).toMatchObject({ kind: 'too-much' });
    expect(await refused(400, { code: 'QueryError', message: 'Query timed out' })).toMatchObject({
      kind: 'too-much',
    });
  });

  // https://learn.microsoft.com/azure/azure-monitor/logs/api/errors
  test('204 is a workspace without data; a 200 without a body is none of Azure', async () => {
    const empty = (status: number) => answered((_, response) => void response.writeHead(status).end());
    expect(await empty(204)).toEqual({ kind: 'rows', rows: [] });
    expect(await empty(200)).toMatchObject({ kind: 'fault', fault: { verdict: 'intercepted' } });
  });

  test('a row that is cut, or no row, is no table', async () => {
    for (const row of [['x'], ['x', 1, 2], 'x', null]) {
      const tables = [{ ...TABLE.tables[0], rows: [['x', 1], row] }];
      expect(await answered((_, response) => json(response, 200, { tables }))).toMatchObject({
        kind: 'fault',
        fault: { verdict: 'intercepted' },
      });
    }
  });

  test.each([
    'Query execution has exceeded the allowed limits (80DA0001)',
    'Query execution lacks memory resources to complete (80DA0007): Partial query failure: Low memory condition',
    'bad allocation (E_LOW_MEMORY_CONDITION)',
  ])('%s: a narrower query may succeed', async message => {
    const answer = await answered((_, response) =>
      json(response, 200, { ...TABLE, error: partial(message) }),
    );
    expect(answer).toMatchObject({ kind: 'too-much' });
  });

  test('a 504 with a page is of a gateway in between, and may pass', async () => {
    const headers = { 'content-type': 'text/html' };
    const page = await answered(
      (_, response) => void response.writeHead(504, headers).end('<html>504 Gateway Time-out</html>'),
    );
    expect(page).toMatchObject({ kind: 'fault', fault: { verdict: 'unavailable', status: 504 } });
  });

  test.each([
    ['a page', (_: unknown, response: Parameters<Answerer>[1]) => void response.end('<html>sign in</html>')],
    ['an empty object', (_: unknown, response: Parameters<Answerer>[1]) => json(response, 200, {})],
    ['no table', (_: unknown, response: Parameters<Answerer>[1]) => json(response, 200, { tables: [] })],
  ])('%s in a 200 comes from something in between', async (_, answer) => {
    expect(await answered(answer as Answerer)).toMatchObject({
      kind: 'fault',
      fault: { verdict: 'intercepted' },
    });
  });
});

describe('a refusal says what to do', () => {
  test.each([
    [401, { code: 'AuthenticationFailed', message: 'x' }, 'denied', 'check azure.cloud "public"'],
    [
      403,
      { code: 'InvalidAuthenticationTokenAudience', message: 'x' },
      'denied',
      'check azure.cloud "public"',
    ],
    // Of another tenant: https://github.com/microsoft/azuredatastudio/issues/22437
    [
      403,
      {
        code: 'InvalidTokenError',
        message: 'The provided authentication is not valid for this resource',
      },
      'denied',
      'log in to the tenant of the workspace: az login --tenant TENANT',
    ],
    [403, { code: 'InvalidAuthenticationTokenTenant', message: 'x' }, 'denied', 'az login --tenant TENANT'],
    [401, { code: 'ExpiredAuthenticationToken', message: 'x' }, 'denied', 'az login --tenant TENANT'],
    [403, { code: 'InsufficientAccessError', message: 'x' }, 'denied', 'readRows=true'],
    [
      403,
      {
        code: 'InsufficientAccessError',
        innererror: { code: 'NspValidationFailedError', message: 'denied' },
      },
      'denied',
      'private link',
    ],
    [
      404,
      { code: 'WorkspaceNotFoundError', message: 'x' },
      'denied',
      `check azure.workspaceId "${WORKSPACE}"`,
    ],
    [429, { code: 'ThrottledError', message: 'x' }, 'throttled', 'stop the other queries of this caller'],
  ])('%i %j', async (status, error, verdict, remedy) => {
    const answer = await refused(status, error);
    expect(answer).toMatchObject({ kind: 'fault', fault: { verdict, status } });
    expect(answer.kind === 'fault' && answer.fault.message).toContain(remedy);
  });

  test('its wish to be left alone is kept, and no token is repeated', async () => {
    const answer = await refused(429, { code: 'x', message: `Bearer ${TOKEN}` }, { 'retry-after': '30' });
    expect(answer).toMatchObject({ fault: { verdict: 'throttled', retryAfterMs: 30_000 } });
    expect(JSON.stringify(answer)).not.toContain(TOKEN);
  });

  test('a 429 without a time is asked again when the 30 s of its limit are over', async () => {
    expect(await refused(429, { code: 'x', message: 'y' })).toMatchObject({
      fault: { retryAfterMs: 30_000 },
    });
  });

  test('a table or a column that is not there is named, however deep it stands', async () => {
    const name = `${'A'.repeat(60)}_CL`;
    const message = `'where' operator: Failed to resolve table or column expression named '${name}'`;
    const innererror = { code: 'SemanticError', message: 'x', innererror: { code: 'SEM0100', message } };
    const answer = await refused(400, { code: 'BadArgumentError', message: 'x', innererror });
    expect(answer).toEqual({ kind: 'unknown-name', name });
  });

  test('5xx, half an answer, none at all and a redirect are faults, and nothing throws', async () => {
    expect(await refused(503, { code: 'x', message: 'y' })).toMatchObject({
      fault: { verdict: 'unavailable' },
    });
    const { url } = await serve((_, response) => stallBody(response));
    expect(await ask(url, { timeoutMs: 50 })).toMatchObject({
      fault: { verdict: 'unavailable', code: 'TIMEOUT' },
    });
    expect(await ask(await deadUrl())).toMatchObject({
      fault: { verdict: 'unavailable', code: 'ECONNREFUSED' },
    });
    const moved = await answered((_, response) => void response.writeHead(302, { location: '/x' }).end());
    expect(moved).toMatchObject({ fault: { verdict: 'denied', status: 302 } });
  });
});
