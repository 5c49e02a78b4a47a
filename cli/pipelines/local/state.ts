/** Lease and checkpoint on this machine's disk, in one row whose version every write is conditional on. */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { readLastRun } from '../../../lambda/core/last-run.ts';
import type { Checkpoint, PipelineState, StateStore } from '../../../lambda/core/model.ts';
import type { StoredState } from '../operated.ts';
import { changing, reading } from './database.ts';

/** What the row holds, as JSON. Dates are ISO 8601. */
interface Item {
  readonly checkpointLogId?: string;
  readonly checkpointLogDate?: string;
  readonly caughtUpAt?: string;
  readonly witnessedAt?: string;
  /** See PipelineState. */
  readonly late?: string;
  readonly waits?: string;
  readonly unproven?: string;
  /** See last-run.ts. */
  readonly lastRun?: string;
  readonly checkpointSet?: string;
  readonly leaseOwner?: string;
  readonly leaseExpiresAt?: string;
  /** The holder of the lease. A process of this machine that has exited no longer holds it. */
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
 * The running kernel and the namespace in it; where Linux does not expose them, a unique value, so that
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

/** The state of pipelines under `directory`: see the law of StateStore. `self` is handed in by tests. */
export function localState(directory: string, self: Process = THIS_PROCESS): StateStore {
  const changed = <T>(pipeline: string, work: (stored: Stored, write: (item: Item) => void) => T): T =>
    changing(join(directory, pipeline), database => {
      const stored = read(database);
      return work(stored, item => {
        database
          .prepare(
            'INSERT INTO state VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version, item = excluded.item',
          )
          .run(stored.version + 1, JSON.stringify(item));
      });
    });

  return {
    async acquire(pipeline, owner, nowMs, expiresAtMs) {
      return changed(pipeline, ({ version, item }, write) => {
        const heldUntilMs = Date.parse(item.leaseExpiresAt ?? '');
        if (item.leaseOwner !== undefined && heldUntilMs > nowMs && !hasDied(item, self)) {
          return { kind: 'held', owner: holderOf(item), expiresAtMs: heldUntilMs };
        }
        write({
          ...item,
          leaseOwner: owner,
          leaseExpiresAt: iso(expiresAtMs),
          leaseHost: self.host,
          leaseSpace: self.space,
          leaseProcess: self.id,
          updatedAt: iso(nowMs),
        });
        return { kind: 'acquired', lease: { pipeline, owner, version: version + 1 }, state: stateOf(item) };
      });
    },

    async save(lease, checkpoint, nowMs, kept = {}) {
      return changed(lease.pipeline, ({ version, item }, write) => {
        if (version !== lease.version || item.leaseOwner !== lease.owner) return { kind: 'lost' };
        write({ ...item, ...fieldsOf(checkpoint), ...kept, updatedAt: iso(nowMs) });
        return { kind: 'saved', lease: { ...lease, version: version + 1 } };
      });
    },

    async release(lease, nowMs, { caughtUpAtMs, witnessedAtMs, checkpoint, ...closing }) {
      changed(lease.pipeline, ({ version, item }, write) => {
        if (version !== lease.version || item.leaseOwner !== lease.owner) return;
        const { leaseOwner, leaseExpiresAt, leaseHost, leaseSpace, leaseProcess, ...rest } = item;
        write({
          ...rest,
          ...closing,
          ...(checkpoint && fieldsOf(checkpoint)),
          ...(caughtUpAtMs !== undefined && { caughtUpAt: iso(caughtUpAtMs) }),
          ...(witnessedAtMs !== undefined && { witnessedAt: iso(witnessedAtMs) }),
          ...(closing.lastRun !== undefined && { ranBy: self }),
          updatedAt: iso(nowMs),
        });
      });
    },
  };
}

/**
 * The stored state of a pipeline. Omits the lease of a process that has exited; includes one that has expired.
 * Throws UsageError when it cannot be read.
 */
export async function readState(directory: string, pipeline: string): Promise<StoredState> {
  return storedOf(itemOf(directory, pipeline));
}

/** Another process whose run was the last one. */
export interface OtherRunner {
  /** `process 12 on host`. */
  readonly name: string;
  /** Undefined for another machine or container, which cannot be checked from here. */
  readonly isAlive: true | undefined;
}

/** Undefined when this process did the last run, or when the process that did it has exited. */
export async function otherRunner(
  directory: string,
  pipeline: string,
  self: Process = THIS_PROCESS,
): Promise<OtherRunner | undefined> {
  const { ranBy } = itemOf(directory, pipeline);
  if (ranBy === undefined) return undefined;
  const isNear = ranBy.host === self.host && ranBy.space === self.space;
  if (isNear && (ranBy.id === self.id || !isAlive(ranBy.id))) return undefined;
  return { name: `process ${ranBy.id} on ${ranBy.host}`, isAlive: isNear || undefined };
}

interface Stored {
  /** 0 when there is none yet. */
  readonly version: number;
  readonly item: Item;
}

function read(database: DatabaseSync): Stored {
  const row = database.prepare('SELECT version, item FROM state').get();
  return row === undefined
    ? { version: 0, item: {} }
    : { version: Number(row['version']), item: JSON.parse(String(row['item'])) };
}

const itemOf = (directory: string, pipeline: string): Item =>
  reading(join(directory, pipeline), {}, database => read(database).item);

function stateOf(item: Item): PipelineState {
  const { checkpointLogId: logId, late, waits, unproven, lastRun: lastRunText } = item;
  const logDateMs = dateOf(item.checkpointLogDate);
  const caughtUpAtMs = dateOf(item.caughtUpAt);
  const witnessedAtMs = dateOf(item.witnessedAt);
  return {
    ...(logId !== undefined && { checkpoint: { logId, ...(logDateMs !== undefined && { logDateMs }) } }),
    ...(caughtUpAtMs !== undefined && { caughtUpAtMs }),
    ...(witnessedAtMs !== undefined && { witnessedAtMs }),
    ...(late !== undefined && { late }),
    ...(unproven !== undefined && { unproven }),
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
