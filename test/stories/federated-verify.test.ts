/** The function proves its rows with the identity of its AWS role: no secret of Azure is anywhere. */
import { expect, onTestFinished, test } from 'vitest';
import { SHIP_TIMEOUT_SECONDS } from '../../lambda/core/contract.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { buildFunctions } from '../../scripts/build.ts';
import { generateLogs } from '../../simulator/auth0/tenant.ts';
import { lambdaHost } from '../../simulator/aws/lambda-host.ts';
import { startSts } from '../../simulator/aws/sts.ts';
import { KINDS, type Kind } from '../../simulator/azure/apis.ts';
import { azureSettings } from '../../simulator/azure/server.ts';
import { startWorld } from '../../simulator/world.ts';
import { RECENT } from './stage.ts';

const HOUR_MS = 3_600_000;
const logs = generateLogs({ seed: 68, count: 250, ...RECENT() });

/** A function, and a workspace that loses each tenth log while it `isLosing`. */
async function open(kind: Kind) {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const state = { isLosing: true };
  const sts = await startSts({ now });
  onTestFinished(sts.close);
  const { workspaceId, entra } = azureSettings();
  const { tenantId, clientId } = entra;
  const world = await startWorld({
    kind,
    name: 'federated',
    auth0: { logs, now },
    azure: {
      now,
      keepColumns: ['LogId', 'LogId_s'],
      queryRoles: { application: 'all', operator: 'none' },
      entra: { clientSecret: 'nobody knows', federation: sts.federation },
      loses: row => state.isLosing && String(row['LogId'] ?? row['LogId_s']).endsWith('7'),
    },
    settings: { verify: 'repair', azure: { workspaceId, tenantId, clientId, auth: 'federated' } },
  });
  onTestFinished(world.close);
  const functions = await buildFunctions();
  onTestFinished(functions.remove);
  const host = lambdaHost({
    bundle: functions.ship,
    env: { ...world.env, AWS_ENDPOINT_URL_STS: sts.url },
    timeoutMs: SHIP_TIMEOUT_SECONDS * 1000,
    now,
  });
  onTestFinished(host.stop);
  const tick = async () => {
    const invocation = await host.invoke({});
    if (!invocation.ok) throw new Error(invocation.error);
    return invocation.result as RunReport;
  };
  const advance = (ms: number) => {
    aheadMs += ms;
  };
  return { ...world, sts, state, tick, advance };
}

test.each(KINDS)('%s: rows that Azure lost are found an hour later and shipped again', async kind => {
  const { azure, sts, state, tick, advance } = await open(kind);
  expect(await tick()).toMatchObject({ outcome: 'caught-up', logsAccepted: logs.length });
  const lost = logs.length - azure.workspace.stored;
  expect(lost).toBeGreaterThan(10);
  state.isLosing = false;
  advance(HOUR_MS + 60_000);
  let repaired = 0;
  // Each run compares some spans.
  for (let runs = 0; runs < 10 && repaired < lost; runs++) {
    const { verifyFault, outcome, logsRepaired } = await tick();
    expect({ verifyFault, outcome }).toEqual({ verifyFault: undefined, outcome: 'caught-up' });
    repaired += logsRepaired;
  }
  expect(repaired).toBe(lost);
  expect(azure.workspace.stored).toBe(logs.length);
  // To query, and without a key, to post.
  expect(sts.calls).toBeGreaterThanOrEqual(specOf({ kind }).token ? 2 : 1);
});
