import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Federation } from '../../../simulator/azure/entra-federation.ts';
import { askToken, azureForTest, NOW } from './calls.ts';

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const [ours, another] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
const federation: Federation = {
  issuer: 'https://5ca1ab1e.tokens.sts.global.api.aws',
  subject: 'arn:aws:iam::000000000000:role/ship',
  publicKey: ours!.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
};
const SECONDS = NOW / 1000;
const claims = {
  iss: federation.issuer,
  sub: federation.subject,
  aud: 'api://AzureADTokenExchange',
  iat: SECONDS,
  exp: SECONDS + 300,
};

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

function jwt(changes: object = {}, header: object = { alg: 'RS256' }, key = ours!.privateKey): string {
  const signed = `${encode(header)}.${encode({ ...claims, ...changes })}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

const azure = () => azureForTest({ entra: { federation } });
const proof = (assertion: string) => ({
  client_secret: undefined,
  client_assertion_type: TYPE,
  client_assertion: assertion,
});

test('the token of a trusted issuer, subject and audience is taken in place of a secret', async () => {
  const answered = await askToken(await azure(), proof(jwt()));
  expect(answered.status).toBe(200);
  expect(JSON.parse(answered.text)).toMatchObject({ token_type: 'Bearer', expires_in: 3599 });
});

describe('refused', () => {
  const pss = () => {
    const signed = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
    const key = { key: ours!.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING };
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  };
  test.each<[string, string, string]>([
    ['no JWT', 'nonsense', 'AADSTS50027'],
    ['a JWT with a part too many', `${jwt()}.more`, 'AADSTS50027'],
    ['another issuer', jwt({ iss: 'https://else.tokens.sts.global.api.aws' }), 'AADSTS700211'],
    ['another role', jwt({ sub: 'arn:aws:iam::000000000000:role/other' }), 'AADSTS700213'],
    ['the role in other letters', jwt({ sub: federation.subject.toUpperCase() }), 'AADSTS700213'],
    ['another audience', jwt({ aud: 'api://else' }), 'AADSTS700212'],
    ['no audience', jwt({ aud: undefined }), 'AADSTS700212'],
    ['another algorithm', jwt({}, { alg: 'ES384' }), 'AADSTS5002738'],
    ['no algorithm', jwt({}, { alg: 'none' }), 'AADSTS5002738'],
    ['a signature by another key', jwt({}, { alg: 'RS256' }, another!.privateKey), 'AADSTS700027'],
    ['a signature of another kind', pss(), 'AADSTS700027'],
    ['no signature', jwt().replace(/[^.]*$/, ''), 'AADSTS700027'],
    ['an expired token', jwt({ iat: SECONDS - 900, exp: SECONDS - 600 }), 'AADSTS700024'],
    ['a token that never expires', jwt({ exp: undefined }), 'AADSTS700024'],
    ['a token of the future', jwt({ iat: SECONDS + 600, exp: SECONDS + 900 }), 'AADSTS700024'],
  ])('%s', async (_what, assertion, code) => {
    const simulator = await azure();
    const answered = await askToken(simulator, proof(assertion));
    const body = JSON.parse(answered.text);
    expect([answered.status, body.error]).toEqual([401, 'invalid_client']);
    expect(body.error_description.startsWith(`${code}: `)).toBe(true);
    expect(simulator.tokensIssued).toBe(0);
    expect(answered.text).not.toContain(assertion);
  });

  test('claims that were changed after signing', async () => {
    const [head, , signature] = jwt().split('.');
    const longer = `${head}.${encode({ ...claims, exp: SECONDS + 9_000 })}.${signature}`;
    expect((await askToken(await azure(), proof(longer))).text).toContain('AADSTS700027');
  });

  test('an assertion that does not say what it is', async () => {
    const answered = await askToken(await azure(), {
      ...proof(jwt()),
      client_assertion_type: undefined,
    });
    expect(answered.text).toContain('client_assertion_type');
    expect(answered.status).toBe(401);
  });
});

test('an application knows no token before it has the credential, nor after it was taken away', async () => {
  const simulator = await azureForTest();
  expect((await askToken(simulator, proof(jwt()))).text).toContain('AADSTS70021');
  simulator.setFederation(federation);
  expect((await askToken(simulator, proof(jwt()))).status).toBe(200);
  simulator.setFederation(undefined);
  expect((await askToken(simulator, proof(jwt()))).text).toContain('AADSTS70021');
});
