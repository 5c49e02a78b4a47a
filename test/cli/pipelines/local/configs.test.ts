import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfigs } from '../../../../cli/pipelines/local/configs.ts';
import { PIPELINE } from '../../../config/samples.ts';
import { SAMPLES } from '../../../destinations/samples.ts';

const ID = '01234567-89ab-cdef-0123-456789abcdef';
const IDENTITY = { tenantId: ID, clientId: ID, auth: 'federated' };

async function read(pipeline: object) {
  const directory = await mkdtemp(join(tmpdir(), 'configs-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'config.json');
  await writeFile(file, JSON.stringify({ ...PIPELINE, ...pipeline }));
  return () => readConfigs(file, undefined);
}

test('a federated identity that queries runs here only without verify', async () => {
  const azure = { ...SAMPLES['data-collector'].azure, ...IDENTITY };
  expect(await read({ azure })).not.toThrow();
  expect(await read({ azure, verify: 'alarm' })).toThrow(
    'verify is "alarm" and azure.auth is "federated", so only its function can run it. For this machine, set azure.auth to "client-secret", or verify to "off"',
  );
});

test('one that posts does not run here', async () => {
  const { secret: _, ...rule } = SAMPLES['logs-ingestion'].azure;
  expect(await read({ azure: { ...rule, ...IDENTITY } })).toThrow(
    'azure.auth is "federated", so only its function can run it. For this machine, set azure.auth to "client-secret", and azure.secret',
  );
});
