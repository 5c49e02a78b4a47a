/** npm's `auth0-log-extension-tools` with the least that posts its logs to Azure. Its storage is a variable. */
import { createRequire } from 'node:module';
import type { LogTools } from './peers.ts';

const env = process.env as Record<string, string>;
const { LogsProcessor } = createRequire(`${process.cwd()}/package.json`)(
  'auth0-log-extension-tools',
) as LogTools;

let stored: { checkpointId?: string } = {};
const storage = {
  read: async () => stored,
  write: async (data: typeof stored) => {
    stored = data;
  },
};
const grant = new URLSearchParams(env['AUTH0_GRANT']);

/** One tick. It ends without an error whatever happened. Returns the checkpoint. */
export async function handler(
  _event: unknown,
  context: { getRemainingTimeInMillis(): number },
): Promise<string> {
  const { access_token: token } = (await (
    await fetch(env['ENTRA_TOKEN_URL']!, { method: 'POST', body: new URLSearchParams(env['ENTRA_GRANT']) })
  ).json()) as { access_token: string };
  const url = `${env['AZURE_BASE_URL']}/dataCollectionRules/${env['DCR']}/streams/${env['STREAM']}?api-version=2023-01-01`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const post = async (logs: readonly Record<string, unknown>[]): Promise<void> => {
    if (logs.length === 0) return;
    const records = logs.map(log => ({ TimeGenerated: log['date'], LogId: log['log_id'], Raw: log }));
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(records) });
    if (!answer.ok) throw new Error(`Azure answered ${answer.status}`);
    await answer.arrayBuffer();
  };
  const processor = new LogsProcessor(storage, {
    domain: new URL(env['AUTH0_BASE_URL']!).host,
    clientId: grant.get('client_id') ?? '',
    clientSecret: grant.get('client_secret') ?? '',
    startFrom: env['START_FROM']!,
    maxRunTimeSeconds: context.getRemainingTimeInMillis() / 1000,
  });
  await processor.run((logs, done) => void post(logs).then(() => done(), done));
  return stored.checkpointId ?? '';
}
