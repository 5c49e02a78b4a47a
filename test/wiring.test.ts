import { describe, expect, test } from 'vitest';
import { ConfigError, parsePipeline } from '../lambda/core/config.ts';
import type { SecretSource } from '../lambda/core/model.ts';
import { Secret } from '../lambda/core/secret.ts';
import { type Environment, pipelineParts, wireFrom } from '../lambda/wiring.ts';

const config = {
  name: 'test',
  auth0: { domain: 'test.eu.auth0.com', secret: 'test/auth0' },
  azure: {
    kind: 'data-collector',
    workspaceId: '01234567-89ab-cdef-0123-456789abcdef',
    secret: 'test/azure',
  },
};
const env = (more: Environment = {}): Environment => ({
  PIPELINE_CONFIG: JSON.stringify(config),
  CHECKPOINT_TABLE: 'table',
  RETRY_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/retry',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/dead',
  ...more,
});
const problemsOf = (environment: Environment): readonly string[] => {
  try {
    wireFrom(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};
const secrets = (fields: Record<string, string>): SecretSource => ({
  read: async () => ({
    kind: 'secret',
    fields: Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, new Secret(value)])),
  }),
  forget: () => undefined,
});

describe('the wiring', () => {
  process.env['AWS_REGION'] ??= 'eu-central-1';

  test('lists every missing variable at once', () => {
    expect(problemsOf({})).toHaveLength(4);
    expect(problemsOf(env())).toEqual([]);
  });

  test('a configuration that is no JSON, or a wrong one, is told with what is wrong', () => {
    expect(problemsOf(env({ PIPELINE_CONFIG: '{' }))[0]).toMatch(/PIPELINE_CONFIG.*no JSON/);
    const wrong = { ...config, name: 'No!', settleSeconds: -1 };
    expect(problemsOf(env({ PIPELINE_CONFIG: JSON.stringify(wrong) }))).toHaveLength(2);
  });

  test.each(['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:9', 'https://proxy.example'])(
    '%s is allowed as a base URL',
    url => expect(problemsOf(env({ AUTH0_BASE_URL: url, AZURE_BASE_URL: url }))).toEqual([]),
  );

  test.each([
    'http://auth0.example',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://10.0.0.1',
    'ftp://127.0.0.1',
    'nonsense',
  ])('%s is refused as a base URL: it would carry secrets in clear', url => {
    expect(problemsOf(env({ AZURE_BASE_URL: url }))[0]).toMatch(/AZURE_BASE_URL.*allowed/);
  });

  test('a hash without a key stops the run: a log never ships less redacted than configured', async () => {
    const hashed = parsePipeline({ ...config, redact: [{ field: 'user_name', how: 'hash' }] });
    await expect(pipelineParts(hashed, secrets({ clientId: 'x' })).shaping()).rejects.toThrow(/redactionKey/);
    const { shape } = await pipelineParts(hashed, secrets({ redactionKey: 'k' })).shaping();
    const record = shape({
      log_id: '1',
      user_name: 'anna@example.com',
      description: 'anna@example.com came',
    });
    expect(record.json).not.toContain('anna');
    expect(record.json).toContain('hmac:');
  });

  test('the redaction key is not asked for when no rule needs it', async () => {
    const masked = parsePipeline({ ...config, redact: [{ field: 'user_name', how: 'mask' }] });
    let reads = 0;
    const counting: SecretSource = {
      forget: () => undefined,
      read: async name => {
        reads++;
        return secrets({}).read(name);
      },
    };
    await pipelineParts(masked, counting).shaping();
    expect(reads).toBe(0);
  });
});
