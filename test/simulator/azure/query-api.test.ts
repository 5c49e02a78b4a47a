import { describe, expect, test } from 'vitest';
import { type AzureOptions, type AzureSimulator, startAzure } from '../../../simulator/azure/server.ts';
import { askToken, azureForTest, call, NOW } from './calls.ts';

const HOUR_MS = 3_600_000;
const QUERY = 'Auth0Logs_CL\n| project LogId\n| summarize Rows = count() by LogId';
const QUERY_SCOPE = 'https://api.loganalytics.io/.default';
const MAY_READ = { queryRoles: { application: 'all', operator: 'all' } } as const;

async function azureWithRows(options: AzureOptions = {}): Promise<AzureSimulator> {
  const azure = await azureForTest({ ...MAY_READ, ...options });
  const record = (LogId: string, hours: number) => ({
    LogId,
    TimeGenerated: new Date(NOW - hours * HOUR_MS).toISOString(),
  });
  azure.workspace.ingest([record('a', 1), record('a', 2), record('b', 30)], NOW);
  return azure;
}
const tokenOf = async (azure: AzureSimulator, scope = QUERY_SCOPE) =>
  JSON.parse((await askToken(azure, { scope })).text).access_token;

interface Asked {
  readonly query?: string;
  readonly timespan?: string;
  readonly token?: string;
  readonly workspace?: string;
  readonly headers?: Record<string, string>;
}
async function ask(azure: AzureSimulator, asked: Asked = {}) {
  const { query = QUERY, timespan, workspace = azure.settings.workspaceId } = asked;
  const token = asked.token ?? (await tokenOf(azure));
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...asked.headers };
  const body = Buffer.from(JSON.stringify({ query, timespan }));
  const { status, text } = await call(`${azure.url}/v1/workspaces/${workspace}/query`, headers, body);
  return { status, body: JSON.parse(text) };
}
const codeOf = async (...of: Parameters<typeof ask>) => {
  const { status, body } = await ask(...of);
  return `${status} ${body.error?.code}`;
};

describe('the query API', () => {
  test('answers the rows of the timespan, in a table with names', async () => {
    const azure = await azureWithRows();
    const timespan = '2030-05-15T00:00:00Z/2030-05-15T12:00:00Z';
    const { status, body } = await ask(azure, { timespan });
    expect(status).toBe(200);
    const [{ name, columns, rows }] = body.tables;
    expect({ name, rows }).toEqual({ name: 'PrimaryResult', rows: [['a', 2]] });
    expect(columns.map((one: { name: string }) => one.name)).toEqual(['LogId', 'Rows']);
    expect((await ask(azure)).body.tables[0].rows).toHaveLength(2);
    expect(azure.queries).toBe(2);
  });

  test('takes a token for itself alone', async () => {
    const azure = await azureWithRows();
    const post = await tokenOf(azure, 'https://monitor.azure.com/.default');
    expect(await codeOf(azure, { token: post })).toBe('403 InvalidAuthenticationTokenAudience');
    expect(await codeOf(azure, { token: 'made-up' })).toBe('403 InvalidAuthenticationToken');
    expect(await codeOf(azure, { headers: { authorization: '' } })).toBe('401 AuthenticationFailed');
    expect((await ask(azure, { token: azure.login('https://api.loganalytics.io') })).status).toBe(200);
    expect(() => azure.login('https://vault.azure.net')).toThrow('nobody has logged in');
  });

  test('a role decides what is seen: nothing by default, of some tables their rows alone', async () => {
    const azure = await azureForTest();
    expect(await codeOf(azure)).toBe('403 InsufficientAccessError');
    const some = await azureWithRows({ queryRoles: { application: ['_LogOperation'], operator: 'none' } });
    expect((await ask(some)).body.tables[0].rows).toEqual([]);
  });

  test('another workspace, and a request without a query or with a strange timespan, are refused', async () => {
    const azure = await azureWithRows();
    const workspace = '5ca1ab1e-0000-4000-8000-0000000000ff';
    expect(await codeOf(azure, { workspace })).toBe('404 WorkspaceNotFoundError');
    expect(await codeOf(azure, { query: '' })).toBe('400 BadArgumentError');
    expect(await codeOf(azure, { timespan: 'yesterday' })).toBe('400 BadArgumentError');
    expect(await codeOf(azure, { headers: { 'content-type': 'text/plain' } })).toBe('400 BadArgumentError');
  });

  test('names what a query names and the workspace does not have', async () => {
    const azure = await azureWithRows({ declaredColumns: ['LogId'] });
    const inner = async (query: string) => (await ask(azure, { query })).body.error.innererror;
    expect(await inner('Auth0_CL\n| take 1')).toMatchObject({
      code: 'SemanticError',
      innererror: { message: expect.stringContaining("named 'Auth0_CL'") },
    });
    expect(await inner('Auth0Logs_CL\n| project Other')).toMatchObject({
      innererror: { message: "'project' operator: Failed to resolve scalar expression named 'Other'" },
    });
    expect(await inner('Auth0Logs_CL |')).toMatchObject({ code: 'SyntaxError' });
    expect((await ask(azure, { query: 'DCRLogErrors\n| take 1' })).status).toBe(200);
  });

  test('a part of the rows comes with 200 and a PartialError', async () => {
    for (const limit of [{ queryMaxRows: 1 }, { queryMaxBytes: 10 }]) {
      const { status, body } = await ask(await azureWithRows(limit));
      expect({ status, code: body.error.code }).toEqual({ status: 200, code: 'PartialError' });
      expect(body.tables[0].rows).toHaveLength(1);
      expect(body.error.details[0].innererror.message).toContain('E_QUERY_RESULT_SET_TOO_LARGE');
    }
  });

  test('more than the rate is answered 429, by caller', async () => {
    const azure = await azureWithRows({ queryRate: 2 });
    const token = await tokenOf(azure);
    expect((await ask(azure, { token })).status).toBe(200);
    expect((await ask(azure, { token })).status).toBe(200);
    expect(await codeOf(azure, { token })).toBe('429 ThrottledError');
    expect((await ask(azure, { token: azure.login('https://api.loganalytics.io') })).status).toBe(200);
  });

  test.each([{ queryMaxRows: 500_001 }, { queryRate: 201 }, { queryMaxBytes: 0 }])(
    'refuses %j',
    async options => {
      await expect(startAzure(options)).rejects.toThrow('allowed:');
    },
  );
});
