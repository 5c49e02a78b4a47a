/**
 * Lease and checkpoint on this machine's disk. Each version is a file of its own, and the greatest number counts:
 * to create the next number is the conditional write, since of two who try only one succeeds.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readLastRun } from '../../../lambda/core/last-run.ts';
import type { Checkpoint, PipelineState, StateStore } from '../../../lambda/core/model.ts';
import { isObject } from '../../../lambda/core/record/log.ts';
import { createFile, isMissing } from '../../terminal/durable-file.ts';
import { UsageError } from '../../terminal/errors.ts';
import type { StoredState } from '../operated.ts';

/** One version, as it is in its file. Dates are ISO 8601. */
interface Item {
  readonly checkpointLogId?: string;
  readonly checkpointLogDate?: string;
  readonly caughtUpAt?: string;
  readonly witnessedAt?: string;
  /** See PipelineState. */
  readonly late?: string;
  readonly waits?: string;
  /** See last-run.ts. */
  readonly lastRun?: string;
  readonly checkpointSet?: string;
  readonly leaseOwner?: string;
  readonly leaseExpiresAt?: string;
  /** Who holds the lease: a process that has died on this machine holds it no longer. */
  readonly leaseHost?: string;
  readonly leaseSpace?: string;
  readonly leaseProcess?: number;
  /** Whose the last run was. */
  readonly ranBy?: Process;
  readonly updatedAt?: string;
}

/** A process of a machine. Where host and space are the same, no two living processes have the same id. */
export interface Process {
  readonly host: string;
  /** Which processes its id is one of: containers of one host name each count their own from 1. */
  readonly space: string;
  readonly id: number;
}

const THIS_PROCESS: Process = { host: hostname(), space: processSpace(), id: process.pid };

/**
 * The running kernel and the namespace in it; where Linux does not tell, something that no other process has, so that
 * its lease is waited for. Other systems have one namespace.
 * https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
function processSpace(): string {
  if (process.platform !== 'linux') return '';
  try {
    const kernel = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${kernel} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return randomUUID();
  }
}

/** Old versions are kept for a while, for whoever wants to see where the checkpoint has been. */
const VERSIONS_KEPT = 20;

/** The state of pipelines under `directory`: see the law of StateStore. `self` is handed in by tests. */
export function localState(directory: string, self: Process = THIS_PROCESS): StateStore {
  const folder = (pipeline: string) => join(directory, pipeline, 'checkpoint');

  /** The conditional write: false when another one has written after `version`. */
  const write = async (pipeline: string, version: number, item: Item): Promise<boolean> => {
    const path = join(folder(pipeline), fileName(version + 1));
    await mkdir(folder(pipeline), { recursive: true, mode: 0o700 });
    if (!(await createFile(path, `${JSON.stringify(item, undefined, 2)}\n`))) return false;
    const versions = await versionsIn(folder(pipeline));
    // The number was free only because the file that had it is tidied away.
    if (versions.some(other => other > version + 1)) {
      await rm(path, { force: true });
      return false;
    }
    for (const old of versions.filter(other => other <= version + 1 - VERSIONS_KEPT)) {
      await rm(join(folder(pipeline), fileName(old)), { force: true });
    }
    return true;
  };

  return {
    async acquire(pipeline, owner, nowMs, expiresAtMs) {
      const { version, item } = await read(folder(pipeline));
      const heldUntilMs = Date.parse(item.leaseExpiresAt ?? '');
      if (item.leaseOwner !== undefined && heldUntilMs > nowMs && !hasDied(item, self)) {
        return { kind: 'held', owner: holderOf(item), expiresAtMs: heldUntilMs };
      }
      const taken: Item = {
        ...item,
        leaseOwner: owner,
        leaseExpiresAt: iso(expiresAtMs),
        leaseHost: self.host,
        leaseSpace: self.space,
        leaseProcess: self.id,
        updatedAt: iso(nowMs),
      };
      if (!(await write(pipeline, version, taken))) {
        return { kind: 'held', owner: 'another run, begun at the same time,', expiresAtMs: nowMs };
      }
      return { kind: 'acquired', lease: { pipeline, owner, version: version + 1 }, state: stateOf(item) };
    },

    async save(lease, checkpoint, nowMs, late) {
      const { version, item } = await read(folder(lease.pipeline));
      if (version !== lease.version || item.leaseOwner !== lease.owner) return { kind: 'lost' };
      const kept = late === undefined ? {} : { late };
      const saved = { ...item, ...fieldsOf(checkpoint), ...kept, updatedAt: iso(nowMs) };
      if (!(await write(lease.pipeline, version, saved))) return { kind: 'lost' };
      return { kind: 'saved', lease: { ...lease, version: version + 1 } };
    },

    async release(lease, nowMs, { caughtUpAtMs, witnessedAtMs, checkpoint, ...closing }) {
      const { version, item } = await read(folder(lease.pipeline));
      if (version !== lease.version || item.leaseOwner !== lease.owner) return;
      const { leaseOwner, leaseExpiresAt, leaseHost, leaseSpace, leaseProcess, ...rest } = item;
      const left = {
        ...closing,
        ...(checkpoint && fieldsOf(checkpoint)),
        ...(caughtUpAtMs !== undefined && { caughtUpAt: iso(caughtUpAtMs) }),
        ...(witnessedAtMs !== undefined && { witnessedAt: iso(witnessedAtMs) }),
        ...(closing.lastRun !== undefined && { ranBy: self }),
      };
      await write(lease.pipeline, version, { ...rest, ...left, updatedAt: iso(nowMs) });
    },
  };
}

/**
 * What is remembered of a pipeline. The lease of a process that has died is none; one that has run out is told.
 * Throws UsageError when its file cannot be read or is spoilt.
 */
export async function readState(directory: string, pipeline: string): Promise<StoredState> {
  const folder = join(directory, pipeline, 'checkpoint');
  try {
    return storedOf((await read(folder)).item);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    throw new UsageError(
      `the state in ${folder} cannot be read (${code}); correct its owner and permissions`,
    );
  }
}

/** Another process whose run was the last one. */
export interface OtherRunner {
  /** `process 12 on host`. */
  readonly name: string;
  /** Undefined of another machine or container, where nobody can look from here. */
  readonly isAlive: true | undefined;
}

/** Undefined when the last run was this process's, or when the process whose it was has died. */
export async function otherRunner(
  directory: string,
  pipeline: string,
  self: Process = THIS_PROCESS,
): Promise<OtherRunner | undefined> {
  const { ranBy } = (await read(join(directory, pipeline, 'checkpoint'))).item;
  if (ranBy === undefined) return undefined;
  const isNear = ranBy.host === self.host && ranBy.space === self.space;
  if (isNear && (ranBy.id === self.id || !isAlive(ranBy.id))) return undefined;
  return { name: `process ${ranBy.id} on ${ranBy.host}`, isAlive: isNear || undefined };
}

/** The greatest version; 0 and nothing when there is none. Throws UsageError: to begin anew could skip logs. */
async function read(folder: string): Promise<{ readonly version: number; readonly item: Item }> {
  for (;;) {
    const version = Math.max(0, ...(await versionsIn(folder)));
    if (version === 0) return { version, item: {} };
    const path = join(folder, fileName(version));
    try {
      return { version, item: parse(path, await readFile(path, 'utf8')) };
    } catch (error) {
      // Tidied away in between, so there is a greater one by now.
      if (!isMissing(error)) throw error;
    }
  }
}

function parse(path: string, text: string): Item {
  const spoilt = (problem: string) =>
    new UsageError(
      `the state file ${path} ${problem}; delete it to go on from the file with the number before, which ships ` +
        'some logs twice and loses none',
    );
  let item: unknown;
  try {
    item = JSON.parse(text);
  } catch (error) {
    throw spoilt(`is no JSON (${error instanceof Error ? error.name : 'unknown'})`);
  }
  if (!isObject(item)) throw spoilt('is no JSON object');
  const { checkpointLogId: logId } = item;
  if (logId !== undefined && (typeof logId !== 'string' || logId === '')) {
    throw spoilt('has a "checkpointLogId" that is no text');
  }
  return item;
}

async function versionsIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.flatMap(name => (/^\d{8,}\.json$/.test(name) ? [Number.parseInt(name, 10)] : []));
}

const fileName = (version: number) => `${String(version).padStart(8, '0')}.json`;

function stateOf(item: Item): PipelineState {
  const { checkpointLogId: logId, late, waits, lastRun: lastRunText } = item;
  const logDateMs = dateOf(item.checkpointLogDate);
  const caughtUpAtMs = dateOf(item.caughtUpAt);
  const witnessedAtMs = dateOf(item.witnessedAt);
  return {
    ...(logId !== undefined && { checkpoint: { logId, ...(logDateMs !== undefined && { logDateMs }) } }),
    ...(caughtUpAtMs !== undefined && { caughtUpAtMs }),
    ...(witnessedAtMs !== undefined && { witnessedAtMs }),
    ...(late !== undefined && { late }),
    ...(waits !== undefined && { waits }),
    ...(lastRunText !== undefined && { lastRunText }),
  };
}

function storedOf(item: Item): StoredState {
  const lastRun = readLastRun(item.lastRun);
  const updatedAtMs = dateOf(item.updatedAt);
  const expiresAtMs = dateOf(item.leaseExpiresAt);
  const isHeld = item.leaseOwner !== undefined && expiresAtMs !== undefined && !hasDied(item, THIS_PROCESS);
  return {
    ...stateOf(item),
    ...(isHeld && { lease: { owner: holderOf(item), expiresAtMs } }),
    ...(lastRun && { lastRun }),
    ...(item.checkpointSet !== undefined && { checkpointSet: item.checkpointSet }),
    ...(updatedAtMs !== undefined && { updatedAtMs }),
  };
}

/** Both fields, so that an unreadable date does not leave the last log's date behind. */
function fieldsOf({ logId, logDateMs }: Checkpoint) {
  return {
    checkpointLogId: logId,
    checkpointLogDate: logDateMs === undefined ? undefined : iso(logDateMs),
  };
}

function hasDied(item: Item, self: Process): boolean {
  if (item.leaseHost !== self.host || item.leaseSpace !== self.space) return false;
  if (item.leaseProcess === undefined) return false;
  // A process does one run of a pipeline at a time: this one's number was another's before.
  if (item.leaseProcess === self.id) return true;
  return !isAlive(item.leaseProcess);
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // Another user's process refuses the signal, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function holderOf({ leaseHost, leaseProcess, leaseOwner = '' }: Item): string {
  return leaseProcess === undefined ? leaseOwner : `process ${leaseProcess} on ${leaseHost}`;
}

function dateOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

const iso = (ms: number) => new Date(ms).toISOString();
