/** How many connections a run makes, over TLS, to vendors in a process of their own. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from '../../bench/open-world.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { certificate, hasOpenssl, startProcess } from '../edges/tls.ts';
import { openStage, RECENT } from './stage.ts';
import type { Met, Vendors } from './vendors-process.ts';

const PAGES = 200;

test.skipIf(!hasOpenssl).each(KINDS)(
  'a backlog takes two connections to Auth0, and to Azure one for each post at the same time: %s',
  async kind => {
    const child = startProcess(join(import.meta.dirname, 'vendors-process.ts'));
    const vendors: Vendors = {
      certificate: certificate(),
      name: 'story',
      logs: PAGES * 100,
      ...RECENT(),
    };
    const env = await ask<Record<string, string>>(child, vendors);
    const stage = await openStage({ kind, env });
    onTestFinished(() => stage.close());
    expect(await stage.run(100_000)).toMatchObject({ outcome: 'caught-up', logsAccepted: PAGES * 100 });
    const met = await ask<Met>(child, {});
    expect(met).toMatchObject({ unique: PAGES * 100, duplicates: 0 });
    expect(met.pages).toBeGreaterThanOrEqual(PAGES);
    expect(met.auth0).toBeLessThanOrEqual(2);
    expect(met.azure).toBeLessThanOrEqual(stage.wiring.replay.destination.maxInFlight);
  },
);
