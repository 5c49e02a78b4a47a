import { describe, expect, test } from 'vitest';
import { askToken, azureForTest, type Changes } from './calls.ts';

test('the right secret gets a bearer token for 3599 seconds, a new one each time', async () => {
  const azure = await azureForTest();
  const first = await askToken(azure);
  const second = await askToken(azure);
  expect(first.status).toBe(200);
  expect(JSON.parse(first.text)).toMatchObject({ token_type: 'Bearer', expires_in: 3599 });
  expect(JSON.parse(first.text).access_token).not.toBe(JSON.parse(second.text).access_token);
  expect([azure.tokenRequests, azure.tokensIssued]).toEqual([2, 2]);
});

describe('refused', () => {
  test.each<[string, Record<string, string | undefined>, Changes, number, string, string]>([
    ['a wrong secret', { client_secret: 'wrong' }, {}, 401, 'invalid_client', 'AADSTS7000215: '],
    ['no secret', { client_secret: undefined }, {}, 401, 'invalid_client', 'AADSTS7000216: '],
    ['another application', { client_id: 'other' }, {}, 400, 'unauthorized_client', 'AADSTS700016: '],
    ['another scope', { scope: 'https://monitor.azure.com' }, {}, 400, 'invalid_scope', 'AADSTS70011: '],
    [
      'a scope with more',
      { scope: 'https://monitor.azure.com/.default x' },
      {},
      400,
      'invalid_scope',
      'AADSTS70011: ',
    ],
    ['no scope', { scope: undefined }, {}, 400, 'invalid_request', 'AADSTS900144: '],
    ['no grant type', { grant_type: undefined }, {}, 400, 'invalid_request', 'AADSTS900144: '],
    ['another grant type', { grant_type: 'password' }, {}, 400, 'unsupported_grant_type', 'AADSTS70003: '],
    ['another tenant', {}, { path: '/other/oauth2/v2.0/token' }, 400, 'invalid_request', 'AADSTS90002: '],
    [
      'JSON',
      {},
      { headers: { 'content-type': 'application/json' } },
      400,
      'invalid_request',
      'AADSTS900144: ',
    ],
  ])('%s', async (_, fields, changes, status, error, description) => {
    const azure = await azureForTest();
    const answered = await askToken(azure, fields, changes);
    const body = JSON.parse(answered.text);
    expect([answered.status, body.error]).toEqual([status, error]);
    expect(body.error_description.startsWith(description)).toBe(true);
    expect(body.error_codes).toEqual([Number(/\d+/.exec(description)?.[0])]);
    expect([azure.tokenRequests, azure.tokensIssued]).toEqual([1, 0]);
    expect(answered.text).not.toContain(azure.settings.entra.clientSecret);
  });
});

test('a rotated secret is the only one accepted', async () => {
  const azure = await azureForTest();
  azure.setClientSecret('new & improved = better');
  expect((await askToken(azure)).status).toBe(401);
  expect((await askToken(azure, { client_secret: 'new & improved = better' })).status).toBe(200);
});

test('token requests are no posts', async () => {
  const azure = await azureForTest();
  await askToken(azure);
  expect(azure.received.posts).toBe(0);
});
