import { expect, onTestFinished, test } from 'vitest';
import { streamColumns } from '../../../azure/table.ts';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import { startSts } from '../../../simulator/aws/sts.ts';
import { openStage, RECENT } from '../../stories/stage.ts';

const logs = generateLogs({ seed: 66, count: 250, ...RECENT() });

/** A pipeline without an Azure secret: AWS signs a token for its role, and Entra accepts it, if `trusted`. */
async function federatedStage({ trusted }: { readonly trusted: boolean }) {
  const sts = await startSts();
  const stage = await openStage({
    kind: 'logs-ingestion',
    auth0: { logs },
    azure: {
      declaredColumns: streamColumns().map(({ name }) => name),
      entra: { clientSecret: 'nobody knows', federation: trusted ? sts.federation : undefined },
    },
    destination: { auth: 'federated', secret: undefined },
    env: { AWS_ENDPOINT_URL_STS: sts.url },
  });
  onTestFinished(async () => {
    await Promise.all([stage.close(), sts.close()]);
  });
  return { ...stage, sts };
}

test('every log arrives without a secret of Azure, and not a column of it is dropped', async () => {
  const stage = await federatedStage({ trusted: true });
  const report = await stage.run();
  expect(report).toMatchObject({ outcome: 'caught-up', logsAccepted: logs.length });
  expect(await stage.missing()).toEqual([]);
  expect(stage.azure.received.droppedColumns).toEqual({});
  expect([stage.sts.calls, stage.azure.tokensIssued]).toEqual([1, 1]);
});

test('the token is kept from run to run; a refused one is had anew, AWS’s word included', async () => {
  const stage = await federatedStage({ trusted: true });
  await stage.run();
  await stage.run();
  expect(stage.sts.calls).toBe(1);
  stage.azure.expireTokens();
  stage.auth0.tenant.add(
    generateLogs({ seed: 67, count: 5, fromMs: Date.now() - 50_000, toMs: Date.now() - 40_000 }),
  );
  expect(await stage.run()).toMatchObject({ outcome: 'caught-up' });
  expect(stage.sts.calls).toBe(2);
  expect(await stage.missing()).toEqual([]);
});

test('until Entra knows the credential the pipeline holds, puts nothing aside, and then goes on', async () => {
  const stage = await federatedStage({ trusted: false });
  const held = await stage.run();
  expect(held).toMatchObject({ outcome: 'denied', party: 'azure', logsAccepted: 0, logsRetried: 0 });
  expect(held.message).toContain('AADSTS70021');
  expect(await stage.depths()).toEqual({ retry: 0, 'dead-letter': 0 });
  stage.azure.setFederation(stage.sts.federation);
  expect(await stage.run()).toMatchObject({ outcome: 'caught-up', logsAccepted: logs.length });
  expect(await stage.missing()).toEqual([]);
});

test('while the account has federation switched off the pipeline holds, and says how to switch it on', async () => {
  const stage = await federatedStage({ trusted: true });
  stage.sts.setEnabled(false);
  const held = await stage.run();
  expect(held).toMatchObject({ outcome: 'denied', party: 'azure' });
  expect(held.message).toContain('enable-outbound-web-identity-federation');
  stage.sts.setEnabled(true);
  expect(await stage.run()).toMatchObject({ outcome: 'caught-up', logsAccepted: logs.length });
});
