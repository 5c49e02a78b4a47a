/** What Azure accepted and did not store is named, with the workspace's own reason. */
import { afterEach, expect, test } from 'vitest';
import { recentLogs } from '../local-world.ts';
import { openStoredWorld, type StoredWorld } from '../stored-world.ts';

let world: StoredWorld;
afterEach(() => world.close());

test('a table made for a rule drops what the Data Collector API accepts: all 20 are named, with the reason', async () => {
  world = await openStoredWorld({
    kind: 'data-collector',
    settings: { logType: 'Auth0Logs' },
    auth0: { logs: recentLogs(20) },
  });
  expect((await world.ship()).stdout).toContain('20 logs shipped');
  const plain = await world.command(['audit', '--from', '4h']);
  expect(plain.stdout).toContain('Nothing is missing: 20 logs settled.');
  expect(plain.stdout).toContain('This proves that Azure accepted the logs.');
  expect(world.azure.workspace.stored).toBe(0);

  const { code, stdout, stderr } = await world.audit();
  console.error(stdout, stderr);
  expect(code).toBe(1);
  const { told } = await world.auditJson();
  console.error(JSON.stringify(told, undefined, 1));
  expect(told.stored.lostLogIds).toEqual([...world.auth0.tenant.ids()].sort());
});
