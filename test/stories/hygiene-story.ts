/** A pipeline to which everything happens, in the deployed functions, with all that they print and answer. */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import type { Bundles } from '../../scripts/build.ts';
import { generateLogs, type Log, poisonLog } from '../../simulator/auth0/tenant.ts';
import { eventSourceMapping } from '../../simulator/aws/event-source.ts';
import { type Invocation, type LambdaHost, lambdaHost } from '../../simulator/aws/lambda-host.ts';
import { APIS } from '../../simulator/azure/apis.ts';
import type { SimulatedFault } from '../../simulator/faults.ts';
import { azureSecret } from '../../simulator/world.ts';
import type { Echo, EchoOptions } from './echo.ts';
import { CLIENT, REDACT, REDACTED, RIGHT, SAID, SECRETS, telling, WRONG } from './hygiene-plants.ts';
import { AUTH0_SECRET, AZURE_SECRET, type Kind, openStage, RECENT, type Stage } from './stage.ts';

/** The functions of one pipeline in their processes, and all that they gave away. */
export async function openStory(kind: Kind, built: Bundles, echo: Echo) {
  const logs = generateLogs({ seed: 4711, count: 60, ...RECENT() }).map(telling);
  // Beside them what cannot be shaped, what is not even an object, and what Azure refuses.
  const written = (log: Log, n: number) => {
    if (n === 20) return JSON.stringify(Object.values(REDACTED).join(' '));
    if (n === 30)
      return `${JSON.stringify(log).slice(0, -1)},"depth":${'['.repeat(9000)}${']'.repeat(9000)}}`;
    return JSON.stringify(n === 40 ? poisonLog(log) : log);
  };
  const texts = new Map(logs.map((log, n) => [log.log_id, written(log, n)]));
  const stage = await openStage({
    kind,
    auth0: {
      logs,
      clientSecret: SECRETS['the Auth0 client secret'],
      writeLog: log => texts.get(log.log_id) ?? JSON.stringify(log),
    },
    azure: APIS[kind].withSecret(RIGHT[kind]),
  });
  const hosts: LambdaHost[] = [];
  const answers: Invocation[] = [];
  const config = { ...stage.config, redact: REDACT };
  /** A function; `env` is laid over its environment. */
  const start = (bundle: string, env: Readonly<Record<string, string>> = {}, timeoutMs = 40_000) => {
    const whole = { ...stage.env, PIPELINE_CONFIG: JSON.stringify(config), ...env };
    const host = lambdaHost({ bundle, env: whole, timeoutMs });
    const observed: LambdaHost = {
      ...host,
      invoke: async event => {
        const answer = await host.invoke(event);
        answers.push(answer);
        return answer;
      },
    };
    hosts.push(observed);
    return observed;
  };
  return {
    kind,
    stage,
    config,
    built,
    echo,
    start,
    printed: () => [...hosts.flatMap(host => host.logs), ...answers.map(answer => JSON.stringify(answer))],
    close: async () => {
      for (const host of hosts) await host.stop();
      await stage.close();
    },
  };
}

export type Story = Awaited<ReturnType<typeof openStory>>;

/** Too short for the waits between attempts, which are real here. */
const HASTE_MS = 14_000;
/** How a fault ends that is tried again and again: on its own, or at the end of the time. */
const LASTING = /^(unavailable|out-of-time)$/;

/** Invokes the function and expects this end: an outcome, or a part of an error. */
async function ends(stage: Stage, host: LambdaHost, what: string, end: string | RegExp): Promise<void> {
  await stage.forgetWaits();
  await stage.forgetWaits('echo');
  const answer = await host.invoke({});
  const how = answer.ok ? (answer.result as { outcome: string }).outcome : answer.error;
  expect({ what, how }).toEqual({ what, how: expect.stringMatching(end) });
}

export const setAuth0 = ({ secrets }: Stage, fields: object) =>
  secrets.set(AUTH0_SECRET, JSON.stringify({ ...CLIENT, ...fields }));
const setAzure = ({ stage, kind }: Pick<Story, 'stage' | 'kind'>, secret: string) =>
  stage.secrets.set(AZURE_SECRET, JSON.stringify(azureSecret(kind, secret)));
const PAGE = JSON.stringify([telling({ log_id: '1', _id: '1', date: '', type: 's' })]);
const status = (code: number, body?: string): SimulatedFault => ({
  kind: 'status',
  status: code,
  headers: { 'retry-after': '3000' },
  ...(body === undefined ? {} : { body }),
});

/** Credentials of Auth0 that will not do, and everything that Auth0 may answer. */
export async function auth0Faults({ stage, built, start }: Story): Promise<void> {
  const ship = start(built.ship);
  stage.secrets.set(AUTH0_SECRET, JSON.stringify({ ...CLIENT, clientSecret: 'FILL-ME-IN' }));
  await ends(stage, ship, 'the placeholder', 'placeholder');
  stage.secrets.set(AUTH0_SECRET, SECRETS['the Auth0 client secret']);
  await ends(stage, ship, 'a secret that is no JSON', 'is not a JSON object');
  for (const wrong of [SECRETS['a wrong Auth0 client secret'], SECRETS['a short Auth0 client secret']]) {
    setAuth0(stage, { clientSecret: wrong });
    await ends(stage, ship, 'a wrong secret', 'denied');
  }
  for (const pem of [SECRETS['the private key'], SECRETS['the private key'].slice(0, 400)]) {
    setAuth0(stage, { privateKey: pem });
    await ends(stage, ship, 'a private key that Auth0 does not know, or that is broken', 'denied');
  }
  setAuth0(stage, { clientSecret: SECRETS['the Auth0 client secret'] });
  const scope = '{"statusCode":403,"errorCode":"insufficient_scope","message":"Insufficient scope"}';
  for (const [end, fault] of [
    ['denied', status(403, scope)],
    ['denied', status(401)],
    ['throttled', status(429)],
    ['unavailable', status(500, PAGE)],
  ] as const) {
    stage.auth0.faults.logs.always(fault);
    await ends(stage, ship, `Auth0: ${JSON.stringify(fault).slice(0, 60)}`, end);
  }
  const hasty = start(built.ship, {}, HASTE_MS);
  for (const fault of [status(200, PAGE.slice(0, -9)), { kind: 'html' }, { kind: 'cut' }] as const) {
    stage.auth0.faults.logs.always(fault);
    await ends(stage, hasty, `Auth0: ${JSON.stringify(fault).slice(0, 60)}`, LASTING);
  }
  stage.auth0.faults.logs.clear();
  stage.auth0.revokeTokens();
}

/** Likewise for Azure; what it takes in the end holds poison, and logs that will not shape. */
export async function azureFaults({ kind, stage, built, start }: Story): Promise<void> {
  const ship = start(built.ship);
  const [right, wrong] = [RIGHT[kind], WRONG[kind]];
  setAzure({ stage, kind }, 'FILL-ME-IN');
  await ends(stage, ship, 'the placeholder', 'denied');
  stage.secrets.set(AZURE_SECRET, right);
  await ends(stage, ship, 'a secret that is no JSON', 'denied');
  stage.secrets.set(AZURE_SECRET, JSON.stringify({ [APIS[kind].secretField.toLowerCase()]: right }));
  await ends(stage, ship, 'misspelt fields', 'denied');
  setAzure({ stage, kind }, wrong);
  await ends(stage, ship, 'wrong credentials', 'denied');
  setAzure({ stage, kind }, right);
  stage.post.always(status(429));
  await ends(stage, ship, 'Azure: 429', 'throttled');
  stage.post.clear();
  writeMore(stage);
  await ends(stage, ship, 'poison, and what will not shape', 'caught-up');
  // Rotated while warm: the old ones are refused from now on.
  stage.azure.setSecret(wrong);
  setAzure({ stage, kind }, wrong);
  writeMore(stage);
  await ends(stage, ship, 'rotated credentials', 'caught-up');
}

/** What waits is tried first without success, and then with it; messages that are not ours are among it. */
export async function replays({ stage, built, start }: Story): Promise<void> {
  const host = start(built.replay);
  const { sqs, retryQueueUrl } = stage.aws;
  for (const MessageBody of [
    `${SAID['a detail']} ${SAID['a description']}`,
    JSON.stringify({ version: 1, records: SAID['a description'] }),
  ]) {
    await sqs.send(new SendMessageCommand({ QueueUrl: retryQueueUrl, MessageBody }));
  }
  const mapping = eventSourceMapping({ sqsClient: sqs, queueUrl: retryQueueUrl, invoke: host.invoke });
  const poll = async () => {
    await stage.aws.makeVisible('retry');
    return mapping.poll();
  };
  stage.post.always(status(503));
  const [waiting, { received, deleted }] = [await stage.depths(), await poll()];
  expect([received, deleted]).toEqual([waiting.retry, 0]);
  stage.post.clear();
  expect((await poll()).deleted).toBe(waiting.retry - 2);
}

/** What is around the functions is not as it should be. */
export async function surroundings({ kind, stage, built, start }: Story): Promise<void> {
  stage.post.always({ kind: 'cut' });
  writeMore(stage);
  await ends(stage, start(built.ship, {}, HASTE_MS), 'the request timed out', LASTING);
  const nowhere = 'http://127.0.0.1:1/000000000000/none';
  writeMore(stage);
  stage.post.always(status(503));
  await ends(stage, start(built.ship, { RETRY_QUEUE_URL: nowhere }), 'no queue', 'failed');
  stage.post.clear();
  await ends(stage, start(built.ship, { CHECKPOINT_TABLE: 'no-such-table' }), 'no table', 'failed');
  const config = {
    name: 'story',
    auth0: { domain: 'x.eu.auth0.com', secret: SECRETS['the Auth0 client secret'] },
    azure: { kind, [APIS[kind].secretField]: RIGHT[kind], secret: RIGHT[kind] },
  };
  await ends(
    stage,
    start(built.ship, { PIPELINE_CONFIG: JSON.stringify(config) }),
    'a wrong configuration',
    'problem',
  );
}

/** A vendor that repeats what it was sent: secrets, tokens, signatures and logs. */
export async function echoes({ kind, stage, config, built, echo, start }: Story): Promise<void> {
  const env = {
    AUTH0_BASE_URL: echo.url,
    AZURE_BASE_URL: echo.url,
    ENTRA_BASE_URL: echo.url,
    PIPELINE_CONFIG: JSON.stringify({ ...config, name: 'echo' }),
  };
  const run = async (options: EchoOptions, end: string) => {
    echo.set(options);
    // A process of its own, as a warm one keeps to what a token endpoint asked for.
    const ship = start(built.ship, env);
    await ends(stage, ship, `an echo of ${JSON.stringify(options).slice(0, 60)}`, end);
    await ship.stop();
  };
  setAzure({ stage, kind }, RIGHT[kind]);
  for (const fields of [
    { clientSecret: SECRETS['the Auth0 client secret'] },
    { clientSecret: SECRETS['a short Auth0 client secret'] },
    { privateKey: SECRETS['the private key'] },
  ]) {
    setAuth0(stage, fields);
    await run({ status: 401 }, 'denied');
  }
  await run({ status: 401, givesTokensTo: 'auth0' }, 'denied');
  await run({ status: 500, givesTokensTo: 'auth0' }, 'unavailable');
  // Entra refuses with the secret in its words, where there is one; then the posts are refused with the log in them.
  await run({ status: 401, givesTokensTo: 'auth0', page: PAGE }, 'denied');
  for (const status of [403, 503, 400]) {
    await run({ status, givesTokensTo: 'all', page: PAGE }, status === 503 ? 'unavailable' : 'denied');
  }
}

/** Five more logs, after all that are there. */
function writeMore({ auth0 }: Stage): void {
  const seed = auth0.tenant.ids().size;
  const newest = [...auth0.tenant.ids()].sort().at(-1) ?? '';
  const fromMs = (logIdTimeMs(newest) ?? 0) + 500;
  auth0.tenant.add(generateLogs({ seed, count: 5, fromMs, toMs: fromMs + 500 }).map(telling));
}
