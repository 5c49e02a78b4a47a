/** The shippers that are measured beside each other, and one run of one of them. */
import { ENV, MEMORY_ENVIRONMENT } from '../lambda/core/contract.ts';
import type { RunReport } from '../lambda/core/report.ts';
import { APIS, KINDS, type Kind } from '../simulator/azure/apis.ts';
import { LOGS_INGESTION } from '../simulator/azure/logs-ingestion.ts';
import { bundled, median, mustBeCaughtUp, type Start, shipTask, startClient } from './client.ts';
import type { Task } from './client-process.ts';
import { hold, WHOLE_MB } from './held.ts';
import type { Mix } from './logs.ts';
import { openWorld } from './open-world.ts';
import type { Peer } from './peers.ts';
import { startStub } from './stub.ts';
import type { Counts, Run } from './stub-process.ts';
import type { World } from './world.ts';

export interface Side {
  readonly name: string;
  /** Ours, to this kind of destination; else a module of this folder and its function. */
  readonly kind?: Kind;
  readonly module?: readonly [name: string, call: string];
  readonly needs?: Peer;
}

export const OURS: readonly (Side & { readonly kind: Kind })[] = KINDS.map(kind => ({
  name: `ours, ${APIS[kind].title}`,
  kind,
}));
/** The one that stands for both where one is enough. */
export const CHOSEN = OURS.find(({ kind }) => kind === LOGS_INGESTION.kind)!;
export const DIY: Side = {
  name: 'do it yourself',
  module: ['diy', 'handler'],
  needs: '@azure/monitor-ingestion',
};
export const LOG_TOOLS: Side = {
  name: 'auth0-log-extension-tools',
  module: ['log-tools', 'handler'],
  needs: 'auth0-log-extension-tools',
};
export const FLOOR: Side = { name: 'the floor', module: ['floor', 'handler'] };
export const UNTOUCHED: Side = { name: 'the floor, nothing parsed', module: ['floor', 'untouched'] };
/** The pages alone. */
export const CHAIN: Side = { name: 'the chain of pages', module: ['floor', 'chain'] };

export interface Condition extends Run {
  readonly memoryMb: number;
  /** Whether the process has only that size's share of a processor. */
  readonly isHeld?: boolean;
  /** A folder for the profile of the process. */
  readonly profileTo?: string;
}

export interface Measured extends Counts {
  readonly logs: number;
  readonly cpuMs: number;
  readonly cpuBeforeMs: number;
  /** Of the call alone: Node's start and the import are not in it. */
  readonly wallMs: number;
  readonly peakBytes: number;
  /** Of ours: a warm run that finds nothing new. */
  readonly idle?: { readonly wallMs: number; readonly cpuMs: number };
  readonly heldBy?: string;
}

export interface Sides {
  /** Throws when a run did not ship every log. */
  run(side: Side, condition: Condition): Promise<Measured>;
  close(): Promise<void>;
}

const IDLE_TICKS = 9;
const TIMEOUT_MS = 300_000;
const START_FROM = `90020200101000000000${'0'.repeat(36)}`;

/** Each run ships so many pages of 100 logs of this mix, from an own process. */
export async function openSides(folder: string, mix: Mix, pages: number): Promise<Sides> {
  const stub = await startStub(folder, pages, mix);
  const worlds = new Map<Kind, World>();
  for (const { kind } of OURS) worlds.set(kind, await openWorld({ kind, logs: 1 }));
  let runs = 0;

  const environmentOf = ({ kind, module }: Side): Readonly<Record<string, string>> => {
    if (kind) return { ...ownEnvironment(worlds.get(kind)!.env, `run-${++runs}`), ...stub.env };
    return module?.[0] === 'floor' ? { ...RULE, ...stub.env } : { ...peerEnvironment(stub.env), ...stub.env };
  };
  return {
    run: async (side, condition) => {
      await stub.begin(condition);
      const client = startClient(folder, environmentOf(side), startOf(side, condition));
      const held = condition.isHeld ? hold(client.pid, condition.memoryMb / WHOLE_MB) : undefined;
      try {
        const task = taskOf(folder, side);
        const { result, ...taken } = await client.call<unknown>(task);
        const counts = await stub.counts();
        const logs = pages * 100;
        if (side.kind) mustBeCaughtUp(result as RunReport, logs);
        if (side !== CHAIN && counts.records !== logs) {
          throw new Error(`${side.name} posted ${counts.records} of ${logs} logs`);
        }
        const idle = side.kind && held ? await idleRun(() => client.call(task)) : undefined;
        return { ...counts, ...taken, logs, ...(idle && { idle }), ...(held && { heldBy: held.by }) };
      } finally {
        held?.release();
        await client.end();
      }
    },
    close: async () => {
      stub.close();
      await Promise.all([...worlds.values()].map(world => world.close()));
    },
  };
}

function taskOf(folder: string, { kind, module: [name, call] = ['ship', 'handler'] }: Side): Task {
  const task = shipTask(folder, TIMEOUT_MS);
  return kind ? task : { ...task, module: bundled(folder, name), call };
}

async function idleRun(tick: () => Promise<{ wallMs: number; cpuMs: number; cpuBeforeMs: number }>) {
  const ticks = [];
  while (ticks.length < IDLE_TICKS) ticks.push(await tick());
  return {
    wallMs: median(ticks.map(one => one.wallMs)),
    cpuMs: median(ticks.map(one => one.cpuMs - one.cpuBeforeMs)),
  };
}

/** From a log id on, and without a look back: the stub serves each page once. */
function ownEnvironment(env: Readonly<Record<string, string>>, name: string) {
  const config = JSON.parse(env[ENV.pipelineConfig]!) as { auth0: object };
  const auth0 = { ...config.auth0, startFrom: START_FROM };
  return { ...env, [ENV.pipelineConfig]: JSON.stringify({ ...config, name, auth0, sweepMinutes: 0 }) };
}

const { defaults } = LOGS_INGESTION;
const RULE = { DCR: defaults.dcrImmutableId, STREAM: defaults.stream };

/** What the peers read; the stub takes any credentials. */
function peerEnvironment(stub: Readonly<Record<string, string>>) {
  return {
    ...RULE,
    START_FROM,
    AUTH0_TOKEN_URL: `${stub[ENV.auth0BaseUrl]}/oauth/token`,
    ENTRA_TOKEN_URL: `${stub[ENV.entraBaseUrl]}/oauth2/v2.0/token`,
    AUTH0_GRANT: 'grant_type=client_credentials&client_id=bench&client_secret=bench',
    ENTRA_GRANT: 'grant_type=client_credentials&client_id=bench&client_secret=bench',
  };
}

/** The heap sizes that AWS gives Node in a function of this memory, roughly; ours with what our stack adds. */
function startOf({ kind }: Side, { memoryMb, profileTo }: Condition): Start {
  const flags = [
    `--max-semi-space-size=${Math.floor(memoryMb * 0.05)}`,
    `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
    ...(profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`]),
  ];
  return { flags, env: kind ? MEMORY_ENVIRONMENT : {} };
}
