import { afterEach, expect, test, vi } from 'vitest';
import { environmentSecrets } from '../../../cli/pipelines/local/secrets.ts';
import { localOperated } from '../../../cli/pipelines/local/target.ts';
import { inability, readAsByDefault, workspaceReader } from '../../../cli/pipelines/workspace-reader.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { PIPELINE } from '../../config/samples.ts';
import { SAMPLES } from '../../destinations/samples.ts';

afterEach(() => void vi.unstubAllEnvs());

const WORKSPACE = '5ca1ab1e-0000-4000-8000-000000000001';
const COLLECTOR = SAMPLES['data-collector'].azure;
const RULE = SAMPLES['logs-ingestion'].azure;
const { workspaceId } = COLLECTOR;
const READING = { ...COLLECTOR, tenantId: workspaceId, clientId: workspaceId };
const FEDERATED = { ...RULE, auth: 'federated', secret: undefined };
const OPERATOR = { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c', AZURE_CLIENT_SECRET: 's' };

function pipelineTo(azure: object, env: Readonly<Record<string, string>> = {}) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const config = parsePipeline({ ...PIPELINE, azure });
  return localOperated(config, '/nowhere', environmentSecrets(config, process.env));
}

test.each([
  ['a client secret', RULE, { AZURE_CLIENT_SECRET: 'value' }, 'pipeline'],
  ['a client secret that is not here', RULE, {}, 'az'],
  ['a federated identity', FEDERATED, {}, 'az'],
  ['a key', COLLECTOR, { AZURE_SHARED_KEY: 'a2V5' }, 'az'],
  [
    'a key and a client secret',
    READING,
    { AZURE_SHARED_KEY: 'a2V5', AZURE_CLIENT_SECRET: 'value' },
    'pipeline',
  ],
  ['a key and a client secret that is not here', READING, { AZURE_SHARED_KEY: 'a2V5' }, 'az'],
  ['a key and a federated identity', { ...READING, auth: 'federated' }, { AZURE_SHARED_KEY: 'a2V5' }, 'az'],
  ['an application of the operator', COLLECTOR, OPERATOR, 'environment'],
] as const)('with %s', async (_, azure, env, readAs) => {
  expect(await readAsByDefault(pipelineTo(azure, env))).toBe(readAs);
});

test.each([
  ['a client secret', RULE, undefined],
  ['a federated identity', FEDERATED, 'only its function can use its identity'],
  ['a key', COLLECTOR, 'its key can only write to the workspace'],
  ['a key and a client secret', READING, undefined],
  [
    'a key and a federated identity',
    { ...READING, auth: 'federated' },
    'only its function can use its identity',
  ],
])('the pipeline with %s', (_, azure, why) => {
  const pipeline = pipelineTo(azure);
  expect(inability(pipeline, 'pipeline')).toBe(why);
  expect(workspaceReader(pipeline, WORKSPACE, 'pipeline') === undefined).toBe(why !== undefined);
  expect(workspaceReader(pipeline, WORKSPACE, 'az')).toBeDefined();
  expect(inability(pipeline, 'environment')).toContain('are not all set');
});
