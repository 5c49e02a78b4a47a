import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  environmentSecrets,
  fileSecrets,
  secretProblems,
  secretsFileWarning,
} from '../../../../cli/pipelines/local/secrets.ts';
import { type PipelineConfig, parsePipeline } from '../../../../lambda/config/config.ts';
import type { SecretSource } from '../../../../lambda/core/model.ts';
import { SOME, SOME_SECRET } from '../../../destinations/samples.ts';

const config: PipelineConfig = parsePipeline({
  name: 'prod',
  auth0: { domain: 'acme.eu.auth0.com', secret: 'prod/auth0' },
  azure: { ...SOME.azure, secret: 'prod/azure' },
});
let directory = '';
let file = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secrets-'));
  file = join(directory, 'secrets.json');
});
afterEach(() => rm(directory, { recursive: true }));

async function revealed(source: SecretSource, name: string) {
  const answer = await source.read(name);
  if (answer.kind === 'fault') return answer.fault.verdict;
  return Object.fromEntries(Object.entries(answer.fields).map(([key, secret]) => [key, secret.reveal()]));
}
const write = (content: unknown) => writeFile(file, JSON.stringify(content));

describe('secrets from the environment', () => {
  test('each field has its variable; what is empty is not there', async () => {
    const source = environmentSecrets(config, {
      AUTH0_CLIENT_ID: 'id',
      AUTH0_PRIVATE_KEY: 'pem',
      AUTH0_CLIENT_SECRET: '',
      [SOME_SECRET.variable]: 'key',
      PATH: '/bin',
    });
    expect(await revealed(source, 'prod/auth0')).toEqual({ clientId: 'id', privateKey: 'pem' });
    expect(await revealed(source, 'prod/azure')).toEqual({ [SOME_SECRET.name]: 'key' });
    expect(await revealed(source, 'another')).toBe('denied');
  });

  test('printing an answer shows no secret', async () => {
    const answer = await environmentSecrets(config, { AUTH0_CLIENT_ID: 'very-secret' }).read('prod/auth0');
    expect(JSON.stringify(answer)).not.toContain('very-secret');
  });
});

describe('secrets from a file', () => {
  test('are read once, and anew after "forget", so that a rotated one is found', async () => {
    await write({ 'prod/auth0': { clientId: 'id', clientSecret: 'old', number: 7 } });
    const source = fileSecrets(file, [config]);
    expect(await revealed(source, 'prod/auth0')).toEqual({ clientId: 'id', clientSecret: 'old' });
    await write({ 'prod/auth0': { clientId: 'id', clientSecret: 'new' } });
    expect(await revealed(source, 'prod/auth0')).toMatchObject({ clientSecret: 'old' });
    source.forget('prod/auth0');
    expect(await revealed(source, 'prod/auth0')).toMatchObject({ clientSecret: 'new' });
  });

  test.each([{}, [], { 'prod/auth0': 'text' }, { 'prod/auth0': null }, { 'prod/auth0': {} }])(
    'a secret that is not there is a denial, never an exception: %j',
    async content => {
      await write(content);
      for (const name of ['prod/auth0', '__proto__', 'constructor']) {
        expect(await revealed(fileSecrets(file, [config]), name)).toBe('denied');
      }
      await rm(file);
      expect(await revealed(fileSecrets(file, [config]), 'prod/auth0')).toBe('denied');
    },
  );

  test('that others may read are warned about', async () => {
    await write({});
    await chmod(file, 0o600);
    expect(secretsFileWarning(file, [config])).toBeUndefined();
    await chmod(file, 0o640);
    expect(secretsFileWarning(file, [config])).toBe(
      `${file} is readable by other users (mode 640); run:\n  chmod 600 ${file}`,
    );
  });

  test('from a pipe, which is empty after the first look, are read once', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', ['-m', '666', pipe]);
    const secrets = { 'prod/auth0': { clientId: 'id' }, 'prod/azure': { [SOME_SECRET.name]: 'key' } };
    spawn('sh', ['-c', 'printf %s "$1" > "$2"', 'sh', JSON.stringify(secrets), pipe]);
    expect(secretsFileWarning(pipe, [config])).toBeUndefined();
    const source = fileSecrets(pipe, [config]);
    expect(await revealed(source, 'prod/auth0')).toEqual({ clientId: 'id' });
    expect(await revealed(source, 'prod/azure')).toEqual({ [SOME_SECRET.name]: 'key' });
  });

  test('that are not there are asked for with the form of the file', () => {
    const form = `{"prod/auth0": {"clientId": "…", "clientSecret": "…"}, "prod/azure": {"${SOME_SECRET.name}": "…"}}`;
    expect(() => secretsFileWarning('no.json', [config])).toThrow(
      `the secrets file no.json does not exist; specify its path with --secrets, or write it: ${form}`,
    );
  });

  test('that lack a secret say with which fields it is added', async () => {
    await write({});
    const answer = await fileSecrets(file, [config]).read('prod/auth0');
    const added = `add to ${file}: {"prod/auth0": {"clientId": "…", "clientSecret": "…"}}`;
    expect(answer).toMatchObject({ fault: { message: `the secret "prod/auth0" was not found; ${added}` } });
  });

  test('that are no JSON are refused without a word of them', async () => {
    await writeFile(file, '{"prod/auth0": {"clientSecret": "hunter2" "x"}}');
    expect(() => secretsFileWarning(file, [config])).toThrow(`${file} is invalid JSON (line 1, column 43)`);
    expect(() => secretsFileWarning(file, [config])).not.toThrow('hunter2');
  });
});

describe('what is missing is known before anything begins', () => {
  const problems = (env: Record<string, string>, of = config) =>
    secretProblems(of, environmentSecrets(of, env), undefined);

  test('everything', async () => {
    expect(await problems({})).toEqual([
      expect.stringContaining(
        'AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or AUTH0_CLIENT_ID and AUTH0_PRIVATE_KEY',
      ),
      expect.stringContaining(SOME_SECRET.variable),
    ]);
  });

  test.each(['AUTH0_CLIENT_SECRET', 'AUTH0_PRIVATE_KEY'])('nothing, with %s', async variable => {
    expect(await problems({ AUTH0_CLIENT_ID: 'id', [variable]: 'x', [SOME_SECRET.variable]: 'key' })).toEqual(
      [],
    );
  });

  test('the redaction key, where a rule hashes', async () => {
    const hashing = { ...config, redact: [{ field: 'user_name', how: 'hash' as const }] };
    const env = { AUTH0_CLIENT_ID: 'id', AUTH0_CLIENT_SECRET: 'x', [SOME_SECRET.variable]: 'key' };
    expect(await problems(env, hashing)).toEqual([expect.stringContaining('AUTH0_REDACTION_KEY')]);
    expect(await problems({ ...env, AUTH0_REDACTION_KEY: 'k'.repeat(32) }, hashing)).toEqual([]);
  });

  test.each(['FILL-ME-IN', '…', 'CLIENT_ID'])('a placeholder, once and by its field: %s', async value => {
    const hashing = { ...config, redact: [{ field: 'user_name', how: 'hash' as const }] };
    const env = { AUTH0_CLIENT_ID: 'id', AUTH0_CLIENT_SECRET: value, [SOME_SECRET.variable]: 'key' };
    expect(await problems(env, hashing)).toEqual([
      'pipeline "prod": the secret "prod/auth0" still contains the placeholder in "clientSecret"; replace it in the file of --secrets, or in its environment variable',
    ]);
  });

  test('in a file, it says what to add', async () => {
    await write({ 'prod/azure': { [SOME_SECRET.name]: 'key' } });
    expect(await secretProblems(config, fileSecrets(file, [config]), file)).toEqual([
      `pipeline "prod": the secret "prod/auth0" is missing or incomplete; add to ${file}: {"prod/auth0": {"clientId": "…", "clientSecret": "…"}}`,
    ]);
  });
});
