/** The only reader of the environment, the only maker of clients: builds what the two stories need. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ConfigError, type PipelineConfig, parsePipeline } from './config/config.ts';
import { ENV, type QueueLook, type QueueLooks } from './core/contract.ts';
import { evidence } from './core/evidence.ts';
import type { Clock, Destination, Fault, LogSource, SecretSource } from './core/model.ts';
import { includeRule } from './core/record/include.ts';
import { redactor } from './core/record/redact.ts';
import { type AskRedaction, redactionTag } from './core/record/redact-again.ts';
import { recordRedactor } from './core/record/redact-record.ts';
import { redactionKeyProblem } from './core/record/redaction-key.ts';
import { shaper } from './core/record/shape.ts';
import type { ReplayDependencies } from './core/replay.ts';
import type { ShipDependencies, ShipOptions } from './core/run.ts';
import { parseStartFrom } from './core/start-from.ts';
import type { Verifying } from './core/workspace.ts';
import { openDestination, specOf } from './destinations/all.ts';
import { auth0Logs } from './edges/auth0.ts';
import { checkpointStore } from './edges/dynamodb.ts';
import { continuing } from './edges/dynamodb-former.ts';
import { textMaxBytes } from './edges/http-body.ts';

import { httpClient } from './edges/http-client.ts';
import { secretsManager } from './edges/secrets.ts';
import { failedBatchQueue, queueLooks, visibility } from './edges/sqs.ts';
import { type Telemetry, telemetry } from './edges/telemetry.ts';
import { baseUrlOf, type Environment, systemClock } from './environment.ts';
import { openingOf, verifyingOf } from './wiring-azure.ts';

/** What does not change from run to run. */
export type PipelineOptions = Omit<ShipOptions, 'owner' | 'deadlineMs' | 'leaseExpiresAtMs'>;

export interface Wiring {
  readonly options: PipelineOptions;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Rejects when the redaction key cannot be read or is too short: a log is never shipped less redacted than configured. */
  ship(): Promise<ShipDependencies>;
  readonly replay: ReplayDependencies & Replaying;
  postpone(receiptHandle: string, seconds: number): Promise<void>;
  /** What waits in the queues; never rejects. */
  lookAtQueues(): Promise<QueueLooks>;
}

const DAY_MS = 86_400_000;
/** How often an idle pipeline confirms an empty page: at most 144 calls a day. */
const WITNESS_MS = 600_000;

/** See ShipDependencies. */
export const ioFirst = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

let wired: Wiring | undefined;

/** The wiring of this Lambda, made once and kept while it is warm. Throws ConfigError with every problem. */
export function wire(env: Environment = process.env): Wiring {
  wired ??= wireFrom(env);
  return wired;
}

/** The wiring that an environment describes, made anew at every call. Throws ConfigError likewise. */
export function wireFrom(env: Environment): Wiring {
  const required = [ENV.pipelineConfig, ENV.checkpointTable, ENV.retryQueueUrl, ENV.deadLetterQueueUrl];
  const missing = required.filter(name => !env[name]);
  if (missing.length > 0) {
    throw new ConfigError(missing.map(name => `environment variable ${name}: missing; the stack sets it`));
  }
  const config = parsePipeline(jsonOf(ENV.pipelineConfig, env[ENV.pipelineConfig]!));
  // Together with the margin before the deadline: two tries of each call end before the function does.
  const client = {
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_500, throwOnRequestTimeout: true },
  };
  // An adopted queue's URL is made of its name: it says which queue, and the client where SQS is.
  const sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
  const retryQueueUrl = env[ENV.retryQueueUrl]!;
  const urls = { retry: retryQueueUrl, 'dead-letter': env[ENV.deadLetterQueueUrl]! };
  const secrets = secretsManager(new SecretsManagerClient(client));
  const emit = telemetry({
    pipeline: config.name,
    stack: env[ENV.stackName] ?? 'none',
    service: env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'auth0-logs-to-azure',
  });
  const parts = pipelineParts(config, secrets, env);
  const shared = {
    destination: parts.destination,
    queue: failedBatchQueue(sqs, urls),
    clock: systemClock,
    random: Math.random,
    journal: emit.journal,
  };
  const dynamodb = new DynamoDBClient(client);
  const table = env[ENV.checkpointTable]!;
  const state = continuing(checkpointStore(dynamodb, table), dynamodb, table, {
    previousNames: config.previousNames,
    isAdopted: config.adopt?.checkpointTable !== undefined,
  });
  const lookAtQueues = queueLooks(sqs, urls);
  const stored = parts.verifying(async queue => mayHold((await lookAtQueues())[queue]));
  return {
    options: parts.options,
    clock: systemClock,
    telemetry: emit,
    ship: async () => ({
      ...shared,
      ...(await parts.shaping()),
      stored,
      source: parts.source,
      state,
      ledger: emit.ledger,
      ioFirst,
    }),
    replay: { ...shared, ...parts.replaying, accepts: config.previousNames, evidence: evidence() },
    postpone: visibility(sqs, retryQueueUrl).postpone,
    lookAtQueues,
  };
}

/** A queue that could not be read may hold messages. */
const mayHold = (look: QueueLook): boolean => 'problem' in look || look.visible + look.hidden > 0;

/** What a configuration alone decides, wherever the state is kept: also the CLI's. */
export interface PipelineParts {
  readonly options: PipelineOptions;
  readonly source: LogSource;
  readonly destination: Destination;
  /** Undefined when `verify` is off. */
  verifying(holds: Verifying['holds']): Verifying | undefined;
  shaping(): Promise<Pick<ShipDependencies, 'shape' | 'includes' | 'redactionUnmatched' | 'redactionTag'>>;
  readonly replaying: Replaying;
}

/** What a replay needs of the configuration, besides a destination. */
export interface Replaying {
  /** Undefined without rules. Reads the redaction key when a rule hashes, and never rejects. */
  readonly redaction?: AskRedaction;
}

/** Throws ConfigError for a base URL that is not allowed. */
export function pipelineParts(
  config: PipelineConfig,
  secrets: SecretSource,
  env: Environment = {},
): PipelineParts {
  // What Lambda sets, in MiB: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
  const memory = env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'];
  const maxTextBytes = textMaxBytes(memory === undefined ? undefined : Number(memory));
  const base = { secrets, clock: systemClock, fetch: httpClient({ maxTextBytes }) };
  const { auth0 } = config;
  const startFrom = parseStartFrom(auth0.startFrom);
  if (!startFrom) throw new ConfigError([`auth0.startFrom: is "${auth0.startFrom}"`]);
  return {
    options: {
      pipeline: config.name,
      startFrom,
      retentionMs: auth0.logRetentionDays * DAY_MS,
      ripeMs: config.settleSeconds * 1000,
      sweepMs: config.sweepMinutes * 60_000,
      witnessMs: WITNESS_MS,
      rateLimitHeadroom: auth0.rateLimitHeadroom,
    },
    source: auth0Logs({ ...base, config: auth0, baseUrl: baseUrlOf(env, ENV.auth0BaseUrl) }),
    destination: openDestination(config.azure, openingOf(base, env)).destination,
    verifying: holds => verifyingOf(config, secrets, env, holds),
    shaping: async () => {
      const key = await redactionKey(config, secrets);
      if (key.kind === 'fault') throw key.error;
      const redact = redactor(config.redact, key.key);
      return {
        shape: shaper({
          form: specOf(config.azure).form,
          auth0Domain: auth0.domain,
          redact,
          typeColumns: config.typeColumns,
        }),
        includes: includeRule(config),
        redactionUnmatched: () => {
          const redactionUnmatched = redact.unmatched();
          return redactionUnmatched.length > 0 ? { redactionUnmatched } : {};
        },
        redactionTag: redactionTag(config.redact, key.key),
      };
    },
    replaying: config.redact.length > 0 ? { redaction: () => redactionNow(config, secrets) } : {},
  };
}

async function redactionNow(config: PipelineConfig, secrets: SecretSource): ReturnType<AskRedaction> {
  const { redact, azure } = config;
  const answer = await redactionKey(config, secrets);
  if (answer.kind === 'fault') return { kind: 'fault', fault: answer.fault };
  const tag = redactionTag(redact, answer.key) ?? '';
  const redactRecord = recordRedactor(redact, answer.key, specOf(azure).form);
  return { kind: 'redaction', redaction: { tag, redactRecord } };
}

type KeyAnswer =
  | { readonly kind: 'key'; readonly key: string | undefined }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly error: Error };

/** The key of keyed hashes: field `redactionKey` of the Auth0 secret, read only when a rule needs it. */
async function redactionKey({ redact, auth0 }: PipelineConfig, secrets: SecretSource): Promise<KeyAnswer> {
  if (!redact.some(rule => rule.how === 'hash')) return { kind: 'key', key: undefined };
  const secret = await secrets.read(auth0.secret);
  if (secret.kind === 'fault') {
    return { kind: 'fault', fault: secret.fault, error: new Error(secret.fault.message) };
  }
  const key = secret.fields['redactionKey']?.reveal();
  const problem = redactionKeyProblem(key);
  if (problem === undefined) return { kind: 'key', key };
  // It may be corrected at any time, and must then be found.
  secrets.forget(auth0.secret);
  const message = `redact: "hash" needs the field "redactionKey" in the secret ${auth0.secret}, which ${problem}`;
  return { kind: 'fault', fault: { verdict: 'denied', message }, error: new ConfigError([message]) };
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError([`environment variable ${name}: invalid JSON; allowed: one pipeline as JSON`]);
  }
}
