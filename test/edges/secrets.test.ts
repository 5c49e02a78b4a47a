import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, onTestFinished, test } from 'vitest';
import { SECRET_PLACEHOLDER } from '../../lambda/core/contract.ts';
import { secretsManager } from '../../lambda/edges/secrets.ts';
import { type Answerer, deadUrl, json, serve } from './server.ts';

const NAME = 'auth0-logs/prod/azure';
const VALUE = 'hunter2-hunter2';

function sourceAt(endpoint: string, readLimitMs?: number) {
  const client = new SecretsManagerClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  return secretsManager(client, readLimitMs);
}

async function source(answer: Answerer) {
  const { url, taken } = await serve(answer);
  return { secrets: sourceAt(url), taken };
}

const holding =
  (text: string): Answerer =>
  (_taken, response) =>
    json(response, 200, { Name: NAME, SecretString: text });
const refusing =
  (type: string, status = 400): Answerer =>
  (_taken, response) =>
    json(response, status, { __type: type, message: `${type}: ${VALUE}` });

test('a secret is its text fields, and prints as nothing', async () => {
  const { secrets, taken } = await source(holding(JSON.stringify({ sharedKey: VALUE, port: 1 })));
  const answer = await secrets.read(NAME);
  expect(answer.kind === 'secret' && answer.fields['sharedKey']?.reveal()).toBe(VALUE);
  expect(answer.kind === 'secret' && Object.keys(answer.fields)).toEqual(['sharedKey']);
  expect(JSON.stringify(answer)).not.toContain(VALUE);
  expect(JSON.parse(taken[0]?.body.toString() ?? '')).toEqual({ SecretId: NAME });
  expect(taken[0]?.headers['x-amz-target']).toBe('secretsmanager.GetSecretValue');
});

test('a secret is read once, by one call for all who wait, until it is forgotten', async () => {
  const { secrets, taken } = await source(holding('{"a":"b"}'));
  await Promise.all([secrets.read(NAME), secrets.read(NAME)]);
  await secrets.read(NAME);
  expect(taken).toHaveLength(1);
  await secrets.read('another');
  secrets.forget(NAME);
  await secrets.read('another');
  await secrets.read(NAME);
  expect(taken).toHaveLength(3);
});

test('a secret forgotten while it is being read is read anew', async () => {
  const texts = ['{"a":"old"}', '{"a":"new"}'];
  const { secrets } = await source((taken, response) => holding(texts.shift() ?? '')(taken, response));
  const early = secrets.read(NAME);
  secrets.forget(NAME);
  await early;
  const answer = await secrets.read(NAME);
  expect(answer.kind === 'secret' && answer.fields['a']?.reveal()).toBe('new');
});

test('a placeholder filled in meanwhile is found without forgetting', async () => {
  const texts = [`{"sharedKey":"${SECRET_PLACEHOLDER}"}`, '{"sharedKey":"good"}'];
  const { secrets } = await source((taken, response) => holding(texts.shift() ?? '')(taken, response));
  expect((await secrets.read(NAME)).kind).toBe('fault');
  expect((await secrets.read(NAME)).kind).toBe('secret');
});

test.each([
  ['the placeholder', holding(`{"sharedKey":"${SECRET_PLACEHOLDER}","x":"${VALUE}"}`), 'placeholder'],
  ['text that is no JSON', holding(VALUE), 'not a JSON object'],
  ['a JSON array', holding(`["${VALUE}"]`), 'not a JSON object'],
  [
    'no text',
    ((_taken, response) => json(response, 200, { Name: NAME })) satisfies Answerer,
    'no string value',
  ],
  ['no such secret', refusing('ResourceNotFoundException'), 'does not exist'],
  ['no permission', refusing('AccessDeniedException'), 'secretsmanager:GetSecretValue'],
  ['no permission for the key', refusing('DecryptionFailure'), 'kms:Decrypt'],
  ['a secret marked for deletion', refusing('InvalidRequestException'), 'restore'],
])('%s is denied, with the secret’s name and the command that fills it in', async (_what, answerer, said) => {
  const { secrets } = await source(answerer);
  const answer = await secrets.read(NAME);
  const fault = answer.kind === 'fault' ? answer.fault : undefined;
  expect(fault?.verdict).toBe('denied');
  expect(fault?.message).toContain(said);
  expect(fault?.message).toContain(`aws secretsmanager put-secret-value --secret-id ${NAME} --secret-string`);
  expect(JSON.stringify(answer)).not.toContain(VALUE);
});

test('another refusal is denied and names itself', async () => {
  const { secrets } = await source(refusing('UnrecognizedClientException'));
  const answer = await secrets.read(NAME);
  expect(answer).toMatchObject({
    fault: { verdict: 'denied', status: 400, code: 'UnrecognizedClientException' },
  });
  expect(JSON.stringify(answer)).not.toContain(VALUE);
});

test.each([
  ['throttling', refusing('ThrottlingException')],
  ['an error of AWS', refusing('InternalServiceError', 500)],
  ['a cut connection', ((_taken, response) => response.destroy()) satisfies Answerer],
])('%s is unavailable', async (_what, answerer) => {
  const { secrets } = await source(answerer);
  const answer = await secrets.read(NAME);
  expect(answer).toMatchObject({ kind: 'fault', fault: { verdict: 'unavailable' } });
  expect(JSON.stringify(answer)).not.toContain(VALUE);
});

test('an endpoint where nobody listens is unavailable, with the network’s code', async () => {
  const answer = await sourceAt(await deadUrl()).read(NAME);
  expect(answer).toMatchObject({ fault: { verdict: 'unavailable', code: 'ECONNREFUSED' } });
});

test('an endpoint that never answers is given up', async () => {
  const { url } = await serve(() => undefined);
  const answer = await sourceAt(url, 100).read(NAME);
  expect(answer).toMatchObject({ fault: { verdict: 'unavailable', code: 'TIMEOUT' } });
});

test('no AWS credentials is denied and says so', async () => {
  const client = new SecretsManagerClient({
    endpoint: await deadUrl(),
    region: 'eu-central-1',
    credentials: async () => {
      throw Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
    },
  });
  const answer = await secretsManager(client).read(NAME);
  expect(answer).toMatchObject({ fault: { verdict: 'denied', code: 'CredentialsProviderError' } });
});
