/** The faults of a page that a simulated Auth0 can be set to. */
import { afterEach, expect, it } from 'vitest';
import { type Auth0Options, type Auth0Simulator, startAuth0 } from '../../../simulator/auth0/server.ts';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';

let auth0: Auth0Simulator;
afterEach(() => auth0.close());

const logs = generateLogs({ seed: 1, count: 3, fromMs: 1_700_000_000_000, toMs: 1_700_000_100_000 });

async function page(options: Partial<Auth0Options>, query = 'from=1&take=100') {
  const client = { clientId: 'c', clientSecret: 's' };
  auth0 = await startAuth0({ domain: 'tenant.eu.auth0.com', ...client, logs, ...options });
  const exchange = await fetch(`${auth0.baseUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'c',
      client_secret: 's',
      audience: 'https://tenant.eu.auth0.com/api/v2/',
    }),
  });
  const { access_token: token } = (await exchange.json()) as { access_token: string };
  return fetch(`${auth0.baseUrl}/api/v2/logs?${query}`, { headers: { authorization: `Bearer ${token}` } });
}

it('writes each log as it is told to, and names the next page as ever', async () => {
  const answer = await page({ writeLog: log => `"${log.log_id.slice(0, 3)}"` });
  expect(await answer.text()).toBe('["900","900","900"]');
  expect(answer.headers.get('link')).toContain(`from=${logs[2]?.log_id}&`);
});

it('writes bytes that are no text', async () => {
  const answer = await page({ writeLog: () => Uint8Array.of(0x22, 0xff, 0x22) }, 'per_page=1');
  expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toBe('["\xff"]');
});

it('writes an empty page', async () => {
  const answer = await page({ writeLog: () => 'never', logs: [] });
  expect(await answer.text()).toBe('[]');
});

it('leaves the link out', async () => {
  const answer = await page({ nextLink: false });
  expect(answer.headers.get('link')).toBeNull();
  expect(await answer.json()).toHaveLength(3);
});
