/**
 * Do it yourself: what an engineer writes in an hour. The checkpoint is a variable; there is no state, no queue, no
 * alarm, and no answer for a record that Azure refuses.
 */
import { createRequire } from 'node:module';
import type { Library } from './peers.ts';

const env = process.env as Record<string, string>;
// Not bundled: it is measured as its package installs it.
const { LogsIngestionClient } = createRequire(`${process.cwd()}/package.json`)(
  '@azure/monitor-ingestion',
) as Library;

const credential = {
  getToken: async () => ({ token: await tokenOf('ENTRA'), expiresOnTimestamp: Date.now() + 3_600_000 }),
};
const azure = new LogsIngestionClient(env['AZURE_BASE_URL']!, credential);
let checkpoint = env['START_FROM']!;

/** One tick: every page after the checkpoint, one upload, and the checkpoint moves. Returns the checkpoint. */
export async function handler(): Promise<string> {
  const headers = { authorization: `Bearer ${await tokenOf('AUTH0')}` };
  const logs: Record<string, unknown>[] = [];
  for (let from = checkpoint; ; from = String(logs.at(-1)!['log_id'])) {
    const answer = await fetch(`${env['AUTH0_BASE_URL']}/api/v2/logs?from=${from}&take=100`, { headers });
    if (!answer.ok) throw new Error(`Auth0 answered ${answer.status}`);
    const page = (await answer.json()) as typeof logs;
    if (page.length === 0) break;
    logs.push(...page);
  }
  const records = logs.map(log => ({ TimeGenerated: log['date'], LogId: log['log_id'], Raw: log }));
  if (records.length > 0) await azure.upload(env['DCR']!, env['STREAM']!, records);
  checkpoint = String(logs.at(-1)?.['log_id'] ?? checkpoint);
  return checkpoint;
}

async function tokenOf(vendor: 'AUTH0' | 'ENTRA'): Promise<string> {
  const body = new URLSearchParams(env[`${vendor}_GRANT`]);
  const answer = await fetch(env[`${vendor}_TOKEN_URL`]!, { method: 'POST', body });
  return ((await answer.json()) as { access_token: string }).access_token;
}
