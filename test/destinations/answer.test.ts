import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { judge } from '../../lambda/core/verdict.ts';
import { SPECS } from '../../lambda/destinations/all.ts';
import { readAnswer } from '../../lambda/destinations/answer.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';

const { meaning } = SPECS[0]!;

/** What the pipeline makes of an answer that comes over a socket. */
async function verdictOn(status: number, body: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const response = await httpClient()(`http://127.0.0.1:${port}/`, { method: 'POST', body: '[]' });
    const answer = await readAnswer(response, 0);
    if (answer.kind === 'answered' && body.length > 20) expect(answer.message ?? '').not.toContain(body);
    const verdict = judge(meaning, answer, { bytes: 2, records: 1 });
    return verdict.kind === 'fault' ? verdict.fault.verdict : verdict.kind;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each<[number, string]>([
  [200, ''],
  [200, ' \n'],
  [202, ''],
  [204, ''],
  [200, '{}'],
  [200, '[]'],
  [202, '{"accepted":3,"requestId":"x"}'],
  [200, '{"error":null,"errors":[]}'],
  [200, '{"code":"Accepted"}'],
  [200, nested(30_000)],
])('%i with the body %j is accepted', async (status, body) => {
  expect(await verdictOn(status, body)).toBe('accepted');
});

test.each<[number, string]>([
  [200, '{"error":{"code":"Blocked","message":"no"}}'],
  [200, '{"Error":"Blocked"}'],
  [200, '{"errors":[{"id":1}]}'],
  [200, '{"result":[{"innerError":"x"}]}'],
  [200, '{"ERROR_CODE":7}'],
  [200, '{"code":"Blocked","message":"no"}'],
  [200, '"an error"'],
  [200, 'OK'],
  [200, '<html>sign in</html>'],
  [200, 'window.location = "/login";'],
  [200, '{"cut":'],
  [201, ''],
  [203, ''],
  [205, ''],
  [206, '{}'],
  [207, '{}'],
  [226, ''],
])('%i with the body %j is something between us and Azure', async (status, body) => {
  expect(await verdictOn(status, body)).toBe('intercepted');
});

test('an error may be read in a destination’s own way; a success is read as any other', async () => {
  const errorOf = () => ({ code: 'Own', message: 'its own words' });
  const answerOf = (status: number, body: string) =>
    readAnswer(new Response(body, { status }) as Parameters<typeof readAnswer>[0], 0, errorOf);
  expect(await answerOf(400, '{"text":"no","code":6}')).toEqual({
    kind: 'answered',
    status: 400,
    code: 'Own',
    message: 'its own words',
  });
  expect(await answerOf(200, '{"text":"Success","code":0}')).toMatchObject({ status: 200 });
  expect(await answerOf(200, '<html>')).toMatchObject({ code: 'NOT_AZURE' });
});
