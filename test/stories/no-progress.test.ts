/** What looks like progress and is none, over real sockets and with the bundles that are deployed. */
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { syntheticLogId } from '../../lambda/core/record/log-id.ts';
import { buildFunctions } from '../../scripts/build.ts';
import { generateLogs } from '../../simulator/auth0/tenant.ts';
import { lambdaHost } from '../../simulator/aws/lambda-host.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import type { SimulatedFault } from '../../simulator/faults.ts';
import { type Kind, openStage, RECENT, type Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage.close());

const open = async (kind: Kind) => {
  const logs = generateLogs({ seed: 21, count: 300, ...RECENT() });
  stage = await openStage({ kind, auth0: { logs }, config: { settleSeconds: 0 } });
};
const answer = (status: number, body = '', type = 'application/json'): SimulatedFault => ({
  kind: 'status',
  status,
  headers: { 'content-type': type },
  body,
});

describe.each(KINDS)('%s: an answer that is not Azure’s is not progress', kind => {
  test.each<[string, SimulatedFault]>([
    ['an error in JSON', answer(200, '{"error":{"code":"Blocked","message":"by policy"}}')],
    ['text', answer(200, 'OK', 'text/plain')],
    ['a page', answer(200, '<html>sign in</html>', 'text/html')],
    ['a script', answer(200, 'location.href="/login"', 'application/javascript')],
    ['203', answer(203)],
    ['206', answer(206)],
    ['207', answer(207)],
  ])('%s', async (_, fault) => {
    await open(kind);
    stage.post.always(fault);
    const place = { outcome: 'intercepted', party: 'azure', logsAccepted: 0, logsRetried: 0 };
    expect(await stage.run()).toMatchObject({ ...place, logsDeadLettered: 0 });
    const second = await stage.run();
    // One batch, and two single records, which show whether all posts get that answer.
    expect(second).toMatchObject({ ...place, posts: 3 });
    expect(second.message).toContain('configure the proxy, gateway or firewall');
    expect(await stage.depths()).toEqual({ retry: 0, 'dead-letter': 0 });
    expect(await stage.checkpoint()).toMatch(/0{39}$/);
    stage.post.clear();
    expect(await stage.run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 300 });
    expect([stage.azure.received.unique, stage.azure.received.duplicates]).toEqual([300, 0]);
  });
});

test('[] of Auth0 although it has newer logs: a run finds them by search', async () => {
  await open(KINDS[0]);
  stage.auth0.faults.checkpointPages.always(answer(200, '[]'));
  expect(await stage.run()).toMatchObject({
    outcome: 'caught-up',
    checkpointAstray: true,
    logsBridged: 300,
  });
  expect([stage.azure.received.unique, await stage.missing()]).toEqual([300, []]);
});

test('the functions as they are deployed, each run in a process of its own, ask a vendor that wants peace once', async () => {
  await open(KINDS[0]);
  const built = await buildFunctions();
  const host = lambdaHost({ bundle: built.ship, env: stage.env, timeoutMs: 60_000 });
  onTestFinished(async () => {
    await host.stop();
    await built.remove();
  });
  const headers = { 'retry-after': '3600' };
  stage.auth0.faults.token.always({ kind: 'status', status: 429, headers });
  for (let n = 0; n < 3; n++) {
    const ran = await host.invoke({});
    expect(ran).toMatchObject({ ok: true, result: { outcome: 'throttled', party: 'auth0' } });
    await host.stop();
  }
  expect(stage.auth0.requests.token).toBe(1);
});

test('a stored place in the future is not caught up, in a function as it is deployed', async () => {
  await open(KINDS[0]);
  await stage.run();
  const built = await buildFunctions();
  const host = lambdaHost({
    bundle: built.ship,
    env: stage.env,
    timeoutMs: 60_000,
  });
  onTestFinished(async () => {
    await host.stop();
    await built.remove();
  });
  const logId = syntheticLogId('900', Date.now() + 86_400_000);
  const { state } = await stage.wiring.ship();
  const nowMs = Date.now();
  const acquired = await state.acquire('story', 'a wrong hand', nowMs, nowMs + 1000);
  if (acquired.kind === 'held') throw new Error('nobody runs');
  const saved = await state.save(acquired.lease, { logId }, nowMs);
  if (saved.kind === 'lost') throw new Error('nobody takes it over');
  await state.release(saved.lease, nowMs, { witnessedAtMs: 0 });
  expect(await host.invoke({})).toMatchObject({
    ok: true,
    result: { outcome: 'astray', party: 'auth0', checkpointAstray: true, checkpoint: { logId } },
  });
});
