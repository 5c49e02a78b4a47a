/** Whether many pipelines in one app cost more than their number. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Row } from './report.ts';

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
    rows.push({ pipelines: count, 'synthesis ms': ms, 'ms a pipeline': ms / count });
    note(rows.at(-1)!);
  }
  return { title: 'Many pipelines', rows };
};

function pipeline(number: number): object {
  return {
    name: `pipeline-${number}`,
    auth0: { domain: `tenant-${number}.eu.auth0.com`, secret: `auth0-${number}` },
    azure: {
      kind: 'data-collector',
      workspaceId: '5ca1ab1e-0000-4000-8000-000000000001',
      secret: `azure-${number}`,
    },
  };
}
