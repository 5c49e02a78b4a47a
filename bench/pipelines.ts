/** Whether many pipelines in one app cost more than their number. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENV } from '../lambda/core/contract.ts';
import { ship } from '../lambda/core/ship.ts';
import { wireFrom } from '../lambda/wiring.ts';
import { APIS, KINDS } from '../simulator/azure/apis.ts';
import { azureSettings } from '../simulator/azure/server.ts';
import { mustBeCaughtUp } from './client.ts';
import { openWorld } from './open-world.ts';
import type { Bench, Row } from './report.ts';

const LOGS = 300;

export const pipelines: Bench = async ({ folder, note }) => {
  const rows: Row[] = [];
  for (const count of [1, 10, 25, 50]) {
    const file = join(folder, `pipelines-${count}.json`);
    writeFileSync(file, JSON.stringify({ pipelines: Array.from({ length: count }, (_, i) => pipeline(i)) }));
    const out = mkdtempSync(join(folder, 'out-'));
    const context = JSON.stringify({ config: file, nested: 'true', dist: folder });
    const startedAtMs = performance.now();
    const run = spawnSync(process.execPath, ['cdk/app.ts'], {
      env: { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: context },
      encoding: 'utf8',
    });
    if (run.status !== 0)
      throw new Error(`the app failed for ${count} pipelines: ${run.stderr.slice(-2000)}`);
    const ms = performance.now() - startedAtMs;
    const tickMs = await tickOfAll(count);
    rows.push({
      pipelines: count,
      'synthesis ms': ms,
      'ms a pipeline': ms / count,
      'KiB of templates a pipeline': kibOfTemplates(out) / count,
      'tick of all ms': tickMs,
      'tick ms a pipeline': tickMs / count,
    });
    note(rows.at(-1)!);
  }
  const remarks = [
    'Nested stacks. A tick: every pipeline ships 300 logs at the same moment, all in one process and to one table, where AWS gives each a function of its own.',
  ];
  return { title: 'Many pipelines', rows, remarks };
};

function kibOfTemplates(folder: string): number {
  const names = readdirSync(folder).filter(name => name.endsWith('.template.json'));
  return names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1024;
}

/** Milliseconds until all have shipped, begun at once. */
async function tickOfAll(count: number): Promise<number> {
  const world = await openWorld({ logs: LOGS, auth0LatencyMs: 50, azureLatencyMs: 100 });
  try {
    Object.assign(process.env, world.env);
    const config = JSON.parse(world.env[ENV.pipelineConfig]!) as object;
    const startedAtMs = performance.now();
    const runs = Array.from({ length: count }, async (_, number) => {
      const own = JSON.stringify({ ...config, name: `pipeline-${number}` });
      const wiring = wireFrom({ ...world.env, [ENV.pipelineConfig]: own });
      const endsAtMs = Date.now() + 120_000;
      return ship(
        { ...(await wiring.ship()), ledger: { add: async () => undefined } },
        {
          ...wiring.options,
          owner: `tick-${number}`,
          deadlineMs: endsAtMs - 10_000,
          leaseExpiresAtMs: endsAtMs,
        },
      );
    });
    for (const report of await Promise.all(runs)) mustBeCaughtUp(report, LOGS);
    return performance.now() - startedAtMs;
  } finally {
    await world.close();
  }
}

function pipeline(number: number): object {
  const [kind] = KINDS;
  return {
    name: `pipeline-${number}`,
    auth0: { domain: `tenant-${number}.eu.auth0.com`, secret: `auth0-${number}` },
    azure: { kind, ...APIS[kind].settings(azureSettings()), secret: `azure-${number}` },
  };
}
