import { execSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ConfigError, parsePipeline } from '../lambda/config/config.ts';
import type { SecretSource } from '../lambda/core/model.ts';
import { Secret } from '../lambda/core/secret.ts';
import type { Environment } from '../lambda/environment.ts';
import { pipelineParts, wireFrom } from '../lambda/wiring.ts';
import { SOME } from './destinations/samples.ts';

const config = {
  name: 'test',
  auth0: { domain: 'test.eu.auth0.com', secret: 'test/auth0' },
  azure: { ...SOME.azure, secret: 'test/azure' },
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

const KEY = 'k'.repeat(32);
const hashes = { redact: [{ field: 'user_name', how: 'hash' }] };

describe('the wiring', () => {
  process.env['AWS_REGION'] ??= 'eu-central-1';

  test('lists every missing variable at once', () => {
    expect(problemsOf({})).toHaveLength(4);
    expect(problemsOf(env())).toEqual([]);
  });

  test('a configuration that is no JSON, or a wrong one, is told with what is wrong', () => {
    expect(problemsOf(env({ PIPELINE_CONFIG: '{' }))[0]).toMatch(/PIPELINE_CONFIG.*invalid JSON/);
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
    const { shape } = await pipelineParts(hashed, secrets({ redactionKey: KEY })).shaping();
    const record = shape({
      log_id: '1',
      user_name: 'anna@example.com',
      description: 'anna@example.com came',
    });
    expect(record.json).not.toContain('anna');
    expect(record.json).toContain('hmac:');
  });

  test('a key that is too short stops the run, with a command that makes one, and is not shown', async () => {
    const hashed = parsePipeline({ ...config, ...hashes });
    const short = 'k'.repeat(31);
    const refused = await pipelineParts(hashed, secrets({ redactionKey: short }))
      .shaping()
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigError);
    const [problem = ''] = (refused as ConfigError).problems;
    expect(problem).toContain('has one of 31 characters; allowed: 32 or more; generate one: ');
    expect(problem).not.toContain(short);
    // The remedy works when typed.
    const [, command = ''] = /generate one: ([^;]+);/.exec(problem) ?? [];
    const made = execSync(command, { encoding: 'utf8' }).trim();
    await pipelineParts(hashed, secrets({ redactionKey: made })).shaping();
  });

  test('a key that was missing is found once it is there, without a restart', async () => {
    const hashed = parsePipeline({ ...config, ...hashes });
    let fields: Record<string, string> = {};
    const cached = new Map<string, ReturnType<SecretSource['read']>>();
    const caching: SecretSource = {
      read: name => {
        if (!cached.has(name)) cached.set(name, secrets(fields).read(name));
        return cached.get(name)!;
      },
      forget: name => cached.delete(name),
    };
    const parts = pipelineParts(hashed, caching);
    await expect(parts.shaping()).rejects.toThrow(/redactionKey/);
    fields = { redactionKey: KEY };
    await expect(parts.shaping()).resolves.toHaveProperty('redactionTag', expect.stringMatching(/^\w{16}$/));
  });

  test('a replay gets the rules for records under the tag that ship writes, and nothing without rules', async () => {
    expect(pipelineParts(parsePipeline(config), secrets({})).replaying).toEqual({});
    expect(wireFrom(env()).replay).not.toHaveProperty('redaction');
    const hashed = parsePipeline({ ...config, ...hashes });
    const parts = pipelineParts(hashed, secrets({ redactionKey: KEY }));
    const { redactionTag } = await parts.shaping();
    const answer = await parts.replaying.redaction?.();
    if (answer?.kind !== 'redaction') throw new Error('there is no redaction');
    expect(answer.redaction.tag).toBe(redactionTag);
    const json = Buffer.from(JSON.stringify({ LogId: '1', ActorUsername: 'anna@example.com' }));
    const record = answer.redaction.redactRecord({ logId: '1', json });
    expect(record.json.toString()).toMatch(/^\{"LogId":"1","ActorUsername":"hmac:\w{32}"\}$/);
  });

  test('a replay whose key cannot be read gets the fault, with the reason', async () => {
    const hashed = parsePipeline({ ...config, ...hashes });
    const fault = { verdict: 'unavailable', message: 'no answer' } as const;
    const silent: SecretSource = { read: async () => ({ kind: 'fault', fault }), forget: () => undefined };
    expect(await pipelineParts(hashed, silent).replaying.redaction?.()).toEqual({ kind: 'fault', fault });
    expect(await pipelineParts(hashed, secrets({ redactionKey: 'k' })).replaying.redaction?.()).toMatchObject(
      {
        kind: 'fault',
        fault: { verdict: 'denied', message: expect.stringContaining('1 character') },
      },
    );
  });

  test('the report names the rules that matched no log of a run, and no others', async () => {
    const redact = [
      { field: 'user_name', how: 'mask' },
      { field: 'details.nothing', how: 'drop' },
    ];
    const { shape, redactionUnmatched } = await pipelineParts(
      parsePipeline({ ...config, redact }),
      secrets({}),
    ).shaping();
    expect(redactionUnmatched?.()).toEqual({});
    shape({ log_id: '1', user_name: 'anna' });
    expect(redactionUnmatched?.()).toEqual({ redactionUnmatched: ['details.nothing'] });
    shape({ log_id: '2', user_name: 'anna', details: { nothing: 1 } });
    expect(redactionUnmatched?.()).toEqual({});
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
