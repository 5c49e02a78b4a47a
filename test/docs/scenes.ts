/**
 * Where the commands of docs/operating.md and docs/runbook.md are run: a deployed stack of one pipeline, on loopback, in the
 * situations that the pages show, and a directory of a machine that runs without AWS.
 */
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { generateLogs, poisonLog } from '../../simulator/auth0/tenant.ts';
import type { AwsOperations } from '../../simulator/aws/operations.ts';
import { LOGS_INGESTION } from '../../simulator/azure/logs-ingestion.ts';
import { azureSettings } from '../../simulator/azure/server.ts';
import { secretNames } from '../../simulator/world.ts';
import { deployed } from '../azure/sample-deployment.ts';
import { OWN_ENV } from '../cli/cli.ts';
import { openLocalWorld, recentLogs } from '../cli/local-world.ts';
import { messageOf, OUTAGE } from '../cli/replay/dead-letters.ts';
import { type Deployed, openStackWorld, PIPELINES, STACK } from '../cli/stack-world.ts';
import { ROOT } from './pages.ts';

export interface Ended {
  readonly code: number | null;
  /** Both streams, in the order in which a terminal would show them. */
  readonly text: string;
}

export interface Scene {
  /** Brings about the situation of this name. Throws for one that is unknown. */
  enter(situation: string): Promise<void>;
  /** Bash with the operator's environment, in a directory of the scene's own. */
  shell(script: string): Promise<Ended>;
  close(): Promise<void>;
}

/** One after the other, each list in a scene of its own. */
export const SITUATIONS = {
  stack: ['well', 'denied', 'dead letters'],
  skipped: ['skipped', 'on again', 'dropped'],
  local: ['local'],
} as const;

type Situations = Readonly<Record<string, () => Promise<unknown>>>;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ENTERPRISE = { burst: 50, perSecond: 16 };
const { kind } = LOGS_INGESTION;
/** A name that reads like a real one. */
const AZURE = {
  endpoint: 'https://auth0-logs-x1y2-westeurope.logs.z1.ingest.monitor.azure.com',
  workspaceId: azureSettings().workspaceId,
};
/** What the template's readRows gives. */
const READ_ROWS = ['Auth0Logs_CL', '_LogOperation', 'DCRLogErrors'];

/** As cdk/alarms.ts writes them. */
const SENTENCES = {
  'denied-by-azure':
    'Azure rejected the credentials or the settings, or the secret is missing or incomplete. No logs are shipped. ' +
    'Likely causes: the role is missing. ' +
    'What to do: npx auth0-logs-to-azure doctor --stack Auth0LogsToAzure --region us-east-1 --pipeline prod, ' +
    'and denied-by-azure in docs/runbook.md',
  'dead-letters':
    'The dead-letter queue holds failed batches. Their logs are not in Azure and are not retried automatically. ' +
    'What to do: npx auth0-logs-to-azure doctor --stack Auth0LogsToAzure --region us-east-1 --pipeline prod, ' +
    'and dead-letters in docs/runbook.md',
};

/** @param directory where the commands are run; one of its own when it is left out */
export async function openStackScene(directory?: string): Promise<Scene> {
  const world = await openStackWorld({
    kind,
    auth0: { domain: 'acme.eu.auth0.com', rateLimit: ENTERPRISE },
    azure: { queryRoles: { application: READ_ROWS, operator: 'none' } },
    config: { azure: AZURE, alarms: { email: ['you@example.com'] }, sweepMinutes: 0 },
  });
  const { prod } = world.pipelines;
  const outputs = Object.entries(world.operations.stacks.get(STACK) ?? {});
  world.operations.stacks.set(STACK, Object.fromEntries(outputs.slice(0, PIPELINES.indexOf('prod') + 1)));
  const own = await directoryFor(directory);
  return {
    enter: situation => entered(stackSituations(prod, world.operations), situation),
    shell: script => shell(script, { ...world.env, TZ: 'UTC' }, own.path),
    close: async () => {
      await Promise.all([world.close(), own.remove()]);
    },
  };
}

function stackSituations(prod: Deployed, operations: AwsOperations): Situations {
  const { auth0, azure, aws, output } = prod;
  /** Times as minutes ago. None lies near a whole hour: there the pages' windows begin and end. */
  const write = (seed: number, count: number, from: number, to: number) => {
    const nowMs = Date.now();
    const plan = { seed, count, fromMs: nowMs - from * MINUTE_MS, toMs: nowMs - to * MINUTE_MS };
    auth0.tenant.add(generateLogs(plan));
  };
  return {
    well: async () => {
      write(1, 700, 170, 70);
      write(2, 300, 50, 1);
      await prod.run();
    },
    denied: async () => {
      const error = {
        code: 'OperationFailed',
        message:
          'The authentication token provided does not have access to ingest data for the data collection rule.',
      };
      azure.faults[kind].always({ kind: 'status', status: 403, body: JSON.stringify({ error }) });
      prod.setAlarm('denied-by-azure', 'ALARM', SENTENCES['denied-by-azure']);
      write(3, 25, 0.75, 0.35);
      await prod.run();
    },
    'dead letters': async () => {
      azure.faults[kind].clear();
      prod.setAlarm('denied-by-azure', 'OK');
      auth0.tenant.add(
        generateLogs({ seed: 3, count: 40, fromMs: Date.now() - 19_000, toMs: Date.now() - 16_000 }).map(
          (log, i) => (i % 20 === 5 ? poisonLog(log) : log),
        ),
      );
      await prod.run();
      const body = messageOf({
        logs: recentLogs(120, 4),
        reason: OUTAGE,
        pipeline: 'prod',
        failedAtMs: Date.now() - 13 * HOUR_MS,
      });
      const { deadLetterQueueUrl: QueueUrl } = output;
      await aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
      prod.setAlarm('dead-letters', 'ALARM', SENTENCES['dead-letters']);
      prod.setOldestAge('dead-letter', 13 * 3600);
    },
    skipped: async () => {
      write(1, 250, 290, 250);
      write(2, 150, 230, 190);
      await prod.run();
      write(3, 40, 170, 130);
    },
    'on again': async () => {
      write(4, 200, 110, 1);
      await prod.run();
    },
    dropped: async () => {
      Object.assign(azure.workspace.settings, { transform: 'fails' });
      write(5, 25, 0.75, 0.35);
      await prod.run();
      Object.assign(azure.workspace.settings, { transform: 'works' });
      // As if it had been entered longer ago than a row may take.
      for (const lines of operations.logGroups.values()) {
        const older = lines.map(line => ({ ...line, atMs: line.atMs - HOUR_MS }));
        lines.splice(0, lines.length, ...older);
      }
    },
  };
}

/** @param directory as of openStackScene */
export async function openLocalScene(directory?: string): Promise<Scene> {
  const world = await openLocalWorld({ kind, auth0: { rateLimit: ENTERPRISE } });
  const own = await directoryFor(directory);
  const names = secretNames('prod');
  const { config, secrets: fields } = world.pipeline(kind, 'prod', { azure: AZURE });
  const secrets = { [names.auth0]: fields.auth0, [names.azure]: fields.azure };
  const write = (name: string, value: unknown) => writeFile(join(own.path, name), JSON.stringify(value));
  await write('config.json', config);
  await write('secrets.json', secrets);
  await write('outputs.json', deployed().outputs);
  await chmod(join(own.path, 'secrets.json'), 0o600);
  const situations: Situations = {
    local: async () => {
      const logs = recentLogs(300).map((log, i) => (i === 99 ? poisonLog(log) : log));
      world.auth0.tenant.add(logs);
    },
  };
  return {
    enter: situation => entered(situations, situation),
    shell: script => shell(script, world.addresses, own.path),
    close: async () => {
      await Promise.all([world.close(), own.remove()]);
    },
  };
}

async function entered(situations: Situations, name: string): Promise<void> {
  const enter = situations[name];
  if (!enter) throw new Error(`situation "${name}"; there are: ${Object.keys(situations).join(', ')}`);
  await enter();
}

async function directoryFor(given: string | undefined) {
  const path = given ?? (await mkdtemp(join(tmpdir(), 'scene-')));
  await mkdir(path, { recursive: true });
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** In a clone after `npm ci`, npx starts the command itself: test/cli/bin.test.ts. */
const PRELUDE = `npx() { [ "$1" = auth0-logs-to-azure ] || return 127; shift; node ${ROOT}/cli/main.ts "$@"; }`;

async function shell(script: string, env: Readonly<Record<string, string>>, cwd: string): Promise<Ended> {
  const PATH = `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`;
  const child = spawn('bash', ['-uo', 'pipefail', '-c', `exec 2>&1; ${PRELUDE}\n${script}`], {
    cwd,
    env: { ...OWN_ENV, PATH, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const code = new Promise<number | null>(done => child.once('close', done));
  return { text: await text(child.stdout), code: await code };
}
