/** A tenant of Auth0 on loopback, as small as the tests of its edge need. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { auth0Logs } from '../../lambda/edges/auth0.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { type Answerer, handClock, heldSecrets, json, serve } from './server.ts';

const fetch = httpClient();

export const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const RESET_SECONDS = NOW / 1000 + 3;
export const LIMIT_MS = 20_000;
export const ID = `90020260301115900123${'4'.repeat(36)}`;
export const RATE = {
  'x-ratelimit-limit': '10',
  'x-ratelimit-remaining': '4',
  'x-ratelimit-reset': String(RESET_SECONDS),
};
export const RATE_READ = { limit: 10, remaining: 4, resetAtMs: NOW + 3000 };
export const config: PipelineConfig['auth0'] = {
  domain: 'acme.eu.auth0.com',
  secret: 'auth0-logs/prod/auth0',
  logRetentionDays: 5,
  startFrom: 'oldest',
  rateLimitHeadroom: 0.1,
};

/** A tenant whose token endpoint gives token-1, token-2, …, and whose logs endpoint does what the test says. */
export async function tenant(logs: Answerer) {
  let tokens = 0;
  const { url, taken } = await serve((one, response) => {
    if (one.path !== '/oauth/token') return logs(one, response);
    json(response, 200, { access_token: `token-${++tokens}`, expires_in: 86_400 });
  });
  const clock = handClock(NOW);
  const secrets = heldSecrets({ clientId: 'the-client', clientSecret: 'the-client-secret' });
  const source = auth0Logs({ config, secrets, clock, fetch, baseUrl: url });
  const calls = () => taken.filter(one => one.path !== '/oauth/token');
  const exchanges = () => taken.length - calls().length;
  return { source, calls, exchanges, secrets, clock };
}

export const giving =
  (logs: unknown, headers: object = {}): Answerer =>
  (_taken, response) =>
    json(response, 200, logs, headers);
export const refusing =
  (statusCode: number, errorCode: string, message: string, headers: object = {}): Answerer =>
  (_taken, response) =>
    json(response, statusCode, { statusCode, error: 'Error', message, errorCode }, headers);
