import { afterEach, describe, expect, test } from 'vitest';
import { specOf } from '../../../lambda/destinations/all.ts';
import { KINDS } from '../../../simulator/azure/apis.ts';
import { SAMPLES } from '../../destinations/samples.ts';
import { levels, openPatient, type Patient, type PatientSetup } from './doctor-world.ts';

let patient: Patient;
afterEach(() => patient.world.close());

async function open(setup?: PatientSetup): Promise<Patient> {
  patient = await openPatient(setup);
  return patient;
}

const jwt = (claims: object) =>
  ['{"alg":"RS256"}', JSON.stringify(claims), 'signature']
    .map(part => Buffer.from(part).toString('base64url'))
    .join('.');

describe('doctor, of Auth0', () => {
  test('a refused client secret: no token, and what needs one is not checked', async () => {
    const { examine, world } = await open();
    world.auth0.setClientSecret('another');
    const { of } = await examine();
    expect(of('auth0 token')).toEqual({
      check: 'auth0 token',
      level: 'error',
      text: 'Auth0 rejected the token request (401 access_denied: Unauthorized)',
      remedy: expect.stringMatching(/^compare the secret "auth0-logs\/local\/auth0" with the application/),
    });
    for (const check of ['auth0 logs', 'rate limit', 'retention']) {
      expect(of(check)).toEqual({ check, level: 'not checked', text: 'no token' });
    }
    expect(of('azure')?.level).toBe('ok');
  });

  test('a token without read:logs: the page says it, with where to grant it', async () => {
    const { examine } = await open({ auth0: { grantedScope: 'read:users' } });
    expect((await examine()).of('auth0 logs')).toMatchObject({
      level: 'error',
      text: expect.stringContaining('403 insufficient_scope'),
      remedy: expect.stringMatching(
        /^grant the scope read:logs to the application: Auth0 Dashboard of local.eu/,
      ),
    });
  });

  test.each([
    ['read:logs', 'ok', 'obtained; its only scope is read:logs'],
    [
      'read:logs read:users',
      'warning',
      'obtained; besides read:logs, it has 1 scope that the pipeline does not need',
    ],
    ['read:users', 'error', 'obtained, but without the scope read:logs'],
  ])('a JWT with the scope "%s" is %s', async (scope, level, text) => {
    const { examine, world } = await open();
    const body = JSON.stringify({ access_token: jwt({ scope }), expires_in: 60 });
    world.auth0.faults.token.add({ kind: 'status', status: 200, body });
    world.auth0.faults.logs.always({ kind: 'status', status: 200, body: '[]' });
    const { of } = await examine();
    expect(of('auth0 token')).toMatchObject({ level, text });
    expect(of('auth0 logs')?.text).toBe('readable; Auth0 has no logs');
    expect(of('rate limit')).toMatchObject({
      level: 'not checked',
      text: 'Auth0 did not send its rate limit',
    });
    expect(of('retention')).toMatchObject({ level: 'not checked' });
  });

  test('throttled by others, and again a moment later: a warning, since it passes by itself', async () => {
    const { examine, world } = await open();
    const headers = {
      'retry-after': '0',
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000)),
    };
    world.auth0.faults.logs.always({ kind: 'status', status: 429, headers });
    const { of } = await examine();
    expect(of('auth0 logs')).toMatchObject({ level: 'warning', text: 'Auth0 returned no logs (429)' });
    expect(of('auth0 logs')?.remedy).toMatch(/^reduce the calls of other callers of the Management API/);
    expect(of('rate limit')).toMatchObject({
      level: 'warning',
      text: expect.stringMatching(/^0 of 2 calls left, looks like the Free plan/),
    });
  });

  test('the two calls of a Free plan are enough: it waits a moment and sees everything', async () => {
    const { examine, world } = await open({ auth0: { rateLimit: { burst: 2, perSecond: 2 } } });
    const { findings } = await examine();
    expect(levels(findings)).toMatchObject({ 'auth0 logs': 'ok', 'rate limit': 'ok', retention: 'ok' });
    expect(world.auth0.requests).toMatchObject({ token: 1, throttled: 0, refused: 0 });
  });

  test('a proxy’s page instead of logs', async () => {
    const { examine, world } = await open();
    world.auth0.faults.logs.always({ kind: 'html' });
    expect((await examine()).of('auth0 logs')).toMatchObject({
      level: 'error',
      text: 'Auth0 returned 200 without a JSON array of logs (text/html)',
      remedy: expect.stringContaining('check auth0.domain "local.eu.auth0.com"'),
    });
  });

  test('nobody there', async () => {
    const { examine, world } = await open();
    await world.auth0.close();
    expect((await examine()).of('auth0 token')).toMatchObject({
      level: 'error',
      text: expect.stringContaining('ECONNREFUSED'),
      remedy: expect.stringMatching(/^check this machine’s network, proxy and firewall/),
    });
  });
});

test.each(KINDS)('a secret that %s refuses: no token, or a refusal, with what to do', async kind => {
  const { examine, world } = await open({ destination: kind });
  world.azure.setSecret(SAMPLES[kind].newSecret());
  const check = specOf({ kind }).token?.check ?? 'azure';
  expect((await examine()).of(check)).toMatchObject({
    level: 'error',
    text: expect.stringMatching(/40[0-3]/),
    remedy: expect.stringMatching(/\S/),
  });
});

test.each([
  [KINDS[0], 20, 'error', 'ahead of'],
  [KINDS[0], -2, 'warning', 'behind'],
  [KINDS.at(-1), -20, 'error', 'behind'],
] as const)('%s: a clock %i minutes ahead of theirs is an %s', async (destination, minutes, level, words) => {
  const { examine, world } = await open({ destination });
  const date = new Date(Date.now() - minutes * 60_000).toUTCString();
  world.posts.always({ kind: 'status', status: 200, headers: { date } });
  expect((await examine()).of('clock')).toMatchObject({
    level,
    text: expect.stringContaining(`this machine’s clock is ${Math.abs(minutes)} min ${words} Azure’s`),
    remedy: expect.stringContaining('timedatectl set-ntp true'),
  });
});
