/**
 * The world of a pipeline in memory and in virtual time, behind the ports: Auth0's logs, Azure's table, the lease
 * and checkpoint, the two queues. It judges the promise at every move of the checkpoint, and a run can be killed
 * before or after the effect of any call it makes.
 */

import { RETRY_MAX_RECEIVES } from '../lambda/core/contract.ts';
import { decodeFailedBatch } from '../lambda/core/failed-batch.ts';
import { includeRule } from '../lambda/core/include.ts';
import type { LedgerEntry } from '../lambda/core/ledger.ts';
import { logDateOf, logIdOf } from '../lambda/core/log.ts';
import type {
  Checkpoint,
  Closing,
  Fault,
  Journal,
  PageAnswer,
  PostAnswer,
  QueueName,
  RateLimit,
  StartFrom,
} from '../lambda/core/model.ts';
import { replay } from '../lambda/core/replay.ts';
import type { RunReport } from '../lambda/core/report.ts';
import type { ShipDependencies, ShipOptions } from '../lambda/core/run.ts';
import { shaper } from '../lambda/core/shape.ts';
import { ship } from '../lambda/core/ship.ts';

export const START_MS = Date.parse('2026-03-01T12:00:00.000Z');
export const PIPELINE = 'test';

export type Log = Record<string, unknown>;

/** A log of the shape that Auth0 gives, dated `ageMs` before START_MS. */
export function log(number: number, ageMs: number, fields: Log = {}): Log {
  return logAt(number, START_MS - ageMs, fields);
}

/** Likewise, dated `atMs`. */
export function logAt(number: number, atMs: number, fields: Log = {}): Log {
  const date = new Date(atMs).toISOString();
  const id = `900${date.replace(/\D/g, '')}${String(number).padStart(36, '0')}`;
  return { log_id: id, date, type: 's', description: `log ${number}`, user_name: 'someone', ...fields };
}

/** `count` logs, one a second, the youngest `youngestMs` before START_MS. */
export function logs(count: number, youngestMs = 60_000, fields: Log = {}): Log[] {
  return Array.from({ length: count }, (_, i) => log(i, youngestMs + (count - i) * 1000, fields));
}

export type AzureFault = PostAnswer | 'accept-then-unanswered';
/** Each is asked before every call; undefined means nothing is wrong. `call` counts from 0. */
export interface Faults {
  page?: (call: number, after: string) => Fault | PageAnswer | undefined;
  start?: (call: number) => Fault | undefined;
  newest?: (call: number) => Fault | undefined;
  search?: (call: number) => Fault | undefined;
  post?: (call: number, logIds: readonly string[]) => AzureFault | undefined;
  put?: (call: number, queue: QueueName) => 'fail' | 'half' | 'fail-after' | undefined;
  state?: (call: number, operation: 'acquire' | 'save' | 'release') => 'fail' | 'fail-after' | undefined;
}

export interface WorldOptions {
  readonly logs?: readonly Log[];
  readonly faults?: Faults;
  readonly poison?: (logId: string) => boolean;
  readonly options?: Partial<ShipOptions>;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly maxBatchBytes?: number;
  readonly maxInFlight?: number;
  readonly kind?: 'data-collector' | 'logs-ingestion';
  readonly rateLimit?: (nowMs: number) => RateLimit;
  readonly callMs?: number;
}

interface Kill {
  readonly at: number;
  readonly when: 'before' | 'after';
}

export function world(setup: WorldOptions = {}) {
  const tenant: Log[] = [...(setup.logs ?? [])];
  const faults: Faults = { ...setup.faults };
  const accepted = new Map<string, number>();
  const queues: Record<QueueName, string[]> = { retry: [], 'dead-letter': [] };
  const held = new Set<string>();
  const excluded = new Set<string>();
  const violations: string[] = [];
  const calls = { page: 0, start: 0, newest: 0, search: 0, post: 0, put: 0, state: 0, refresh: 0, save: 0 };
  const journalled: unknown[] = [];
  const ledger: LedgerEntry[] = [];
  let nowMs = START_MS;
  const late = new Set<string>();
  let item: {
    late?: string;
    checkpoint?: Checkpoint;
    caughtUpAtMs?: number;
    witnessedAtMs?: number;
    waits?: string;
    lastRun?: string;
    version: number;
    owner?: string;
    expiresAtMs?: number;
  } = { version: 0 };
  let random = 1;
  let largestPost = 0;
  let frozen: ((call: number) => Promise<void> | undefined) | undefined;
  const callMs = setup.callMs ?? 10;

  const includes = includeRule({
    include: [...(setup.include ?? ['*'])],
    exclude: [...(setup.exclude ?? [])],
    minimumLevel: 'debug',
  });
  const isSafe = (id: string) => accepted.has(id) || held.has(id) || excluded.has(id);
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const journal: Journal = {
    info: (message, fields) => void journalled.push({ message, ...fields }),
    warn: (message, fields) => void journalled.push({ message, ...fields }),
    error: (message, fields) => void journalled.push({ message, ...fields }),
  };
  const shape = shaper({
    destination: setup.kind ?? 'data-collector',
    auth0Domain: 'test.eu.auth0.com',
    redact: l => l,
  });

  /** Every log at or before the checkpoint must be safe at the moment the checkpoint moves. */
  function judge(next: Checkpoint): void {
    const before = item.checkpoint?.logId;
    if (before !== undefined && next.logId < before)
      violations.push(`checkpoint moved back to ${next.logId}`);
    for (const one of tenant) {
      const id = logIdOf(one);
      if (id !== undefined && id <= next.logId && !isSafe(id) && startedAfter(id) && !late.has(id)) {
        violations.push(`checkpoint ${next.logId} passed ${id}, which is neither accepted nor held`);
        return;
      }
    }
  }
  let firstLogId = '';
  const startedAfter = (id: string) => id > firstLogId;

  /** The ports of one run. `kill` ends the run at its n-th effect: nothing of it happens any more. */
  function ports(kill?: Kill): { d: ShipDependencies; killed: Promise<'killed'>; effects: () => number } {
    let effect = 0;
    let dead = false;
    let die: (value: 'killed') => void = () => undefined;
    const killed = new Promise<'killed'>(resolve => {
      die = resolve;
    });
    const never = () => new Promise<never>(() => undefined);
    async function call<T>(work: () => T): Promise<T> {
      if (dead) return never();
      const mine = effect++;
      nowMs += callMs;
      if (kill?.at === mine && kill.when === 'before') {
        dead = true;
        die('killed');
        return never();
      }
      const result = work();
      if (kill?.at === mine) {
        dead = true;
        die('killed');
        return never();
      }
      await Promise.resolve();
      return dead ? never() : result;
    }
    const d: ShipDependencies = {
      clock,
      ioFirst: async () => undefined,
      random: () => random,
      journal,
      shape,
      includes: one => {
        const yes = includes(one);
        const id = logIdOf(one);
        if (!yes && id !== undefined) excluded.add(id);
        return yes;
      },
      source: {
        page: after => call(() => page(after)),
        start: from => call(() => start(from)),
        newest: beforeMs => call(() => newest(beforeMs)),
        search: (fromMs, beforeMs, number) => call(() => search(fromMs, beforeMs, number)),
      },
      destination: {
        kind: setup.kind ?? 'data-collector',
        maxBatchBytes: setup.maxBatchBytes ?? 20_000,
        maxInFlight: setup.maxInFlight ?? 1,
        post: async body => {
          const answer = await call(() => post(body.toString()));
          await frozen?.(calls.post - 1);
          return answer;
        },
        refresh: () => {
          calls.refresh++;
        },
      },
      ledger: { add: async entry => enter(entry) },
      queue: { put: (queue, messages) => call(() => put(queue, messages)) },
      state: {
        acquire: (_pipeline, owner, at, expiresAtMs) => call(() => acquire(owner, at, expiresAtMs)),
        save: (lease, checkpoint, _at, kept) =>
          call(() => save(lease.version, lease.owner, checkpoint, kept)),
        release: (lease, _at, closing) => call(() => release(lease.version, lease.owner, closing)),
      },
    };
    return { d, killed, effects: () => effect };
  }

  function page(after: string): PageAnswer {
    const fault = faults.page?.(calls.page, after);
    calls.page++;
    if (fault && 'kind' in fault) return fault;
    if (fault) return { kind: 'fault', fault };
    const visible = tenant
      .filter(one => (logIdOf(one) ?? '') > after && (logDateOf(one) ?? 0) <= nowMs)
      .sort((a, b) => ((logIdOf(a) ?? '') < (logIdOf(b) ?? '') ? -1 : 1))
      .slice(0, 100);
    const nextLogId = logIdOf(visible.at(-1));
    const rateLimit = setup.rateLimit?.(nowMs);
    return {
      kind: 'page',
      logs: visible,
      ...(nextLogId ? { nextLogId } : {}),
      ...(rateLimit ? { rateLimit } : {}),
    };
  }

  /** By date, as Auth0's search is. */
  function dated(fromMs: number, beforeMs: number): Log[] {
    const dateOf = (one: Log) => logDateOf(one) ?? 0;
    return tenant
      .filter(one => dateOf(one) >= fromMs && dateOf(one) < beforeMs && dateOf(one) <= nowMs)
      .sort((a, b) => dateOf(a) - dateOf(b));
  }

  function newest(beforeMs: number) {
    const fault = faults.newest?.(calls.newest);
    calls.newest++;
    if (fault) return { kind: 'fault' as const, fault };
    return { kind: 'newest' as const, log: dated(0, beforeMs).at(-1) };
  }

  function search(fromMs: number, beforeMs: number, number: number): PageAnswer {
    const fault = faults.search?.(calls.search);
    calls.search++;
    if (fault) return { kind: 'fault', fault };
    return { kind: 'page', logs: dated(fromMs, beforeMs).slice(number * 100, (number + 1) * 100) };
  }

  function start(from: StartFrom) {
    const fault = faults.start?.(calls.start);
    calls.start++;
    if (fault) return { kind: 'fault' as const, fault };
    const logId =
      from.kind === 'now'
        ? (tenant.map(logIdOf).sort().at(-1) ?? '0')
        : from.kind === 'log'
          ? from.logId
          : '0';
    firstLogId = logId;
    return { kind: 'start' as const, checkpoint: { logId } };
  }

  function post(body: string): PostAnswer {
    const ids = (JSON.parse(body) as { LogId: string }[]).map(record => record.LogId);
    const fault = faults.post?.(calls.post, ids);
    calls.post++;
    largestPost = Math.max(largestPost, ids.length);
    if (fault && fault !== 'accept-then-unanswered') return fault;
    if (ids.some(id => setup.poison?.(id))) {
      return { kind: 'answered', status: 400, code: 'InvalidDataFormat', message: 'a record will not do' };
    }
    for (const id of ids) accepted.set(id, (accepted.get(id) ?? 0) + 1);
    if (fault) return { kind: 'unanswered', code: 'ECONNRESET', message: 'the connection was closed' };
    return { kind: 'answered', status: 200 };
  }

  function put(queue: QueueName, messages: readonly string[]): void {
    const fault = faults.put?.(calls.put, queue);
    calls.put++;
    if (fault === 'fail') throw new Error('the queue is down');
    const taken = fault === 'half' ? messages.slice(0, messages.length >> 1) : messages;
    for (const message of taken) hold(queue, message);
    if (fault)
      throw new Error(`the queue took ${taken.length} of ${messages.length}, and the answer was lost`);
  }

  function hold(queue: QueueName, message: string): void {
    queues[queue].push(message);
    const decoded = decodeFailedBatch(message);
    if (decoded.kind === 'failed-batch') for (const record of decoded.records) held.add(record.logId);
    else violations.push('a message on a queue cannot be decoded');
  }

  function stateFault(operation: 'acquire' | 'save' | 'release', work: () => void): void {
    const fault = faults.state?.(calls.state, operation);
    calls.state++;
    if (fault === 'fail') throw new Error('the table is down');
    work();
    if (fault === 'fail-after') throw new Error('the answer was lost');
  }

  function acquire(owner: string, at: number, expiresAtMs: number) {
    if (item.owner !== undefined && (item.expiresAtMs ?? 0) > at) {
      return { kind: 'held' as const, owner: item.owner, expiresAtMs: item.expiresAtMs ?? 0 };
    }
    stateFault('acquire', () => {
      item = { ...item, owner, expiresAtMs, version: item.version + 1 };
    });
    const state = {
      ...(item.checkpoint ? { checkpoint: item.checkpoint } : {}),
      ...(item.caughtUpAtMs === undefined ? {} : { caughtUpAtMs: item.caughtUpAtMs }),
      ...(item.late === undefined ? {} : { late: item.late }),
      ...(item.witnessedAtMs === undefined ? {} : { witnessedAtMs: item.witnessedAtMs }),
      ...(item.waits === undefined ? {} : { waits: item.waits }),
      ...(item.lastRun === undefined ? {} : { lastRunText: item.lastRun }),
    };
    return { kind: 'acquired' as const, lease: { pipeline: PIPELINE, owner, version: item.version }, state };
  }

  function save(version: number, owner: string, checkpoint: Checkpoint, kept?: string) {
    calls.save++;
    if (version !== item.version || owner !== item.owner) return { kind: 'lost' as const };
    stateFault('save', () => {
      judge(checkpoint);
      item = {
        ...item,
        checkpoint,
        version: item.version + 1,
        ...(kept === undefined ? {} : { late: kept }),
      };
    });
    return { kind: 'saved' as const, lease: { pipeline: PIPELINE, owner, version: item.version } };
  }

  /** The ledger may name only what is safe. */
  function enter(entry: LedgerEntry): void {
    ledger.push(entry);
    const { afterLogId, lastLogId } = entry;
    if (afterLogId === undefined) return;
    const covered = tenant.map(logIdOf).filter(id => id !== undefined && id > afterLogId && id <= lastLogId);
    const unsafe = covered.find(id => id !== undefined && !isSafe(id) && !late.has(id));
    if (unsafe !== undefined)
      violations.push(`the ledger covers ${unsafe}, which is neither accepted nor held`);
  }

  function release(version: number, owner: string, closing: Closing): void {
    if (version !== item.version || owner !== item.owner) return;
    stateFault('release', () => {
      const { owner: _owner, expiresAtMs: _expires, ...rest } = item;
      const { caughtUpAtMs, late: kept, checkpoint, lastRun, witnessedAtMs, waits } = closing;
      item = {
        ...rest,
        version: item.version + 1,
        ...(caughtUpAtMs === undefined ? {} : { caughtUpAtMs }),
        ...(kept === undefined ? {} : { late: kept }),
        ...(checkpoint === undefined ? {} : { checkpoint }),
        ...(lastRun === undefined ? {} : { lastRun }),
        ...(witnessedAtMs === undefined ? {} : { witnessedAtMs }),
        ...(waits === undefined ? {} : { waits }),
      };
    });
  }

  const receives = new Map<string, number>();
  let runs = 0;
  const optionsOf = (options: Partial<ShipOptions> = {}): ShipOptions => ({
    pipeline: PIPELINE,
    startFrom: { kind: 'oldest' },
    retentionMs: 86_400_000,
    settleMs: 15_000,
    sweepMs: 900_000,
    witnessMs: 600_000,
    rateLimitHeadroom: 0.1,
    owner: `run-${runs++}`,
    deadlineMs: nowMs + 110_000,
    leaseExpiresAtMs: nowMs + 120_000,
    ...setup.options,
    ...options,
  });

  return {
    tenant,
    faults,
    accepted,
    queues,
    violations,
    calls,
    clock,
    journalled,
    held,
    ledger,
    /** Adds a log whose id lies behind what was served already: no checkpoint can know of it. */
    insertLate: (one: Log) => {
      tenant.push(one);
      late.add(String(one['log_id']));
    },
    state: () => item,
    /** Records in the largest post: the bound of duplicates for each thing that went wrong. */
    largestPost: () => largestPost,
    advance: (ms: number) => {
      nowMs += ms;
    },
    /** Holds a run after each of its posts for as long as `hold` says, as a process that is stopped and goes on. */
    freeze: (hold: ((call: number) => Promise<void> | undefined) | undefined) => {
      frozen = hold;
    },
    setRandom: (value: number) => {
      random = value;
    },
    ports,
    optionsOf,
    /** One run from lease to report. */
    tick: (options: Partial<ShipOptions> = {}): Promise<RunReport> => ship(ports().d, optionsOf(options)),
    /** One run that is killed at its n-th call, before or after the effect. */
    async killedTick(kill: Kill): Promise<{ outcome: 'killed' | RunReport; effects: number }> {
      const { d, killed, effects } = ports(kill);
      const outcome = await Promise.race([ship(d, optionsOf()), killed]);
      return { outcome, effects: effects() };
    },
    /** One pass over the retry queue: what is done is deleted. */
    async replayAll(): Promise<void> {
      const waiting = queues.retry.splice(0);
      for (const message of waiting) {
        const { d } = ports();
        const count = (receives.get(message) ?? 0) + 1;
        receives.set(message, count);
        // A replay that rejects leaves its message where it is, as Lambda does.
        const done = await replay(d, PIPELINE, message, nowMs + 50_000, count).then(
          report => report.done,
          () => false,
        );
        if (!done) queues[count >= RETRY_MAX_RECEIVES ? 'dead-letter' : 'retry'].push(message);
      }
    },
    /** The logs that are neither accepted, nor in a queue now, nor excluded. */
    missing(): string[] {
      const inQueues = new Set(
        [...queues.retry, ...queues['dead-letter']].flatMap(message => {
          const decoded = decodeFailedBatch(message);
          return decoded.kind === 'failed-batch' ? decoded.records.map(record => record.logId) : [];
        }),
      );
      return tenant
        .map(one => logIdOf(one))
        .filter(id => id !== undefined)
        .filter(id => startedAfter(id) && !accepted.has(id) && !inQueues.has(id) && !excluded.has(id));
    },
    duplicates: () => [...accepted.values()].reduce((sum, count) => sum + count - 1, 0),
  };
}

/** See world(). */
export type World = ReturnType<typeof world>;
