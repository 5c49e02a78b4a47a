import { expect, onTestFinished, test } from 'vitest';
import type { TokenAnswer } from '../../lambda/core/oauth.ts';
import { Secret } from '../../lambda/core/secret.ts';
import { entraFederated, type FederatedOptions } from '../../lambda/destinations/federated.ts';
import type { EntraIdentity } from '../../lambda/destinations/spec.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { startAzure } from '../../simulator/azure/server.ts';
import { handClock, json, serve, type Taken } from '../edges/server.ts';

const fetch = httpClient();

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const LIMIT_MS = 20_000;
const ISSUER = 'https://5ca1ab1e.tokens.sts.global.api.aws';
const ROLE = 'arn:aws:iam::000000000000:role/Auth0LogsToAzure-prodShipRole12345678-abcdefghijklmnop';
const config: EntraIdentity = {
  tenantId: '01234567-89ab-cdef-0123-456789abcdef',
  clientId: '11111111-89ab-cdef-0123-456789abcdef',
  cloud: 'public',
  auth: 'federated',
};

const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
let serial = 0;
/** AWS's word, unsigned: what a signature is worth is tested where it is checked. */
const vouching = async (): Promise<TokenAnswer> => ({
  kind: 'token',
  token: new Secret(`${part({ alg: 'RS256' })}.${part({ iss: ISSUER, sub: ROLE })}.signature${++serial}`),
});

const authoriser = (baseUrl: string, more: Partial<FederatedOptions> = {}) =>
  entraFederated({ config, clock: handClock(NOW), fetch, baseUrl, webIdentity: vouching, ...more });
const formOf = (taken: Taken | undefined) => Object.fromEntries(new URLSearchParams(taken?.body.toString()));

test('AWS’s token is exchanged for Entra’s, and no secret goes along', async () => {
  const { url, taken } = await serve((_taken, response) =>
    json(response, 200, { access_token: 'entra-token', expires_in: 3599 }),
  );
  const answer = await authoriser(url).authorise(LIMIT_MS);
  expect(answer.kind === 'token' && answer.token.reveal()).toBe('entra-token');
  expect(taken[0]?.path).toBe(`/${config.tenantId}/oauth2/v2.0/token`);
  const { client_assertion, ...form } = formOf(taken[0]);
  expect(client_assertion).toMatch(/\.signature\d+$/);
  expect(form).toEqual({
    grant_type: 'client_credentials',
    client_id: config.clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    scope: 'https://monitor.azure.com/.default',
  });
});

test('Entra’s token is kept until shortly before it expires; then AWS is asked anew', async () => {
  const clock = handClock(NOW);
  const { url, taken } = await serve((_taken, response) =>
    json(response, 200, { access_token: 't', expires_in: 3599 }),
  );
  const entra = authoriser(url, { clock });
  await Promise.all([entra.authorise(LIMIT_MS), entra.authorise(LIMIT_MS)]);
  clock.move(3_599_000 - 300_001);
  await entra.authorise(LIMIT_MS);
  expect(taken).toHaveLength(1);
  clock.move(1);
  await entra.authorise(LIMIT_MS);
  expect(taken).toHaveLength(2);
  entra.forget();
  await entra.authorise(LIMIT_MS);
  const assertions = taken.map(one => formOf(one)['client_assertion']);
  expect(new Set(assertions).size).toBe(3);
});

test('a credential that Entra does not know yet is denied, with what it must say and that it may take minutes', async () => {
  const azure = await startAzure({ entra: { tenantId: config.tenantId, clientId: config.clientId } });
  onTestFinished(() => azure.close());
  const answer = await authoriser(azure.url).authorise(LIMIT_MS);
  expect(answer).toMatchObject({ kind: 'fault', fault: { verdict: 'denied', code: 'invalid_client' } });
  const message = answer.kind === 'fault' ? answer.fault.message : '';
  expect(message).toContain('AADSTS70021');
  expect(message).toContain(
    `issuer "${ISSUER}", subject "${ROLE}" and audience "api://AzureADTokenExchange"`,
  );
  expect(message).toContain('wait');
  expect(message).not.toContain('.signature');
});

test('what keeps AWS from vouching is passed on as it is, and Entra is not asked', async () => {
  const { url, taken } = await serve(() => undefined);
  const fault = { verdict: 'denied', code: 'AccessDenied', message: 'no' } as const;
  const denied = async (): Promise<TokenAnswer> => ({ kind: 'fault', fault });
  expect(await authoriser(url, { webIdentity: denied }).authorise(LIMIT_MS)).toEqual({
    kind: 'fault',
    fault,
  });
  expect(taken).toHaveLength(0);
});

test('an AWS that never answers costs the limit and no more', async () => {
  const { url } = await serve(() => undefined);
  const never = () => new Promise<never>(() => undefined);
  expect(await authoriser(url, { webIdentity: never }).authorise(100)).toMatchObject({
    kind: 'fault',
    fault: { verdict: 'unavailable', code: 'TIMEOUT' },
  });
});

test('an Entra that is down leaves the old token in use until it expires', async () => {
  const clock = handClock(NOW);
  let down = false;
  const { url } = await serve((_taken, response) =>
    down ? response.destroy() : json(response, 200, { access_token: 'old', expires_in: 3599 }),
  );
  const entra = authoriser(url, { clock });
  await entra.authorise(LIMIT_MS);
  down = true;
  clock.move(3_400_000);
  expect((await entra.authorise(LIMIT_MS)).kind).toBe('token');
  clock.move(199_000);
  expect(await entra.authorise(LIMIT_MS)).toMatchObject({ kind: 'fault', fault: { verdict: 'unavailable' } });
});
