import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { auth0SecretFinding, azureSecretFinding } from '../../../cli/doctor/secrets.ts';
import { environmentSecrets, fileSecrets } from '../../../cli/pipelines/local/secrets.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { SECRET_PLACEHOLDER } from '../../../lambda/core/contract.ts';
import { specOf } from '../../../lambda/destinations/all.ts';
import { KINDS } from '../../../simulator/azure/apis.ts';
import { AUTH0, PIPELINE } from '../../config/samples.ts';
import { SAMPLES } from '../../destinations/samples.ts';

const directory = mkdtempSync(join(tmpdir(), 'doctor-'));
afterAll(() => rmSync(directory, { recursive: true }));

const vault = (fields: object, more: object = {}) => {
  const path = join(directory, 'secrets.json');
  writeFileSync(path, JSON.stringify({ [AUTH0.secret]: fields, [PIPELINE.azure.secret]: fields }));
  const config = parsePipeline({ ...PIPELINE, ...more });
  return { config, secrets: fileSecrets(path, [config]), kind: 'stack', about: {} } as const;
};
const pem = (bits: number) =>
  generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
const { privateKey, publicKey } = pem(2048);
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});
const CLIENT = { clientId: 'a-client', clientSecret: 'a-client-secret' };
const KEY = { clientId: 'a-client' };
const hash = { redact: [{ field: 'user_name', how: 'hash' }] };

describe('the secret of Auth0', () => {
  test.each([
    ['a client secret', CLIENT, {}, 'contains clientId and clientSecret'],
    ['a private key', { ...KEY, privateKey }, {}, 'contains clientId and privateKey'],
    [
      'a private key with escaped line ends',
      { ...KEY, privateKey: privateKey.replaceAll('\n', '\\n') },
      {},
      'privateKey',
    ],
    [
      'a redaction key where a rule needs it',
      { ...CLIENT, redactionKey: 'k'.repeat(32) },
      hash,
      'clientSecret and redactionKey',
    ],
  ])('with %s is well', async (_, fields, more, text) => {
    const finding = await auth0SecretFinding(vault(fields, more));
    expect(finding).toMatchObject({ level: 'ok', text: expect.stringContaining(text) });
  });

  test.each([
    [
      'the placeholder',
      { ...CLIENT, clientSecret: SECRET_PLACEHOLDER },
      {},
      'still contains the placeholder in "clientSecret"',
    ],
    ['no client id', { clientSecret: 'a-client-secret' }, {}, 'does not contain "clientId"'],
    ['neither proof', KEY, {}, 'does not contain "clientSecret" or "privateKey"'],
    ['no redaction key although a rule needs it', CLIENT, hash, 'does not contain "redactionKey"'],
    [
      'a redaction key that is too short',
      { ...CLIENT, redactionKey: 'k'.repeat(31) },
      hash,
      'has a "redactionKey" of 31 characters; at least 32 are required (to create one: openssl rand -hex 32)',
    ],
    ['a file’s name for a key', { ...KEY, privateKey: 'private.pem' }, {}, 'is not valid PEM'],
    ['the public key', { ...KEY, privateKey: publicKey }, {}, 'is a public key'],
    ['a key that is not RSA', { ...KEY, privateKey: elliptic }, {}, 'of type ec; Auth0 requires RSA'],
    [
      'a key that is too short',
      { ...KEY, privateKey: pem(1024).privateKey },
      {},
      'of 1024 bits; at least 2048',
    ],
  ])('with %s is an error, with the command that fills it in', async (_, fields, more, text) => {
    const finding = await auth0SecretFinding(vault(fields, more));
    expect(finding).toMatchObject({
      level: 'error',
      text: expect.stringContaining(text),
      remedy: expect.stringMatching(
        /"clientId": "…".*\n {2}aws secretsmanager put-secret-value --secret-id auth0-logs\/prod\/auth0 /,
      ),
    });
    for (const value of Object.values(fields)) {
      if (value !== SECRET_PLACEHOLDER)
        expect(JSON.stringify(finding)).not.toContain(JSON.stringify(value).slice(1, -1));
    }
  });

  test('with a line break at its end is a warning: it is sent as it is', async () => {
    const finding = await auth0SecretFinding(vault({ ...CLIENT, clientId: 'a-client\n' }));
    expect(finding).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('"clientId" that begins or ends with a space'),
    });
  });

  test('that is nowhere: an error; of a state directory the remedy names no AWS', async () => {
    const { config } = vault({});
    const finding = await auth0SecretFinding({
      config,
      secrets: environmentSecrets(config, {}),
      kind: 'local',
      about: {},
    });
    expect(finding).toMatchObject({ level: 'error', text: expect.stringContaining('was not found') });
    expect(finding.remedy).not.toContain('aws');
  });
});

test.each(KINDS)('of %s with an application that queries, the secret holds both', async kind => {
  const { azure, newSecret } = SAMPLES[kind];
  const id = '01234567-89ab-cdef-0123-456789abcdef';
  const identity = { tenantId: id, clientId: id };
  const { name } = specOf({ kind }).secretField;
  const both = { [name]: newSecret(), clientSecret: 'value' };
  const finding = (fields: Readonly<Record<string, string>>) =>
    azureSecretFinding(vault(fields, { azure: { ...azure, ...identity } }));
  expect(await finding(both)).toMatchObject({ level: 'ok' });
  for (const field of Object.keys(both)) {
    const { [field]: _, ...rest } = both;
    expect(await finding({ ...rest, other: 'x' })).toMatchObject({
      level: 'error',
      text: expect.stringContaining(`does not contain "${field}"`),
      remedy: expect.stringContaining(`"${field}": "…"`),
    });
  }
});

describe.each(KINDS)('the secret of %s', kind => {
  const { secretField } = specOf({ kind });
  const { azure, newSecret } = SAMPLES[kind];
  const { name } = secretField;

  test.each([
    ['what is needed', { [name]: newSecret() }, 'ok', `contains ${name}`],
    ['the placeholder', { [name]: SECRET_PLACEHOLDER }, 'error', `placeholder in "${name}"`],
    ['another field', { another: newSecret() }, 'error', `does not contain "${name}"`],
  ])('with %s', async (_, fields, level, text) => {
    const finding = await azureSecretFinding(vault(fields, { azure }));
    expect(finding).toMatchObject({ level, text: expect.stringContaining(text) });
    for (const value of Object.values(fields)) expect(JSON.stringify(finding)).not.toContain(value);
  });
});
