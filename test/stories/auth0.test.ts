/** What Auth0 can do to a run, over real sockets. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { Auth0Options } from '../../simulator/auth0/server.ts';
import { generateLogs } from '../../simulator/auth0/tenant.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import type { SimulatedFault } from '../../simulator/faults.ts';
import { AUTH0_SECRET, DOMAIN, openStage, RECENT, type Setup, type Stage } from './stage.ts';

const [kind] = KINDS;
const HOUR = 3_600_000;
let stage: Stage;
afterEach(() => stage.close());

async function open(auth0: Partial<Auth0Options> = {}, setup: Partial<Setup> = {}): Promise<Stage> {
  stage = await openStage({
    kind,
    ...setup,
    auth0: { logs: generateLogs({ seed: 11, count: 350, ...RECENT() }), ...auth0 },
  });
  return stage;
}
const everythingOnce = async () => [
  stage.azure.received.unique,
  stage.azure.received.duplicates,
  await stage.missing(),
];

describe('a passing fault of Auth0 is retried within the run', () => {
  test.each<SimulatedFault>([
    { kind: 'status', status: 429, headers: { 'retry-after': '2' } },
    { kind: 'status', status: 429 },
    { kind: 'status', status: 500 },
    { kind: 'cut' },
    { kind: 'accept-then-cut' },
    { kind: 'html' },
  ])('%o', async fault => {
    const { run, auth0 } = await open();
    auth0.faults.logs.add({ kind: 'slow', ms: 0 }, 2);
    auth0.faults.logs.add(fault, 2);
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 350 });
    expect(await everythingOnce()).toEqual([350, 0, []]);
  });
});

describe('a lasting fault of Auth0 ends the run, and is never mistaken for "no logs"', () => {
  test.each<[SimulatedFault, string]>([
    [{ kind: 'html' }, 'unavailable'],
    [{ kind: 'status', status: 200, body: '{"logs":[]}' }, 'unavailable'],
    [{ kind: 'status', status: 200, body: '[{"log_id":' }, 'unavailable'],
    [{ kind: 'status', status: 503 }, 'unavailable'],
    [{ kind: 'hang-headers' }, 'unavailable'],
    [{ kind: 'hang-body' }, 'unavailable'],
  ])('%o', async (fault, outcome) => {
    const { run, auth0, checkpoint } = await open();
    auth0.faults.logs.add({ kind: 'slow', ms: 0 }, 2);
    auth0.faults.logs.always(fault);
    const report = await run(5_000);
    expect(report).toMatchObject({ outcome, party: 'auth0', logsAccepted: 100 });
    expect(report.durationMs).toBeLessThan(8_000);
    expect(stage.azure.received.unique).toBe(report.logsAccepted);
    auth0.faults.logs.clear();
    expect((await run()).outcome).toBe('caught-up');
    expect(await everythingOnce()).toEqual([350, 0, []]);
    expect(await checkpoint()).toBe([...auth0.tenant.ids()].sort().at(-1));
  });

  test('a missing read:logs is a denial that says so', async () => {
    const { run } = await open({ grantedScope: 'read:users' });
    const report = await run();
    expect(report).toMatchObject({ outcome: 'denied', party: 'auth0', logsRead: 0 });
    expect(report.message).toContain('read:logs');
  });

  test('a wrong client secret is a denial; a rotated one is picked up', async () => {
    const { run, auth0, secrets } = await open();
    auth0.setClientSecret('rotated');
    expect(await run()).toMatchObject({ outcome: 'denied', party: 'auth0' });
    secrets.set(AUTH0_SECRET, JSON.stringify({ clientId: 'story-client', clientSecret: 'rotated' }));
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 350 });
  });

  test('the placeholder of the stack is a denial that says what to fill in', async () => {
    const { run, secrets } = await open();
    secrets.set(AUTH0_SECRET, JSON.stringify({ clientId: 'FILL-ME-IN', clientSecret: 'FILL-ME-IN' }));
    const report = await run();
    expect(report.outcome).toBe('denied');
    expect(report.message).toContain(AUTH0_SECRET);
    expect(report.message).toContain('put-secret-value');
  });
});

describe('tokens', () => {
  test('one token serves many runs, and a refused one is renewed once within the run', async () => {
    const { run, auth0 } = await open();
    await run();
    await run();
    expect(auth0.requests.token).toBe(1);
    auth0.revokeTokens();
    auth0.tenant.add(
      generateLogs({ seed: 12, count: 5, fromMs: Date.now() - 50_000, toMs: Date.now() - 30_000 }),
    );
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 5 });
    expect(auth0.requests.token).toBe(2);
  });

  test('a private key with a custom domain: the audience stays the tenant’s domain', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const customDomain = 'login.story.example';
    const { run, secrets } = await open(
      { publicKey, customDomain },
      { config: { auth0: { domain: DOMAIN, customDomain, secret: AUTH0_SECRET } as never } },
    );
    secrets.set(AUTH0_SECRET, JSON.stringify({ clientId: 'story-client', privateKey }));
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 350 });
  });
});

describe('where a pipeline starts', () => {
  const start = (startFrom: string) => ({
    config: { auth0: { domain: DOMAIN, secret: AUTH0_SECRET, startFrom } as never },
  });

  test('"now": only logs after the newest one', async () => {
    const { run, auth0 } = await open({}, start('now'));
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 0 });
    auth0.tenant.add(
      generateLogs({ seed: 13, count: 7, fromMs: Date.now() - 50_000, toMs: Date.now() - 30_000 }),
    );
    expect(await run()).toMatchObject({ logsAccepted: 7 });
  });

  test('a date: every log from it on', async () => {
    const fromMs = Math.floor((Date.now() - 1.5 * HOUR) / 1000) * 1000;
    const { run, auth0, azure } = await open({}, start(new Date(fromMs).toISOString()));
    await run();
    const position = `900${new Date(fromMs).toISOString().slice(0, 19).replace(/\D/g, '')}`;
    const expected = [...auth0.tenant.ids()].filter(id => id > position);
    expect(expected.length).toBeGreaterThan(50);
    expect([...azure.received.logIds()].sort()).toEqual(expected.sort());
  });

  test('"oldest" of a tenant whose ids begin with 800', async () => {
    const logs = generateLogs({ seed: 14, count: 40, ...RECENT() }).map(log => {
      const id = `800${String(log['log_id']).slice(3)}`;
      return { ...log, log_id: id, _id: id };
    });
    const { run } = await open({ logs });
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 40 });
  });

  test('an empty tenant, and its first logs', async () => {
    const { run, auth0 } = await open({ logs: [] });
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsRead: 0 });
    auth0.tenant.add(generateLogs({ seed: 15, count: 9, ...RECENT() }));
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 9 });
  });
});

test('the rate limit is kept: with room left for others, none of 30 pages meets a 429', async () => {
  const logs = generateLogs({ seed: 16, count: 3000, ...RECENT() });
  let nowMs = Date.now();
  stage = await openStage({
    kind,
    auth0: { logs, rateLimit: { burst: 10, perSecond: 10 }, now: () => nowMs },
  });
  const dependencies = await stage.wiring.ship();
  const { ship } = await import('../../lambda/core/ship.ts');
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const report = await ship(
    { ...dependencies, clock },
    { ...stage.wiring.options, owner: 'paced', deadlineMs: nowMs + 60_000, leaseExpiresAtMs: nowMs + 70_000 },
  );
  expect(report).toMatchObject({ outcome: 'caught-up', logsAccepted: 3000 });
  expect(stage.auth0.requests.throttled).toBe(0);
});
