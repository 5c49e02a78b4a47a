import {
  GetSecretValueCommand,
  ListSecretsCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { expect, onTestFinished, test } from 'vitest';
import { startSecretsManager } from '../../../simulator/aws/secrets-manager.ts';

const SECRET = JSON.stringify({ clientId: 'id', clientSecret: 'ünïcode "quoted"' });

async function secretsForTest() {
  const simulator = await startSecretsManager({ secrets: { 'auth0-logs/prod/auth0': SECRET } });
  const client = new SecretsManagerClient({
    endpoint: simulator.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await simulator.close();
  });
  const read = (id: string) => client.send(new GetSecretValueCommand({ SecretId: id }));
  return { simulator, client, read };
}

test('the SDK reads a secret by its name', async () => {
  const { simulator, read } = await secretsForTest();
  const { SecretString, Name, ARN, VersionStages, CreatedDate } = await read('auth0-logs/prod/auth0');
  expect({ SecretString, Name, ARN }).toEqual({
    SecretString: SECRET,
    Name: 'auth0-logs/prod/auth0',
    ARN: simulator.arnOf('auth0-logs/prod/auth0'),
  });
  expect(VersionStages).toEqual(['AWSCURRENT']);
  expect(CreatedDate).toBeInstanceOf(Date);
});

test('the SDK reads a secret by its ARN', async () => {
  const { simulator, read } = await secretsForTest();
  const arn = simulator.arnOf('auth0-logs/prod/auth0');
  expect(arn).toMatch(/^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:auth0-logs\/prod\/auth0-\w{6}$/);
  expect((await read(arn)).SecretString).toBe(SECRET);
});

test('an unknown secret is a ResourceNotFoundException', async () => {
  const { read } = await secretsForTest();
  const error = await read('auth0-logs/prod/azure').catch(caught => caught);
  expect(error).toBeInstanceOf(ResourceNotFoundException);
  expect(error.$metadata.httpStatusCode).toBe(400);
});

test('a secret can be added and changed, and every call is counted', async () => {
  const { simulator, read } = await secretsForTest();
  simulator.set('auth0-logs/prod/auth0', 'changed');
  simulator.set('new', 'added');
  expect((await read('auth0-logs/prod/auth0')).SecretString).toBe('changed');
  expect((await read('new')).SecretString).toBe('added');
  await read('nowhere').catch(() => undefined);
  expect(simulator.calls).toBe(3);
});

test('any other operation is refused by name', async () => {
  const { client } = await secretsForTest();
  await expect(client.send(new ListSecretsCommand({}))).rejects.toThrow('GetSecretValue');
});

test('a request without an AWS signature, or without a SecretId, is refused', async () => {
  const { simulator } = await secretsForTest();
  const refused = async (headers: Record<string, string>, body: string) => {
    const target = { 'x-amz-target': 'secretsmanager.GetSecretValue', ...headers };
    const response = await fetch(simulator.url, { method: 'POST', headers: target, body });
    return [response.status, JSON.parse(await response.text()).__type];
  };
  expect(await refused({}, '{"SecretId":"new"}')).toEqual([400, 'MissingAuthenticationTokenException']);
  const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=x' };
  for (const body of ['', '[]', 'null', '{', '{"SecretId":1}']) {
    expect(await refused(signed, body)).toEqual([400, 'ValidationException']);
  }
});

test('faults reach the SDK: throttling, a cut connection, HTML', async () => {
  const { simulator, read } = await secretsForTest();
  simulator.faults.add({
    kind: 'status',
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: '{"__type":"ThrottlingException","message":"slow down"}',
  });
  await expect(read('auth0-logs/prod/auth0')).rejects.toThrow(/slow down/);
  simulator.faults.add({ kind: 'cut' });
  await expect(read('auth0-logs/prod/auth0')).rejects.toThrow(/ECONNRESET|hang up/);
  simulator.faults.add({ kind: 'html' });
  await expect(read('auth0-logs/prod/auth0')).rejects.toThrow();
  expect((await read('auth0-logs/prod/auth0')).SecretString).toBe(SECRET);
});
