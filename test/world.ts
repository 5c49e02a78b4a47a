/**
 * The world of a pipeline in memory and in virtual time, behind the ports: Auth0's logs, Azure's table, the lease
 * and checkpoint, the two queues. It judges the promise at every move of the checkpoint, and a run can be killed
 * before or after the effect of any call it makes.
 */

import { RETRY_MAX_RECEIVES } from '../lambda/core/contract.ts';
import { decodeFailedBatch } from '../lambda/core/failed-batch.ts';
import { ANSWER_TOO_LARGE } from '../lambda/core/http.ts';
import type { LedgerEntry } from '../lambda/core/ledger.ts';
import type {
  Checkpoint,
  Closing,
  Fault,
  Journal,
  PageAnswer,
  PostAnswer,
  QueueName,
  Random,
  RateLimit,
  Reason,
  StartFrom,
} from '../lambda/core/model.ts';
import { includeRule } from '../lambda/core/record/include.ts';
import { logDateOf, logIdOf } from '../lambda/core/record/log.ts';
import { logIdTimeMs } from '../lambda/core/record/log-id.ts';
import { shaper } from '../lambda/core/record/shape.ts';
import { replay } from '../lambda/core/replay.ts';
import type { RunReport } from '../lambda/core/report.ts';
import type { ShipDependencies, ShipOptions } from '../lambda/core/run.ts';
import { ship } from '../lambda/core/ship.ts';
import { NOTHING_UNPROVEN, readUnproven } from '../lambda/core/unproven.ts';
import type { QueryAnswer } from '../lambda/core/workspace.ts';
import { specOf } from '../lambda/destinations/all.ts';
import { KINDS, type Kind } from '../simulator/azure/apis.ts';
import { PLACE, rowsOf } from './rows.ts';

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

export type AzureFault = PostAnswer | 'accept-then-unanswered' | 'accept-then-intercepted';
export type CallName =
  | keyof Omit<Faults, 'lie' | 'call' | 'put' | 'state' | 'drop'>
  | `put ${QueueName}`
  | `state ${Operation}`;
type Operation = 'acquire' | 'save' | 'release';
export type Page = Extract<PageAnswer, { kind: 'page' }>;
/** Each is asked before every call; undefined means nothing is wrong. `call` counts from 0. */
export interface Faults {
  /** Whether the process is killed before or after the effect of this call. */
  call?: (name: CallName) => 'before' | 'after' | undefined;
  page?: (call: number, after: string) => Fault | PageAnswer | undefined;
  /** What Auth0 makes of an honest page, when nothing is wrong besides. */
  lie?: (page: Page, after: string) => Page;
  start?: (call: number) => Fault | undefined;
  newest?: (call: number) => Fault | 'nothing' | undefined;
  search?: (call: number) => Fault | 'nothing' | undefined;
  post?: (call: number, logIds: readonly string[]) => AzureFault | undefined;
  put?: (call: number, queue: QueueName) => 'fail' | 'half' | 'fail-after' | undefined;
  state?: (call: number, operation: Operation) => 'fail' | 'fail-after' | undefined;
  /** Whether Azure drops the row of a log that it accepts. */
  drop?: (logId: string) => boolean;
  query?: (call: number, kql: string) => QueryAnswer | undefined;
}

export interface WorldOptions {
  readonly logs?: readonly Log[];
  readonly faults?: Faults;
  /** Records that Azure refuses for what is in them: true means 400. */
  readonly poison?: (logId: string) => boolean | PostAnswer | undefined;
  readonly options?: Partial<ShipOptions>;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly maxBatchBytes?: number;
  readonly maxInFlight?: number;
  readonly kind?: Kind;
  /** Whether runs prove that logs are stored; default: off. */
  readonly verify?: 'alarm' | 'repair';
  /** How long after acceptance a row can be queried. */
  readonly rowAfterMs?: number;
  readonly rateLimit?: (nowMs: number) => RateLimit;
  /** The tenant's bucket: `limit` calls, one more each `perCallMs`. */
  readonly bucket?: { readonly limit: number; readonly perCallMs: number };
  readonly callMs?: number;
  /** What a page takes beyond that. */
  readonly pageMs?: number;
  /** A page of more logs is too large for the memory. */
  readonly mostPageLogs?: number;
}

const BAD_RECORD: PostAnswer = {
  kind: 'answered',
  status: 400,
  code: 'InvalidDataFormat',
  message: 'a record will not do',
};

/** A reason in short: its status, or else its code or verdict. */
export const whyOf = ({ status, code, verdict }: Partial<Reason>): string =>
  String(status ?? code ?? verdict ?? '');

interface Kill {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** One post, as Azure saw it. */
interface Posted {
  readonly ids: readonly string[];
  readonly isAccepted: boolean;
  /** And its answer said so. */
  readonly isKnown: boolean;
}

export function world(setup: WorldOptions = {}) {
  const tenant: Log[] = [...(setup.logs ?? [])];
  const faults: Faults = { ...setup.faults };
  const accepted = new Map<string, number>();
  /** When the row of a log can be queried. */
  const rows = new Map<string, number>();
  const queues: Record<QueueName, string[]> = { retry: [], 'dead-letter': [] };
  const held = new Set<string>();
  const excluded = new Set<string>();
  const violations: string[] = [];
  const calls = {
    query: 0,
    page: 0,
    start: 0,
    newest: 0,
    search: 0,
    post: 0,
    put: 0,
    state: 0,
    refresh: 0,
    save: 0,
  };
  const journalled: unknown[] = [];
  const ledger: LedgerEntry[] = [];
  const posted: Posted[] = [];
  const repeats: string[] = [];
  let failedPuts = 0;
  const answers = new Map<string, Set<string>>();
  const bucket = { left: setup.bucket?.limit ?? 0, atMs: START_MS };
  let nowMs = START_MS;
  const late = new Set<string>();
  let item: {
    late?: string;
    checkpoint?: Checkpoint;
    caughtUpAtMs?: number;
    witnessedAtMs?: number;
    waits?: string;
    unproven?: string;
    lastRun?: string;
    version: number;
    owner?: string;
    expiresAtMs?: number;
  } = { version: 0 };
  let random: Random = () => 1;
  let largestPost = 0;
  let frozen: ((call: number) => Promise<void> | undefined) | undefined;
  const callMs = setup.callMs ?? 10;
  let pageMs = setup.pageMs ?? 0;

  const rule = (exclude: readonly string[] = []) =>
    includeRule({ include: [...(setup.include ?? ['*'])], exclude: [...exclude], minimumLevel: 'debug' });
  let includes = rule(setup.exclude);
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
  const { form, meaning } = specOf({ kind: setup.kind ?? KINDS[0] });
  const shape = shaper({
    form,
    auth0Domain: 'test.eu.auth0.com',
    redact: l => l,
  });

  /** Every log at or before the checkpoint must be safe at the moment the checkpoint moves. */
  function judge(next: Checkpoint): void {
    const before = item.checkpoint?.logId;
    if (before !== undefined && next.logId < before)
      violations.push(`checkpoint moved back to ${next.logId}`);
    for (const { id } of inOrder()) {
      if (id !== '' && id <= next.logId && !isSafe(id) && startedAfter(id) && !late.has(id)) {
        violations.push(`checkpoint ${next.logId} passed ${id}, which is neither accepted nor queued`);
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
    async function call<T>(name: CallName, work: () => T): Promise<T> {
      if (dead) return never();
      const mine = effect++;
      nowMs += callMs;
      const death = kill?.at === mine ? kill.when : faults.call?.(name);
      if (death === 'before') {
        dead = true;
        die('killed');
        return never();
      }
      const result = work();
      if (death === 'after') {
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
      random: () => random(),
      journal,
      shape,
      includes: one => {
        const yes = includes(one);
        const id = logIdOf(one);
        if (!yes && id !== undefined) excluded.add(id);
        return yes;
      },
      source: {
        page: (after, timeoutMs, take) => call('page', () => limited(timeoutMs, () => page(after, take))),
        start: from => call('start', () => start(from)),
        newest: (beforeMs, timeoutMs) => call('newest', () => limited(timeoutMs, () => newest(beforeMs))),
        search: (fromMs, beforeMs, number, timeoutMs) =>
          call('search', () => limited(timeoutMs, () => search(fromMs, beforeMs, number))),
      },
      destination: {
        form,
        meaning,
        isCompressed: false,
        maxBatchBytes: setup.maxBatchBytes ?? 20_000,
        maxInFlight: setup.maxInFlight ?? 1,
        post: async body => {
          const answer = await call('post', () => post(body.toString()));
          await frozen?.(calls.post - 1);
          return answer;
        },
        refresh: () => {
          calls.refresh++;
        },
      },
      ledger: { add: async entry => enter(entry) },
      stored: setup.verify && {
        reader: { query: kql => call('query', () => query(kql)) },
        place: PLACE,
        isRepairing: setup.verify === 'repair',
        holds: async queue => queues[queue].length > 0,
      },
      queue: { put: (queue, messages) => call(`put ${queue}`, () => put(queue, messages)) },
      state: {
        acquire: (_pipeline, owner, at, expiresAtMs) =>
          call('state acquire', () => acquire(owner, at, expiresAtMs)),
        save: (lease, checkpoint, _at, kept) =>
          call('state save', () => save(lease.version, lease.owner, checkpoint, kept)),
        release: (lease, _at, closing) =>
          call('state release', () => release(lease.version, lease.owner, closing)),
      },
    };
    return { d, killed, effects: () => effect };
  }

  /** By the tenant's rate limit, and within the time that the caller gives. */
  function limited<T extends object>(timeoutMs: number, answer: () => T) {
    const tookMs = pageMs;
    if (tookMs > timeoutMs) {
      nowMs += timeoutMs;
      return { kind: 'fault' as const, fault: { verdict: 'unavailable' as const, message: 'timed out' } };
    }
    nowMs += tookMs;
    if (!setup.bucket) return answer();
    const { limit, perCallMs } = setup.bucket;
    const more = Math.max(0, Math.floor((nowMs - bucket.atMs) / perCallMs));
    bucket.left = Math.min(limit, bucket.left + more);
    bucket.atMs = nowMs < bucket.atMs ? nowMs : bucket.atMs + more * perCallMs;
    // Auth0 gives the reset in whole seconds.
    const resetAtMs = Math.ceil((bucket.atMs + perCallMs) / 1000) * 1000;
    if (bucket.left === 0) {
      const fault = { verdict: 'throttled' as const, status: 429, message: 'too many requests' };
      return { kind: 'fault' as const, fault, rateLimit: { limit, remaining: 0, resetAtMs } };
    }
    bucket.left--;
    return { ...answer(), rateLimit: { limit, remaining: bucket.left, resetAtMs } };
  }

  function page(after: string, take = 100): PageAnswer {
    const fault = faults.page?.(calls.page, after);
    calls.page++;
    if (fault && 'kind' in fault) return fault;
    if (fault) return { kind: 'fault', fault };
    const visible: Log[] = [];
    for (const { one, id, ms } of inOrder()) {
      if (id > after && ms <= nowMs) visible.push(one);
      if (visible.length === take) break;
    }
    if (visible.length > (setup.mostPageLogs ?? 100)) {
      return {
        kind: 'fault',
        fault: { verdict: 'unavailable', code: ANSWER_TOO_LARGE, message: 'too large' },
      };
    }
    const nextLogId = logIdOf(visible.at(-1));
    const rateLimit = setup.rateLimit?.(nowMs);
    const answer: Page = {
      kind: 'page',
      logs: visible,
      ...(nextLogId ? { nextLogId } : {}),
      ...(rateLimit ? { rateLimit } : {}),
    };
    return faults.lie?.(answer, after) ?? answer;
  }

  /** By the id where that has the known form: a date may lie. */
  const appearsMs = (one: Log) => logIdTimeMs(logIdOf(one) ?? '') ?? logDateOf(one);
  let ordered: { one: Log; id: string; ms: number }[] = [];
  let [orderedOf, orderedLast]: [number, Log | undefined] = [0, undefined];
  /** The tenant's logs by id, sorted anew when there are others. */
  function inOrder() {
    if (orderedOf === tenant.length && orderedLast === tenant.at(-1)) return ordered;
    [orderedOf, orderedLast] = [tenant.length, tenant.at(-1)];
    ordered = tenant
      .map(one => ({ one, id: logIdOf(one) ?? '', ms: appearsMs(one) ?? 0 }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return ordered;
  }

  /** By date, as Auth0's search is. */
  function dated(fromMs: number, beforeMs: number): Log[] {
    const dateOf = (one: Log) => logDateOf(one) ?? 0;
    return tenant
      .filter(one => dateOf(one) >= fromMs && dateOf(one) < beforeMs && (appearsMs(one) ?? 0) <= nowMs)
      .sort((a, b) => dateOf(a) - dateOf(b));
  }

  function newest(beforeMs: number) {
    const fault = faults.newest?.(calls.newest);
    calls.newest++;
    if (fault === 'nothing') return { kind: 'newest' as const };
    if (fault) return { kind: 'fault' as const, fault };
    return { kind: 'newest' as const, log: dated(0, beforeMs).at(-1) };
  }

  function search(fromMs: number, beforeMs: number, number: number): PageAnswer {
    const fault = faults.search?.(calls.search);
    calls.search++;
    if (fault === 'nothing') return { kind: 'page', logs: [] };
    if (fault) return { kind: 'fault', fault };
    return { kind: 'page', logs: dated(fromMs, beforeMs).slice(number * 100, (number + 1) * 100) };
  }

  function query(kql: string): QueryAnswer {
    const fault = faults.query?.(calls.query, kql);
    calls.query++;
    if (fault) return fault;
    const visible = [...rows].filter(([, atMs]) => atMs <= nowMs).map(([logId]) => logId);
    return { kind: 'rows', rows: rowsOf(kql, PLACE, visible) };
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
    const answer = answerTo(ids, fault);
    const isAccepted = answer === undefined || typeof fault === 'string';
    posted.push({ ids, isAccepted, isKnown: answer === undefined });
    if (answer) for (const id of ids) remember(id, answer);
    return answer ?? { kind: 'answered', status: 200 };
  }

  /** Undefined: accepted, and answered so. */
  function answerTo(ids: readonly string[], fault: AzureFault | undefined): PostAnswer | undefined {
    if (fault && typeof fault !== 'string') return fault;
    for (const id of ids) {
      const poison = setup.poison?.(id);
      if (poison) return poison === true ? BAD_RECORD : poison;
    }
    for (const id of ids) {
      accepted.set(id, (accepted.get(id) ?? 0) + 1);
      if (!faults.drop?.(id))
        rows.set(id, Math.min(rows.get(id) ?? Infinity, nowMs + (setup.rowAfterMs ?? 0)));
    }
    if (fault === 'accept-then-intercepted') return { kind: 'answered', status: 203 };
    return fault && { kind: 'unanswered', code: 'ECONNRESET', message: 'the connection was closed' };
  }

  /** Why a log was not accepted, whenever that was answered. */
  function remember(id: string, answer: PostAnswer): void {
    const why = answers.get(id) ?? answers.set(id, new Set()).get(id)!;
    const reason = answer.kind === 'unauthorised' ? answer.fault : answer;
    why.add(whyOf(reason));
  }

  function put(queue: QueueName, messages: readonly string[]): void {
    const fault = faults.put?.(calls.put, queue);
    calls.put++;
    if (fault) failedPuts++;
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

  function stateFault(operation: Operation, work: () => void): void {
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
      ...(item.unproven === undefined ? {} : { unproven: item.unproven }),
      ...(item.lastRun === undefined ? {} : { lastRunText: item.lastRun }),
    };
    return { kind: 'acquired' as const, lease: { pipeline: PIPELINE, owner, version: item.version }, state };
  }

  function save(
    version: number,
    owner: string,
    checkpoint: Checkpoint,
    kept: Pick<Closing, 'late' | 'unproven'> = {},
  ) {
    calls.save++;
    if (version !== item.version || owner !== item.owner) return { kind: 'lost' as const };
    stateFault('save', () => {
      judge(checkpoint);
      item = {
        ...item,
        checkpoint,
        version: item.version + 1,
        ...kept,
      };
    });
    return { kind: 'saved' as const, lease: { pipeline: PIPELINE, owner, version: item.version } };
  }

  /** The ledger may name only what is safe. */
  function enter(entry: LedgerEntry): void {
    ledger.push(entry);
    const { afterLogId, lastLogId } = entry;
    if (afterLogId === undefined) return;
    const unsafe = inOrder().find(
      ({ id }) => id > afterLogId && id <= lastLogId && !isSafe(id) && !late.has(id),
    )?.id;
    if (unsafe !== undefined)
      violations.push(`the ledger covers ${unsafe}, which is neither accepted nor queued`);
  }

  function release(version: number, owner: string, closing: Closing): void {
    if (version !== item.version || owner !== item.owner) return;
    stateFault('release', () => {
      const { owner: _owner, expiresAtMs: _expires, ...rest } = item;
      const { caughtUpAtMs, late: kept, checkpoint, lastRun, witnessedAtMs, waits, unproven } = closing;
      item = {
        ...rest,
        version: item.version + 1,
        ...(caughtUpAtMs === undefined ? {} : { caughtUpAtMs }),
        ...(kept === undefined ? {} : { late: kept }),
        ...(checkpoint === undefined ? {} : { checkpoint }),
        ...(lastRun === undefined ? {} : { lastRun }),
        ...(witnessedAtMs === undefined ? {} : { witnessedAtMs }),
        ...(waits === undefined ? {} : { waits }),
        ...(unproven === undefined ? {} : { unproven }),
      };
    });
  }

  /** What is accepted of a message leaves it, when the queues can be reached. */
  function judgeRest(message: string, posts: readonly Posted[]): void {
    const decoded = decodeFailedBatch(message);
    if (decoded.kind === 'undecodable') return;
    const settled = new Set(posts.flatMap(({ ids, isKnown }) => (isKnown ? ids : [])));
    const again = decoded.records.find(({ logId }) => settled.has(logId));
    if (again) repeats.push(`a replay accepted ${again.logId}, and will post it again`);
  }

  const inQueues = () =>
    new Set(
      [...queues.retry, ...queues['dead-letter']].flatMap(message => {
        const decoded = decodeFailedBatch(message);
        return decoded.kind === 'failed-batch' ? decoded.records.map(record => record.logId) : [];
      }),
    );

  const receives = new Map<string, number>();
  let runs = 0;
  const optionsOf = (options: Partial<ShipOptions> = {}): ShipOptions => ({
    pipeline: PIPELINE,
    startFrom: { kind: 'oldest' },
    retentionMs: 86_400_000,
    ripeMs: 15_000,
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
    isSafe,
    isLate: (id: string) => late.has(id),
    ledger,
    /** Replays that did not keep what they had done. */
    repeats,
    /** Ids with a row, and when it can be queried. */
    rows,
    /** Accepted once, and neither stored nor in a queue now. */
    notStored: () => {
      const waiting = inQueues();
      return [...accepted.keys()].filter(id => !rows.has(id) && !waiting.has(id));
    },
    unproven: () => readUnproven(item.unproven ?? '') ?? NOTHING_UNPROVEN,
    /** Every post so far. */
    posted,
    /** Why logs were not accepted, by id: see whyOf. */
    answers,
    /** Adds a log whose id lies behind what was served already: no checkpoint can know of it. */
    insertLate: (one: Log) => {
      tenant.push(one);
      late.add(String(one['log_id']));
    },
    state: () => item,
    /** Where the pipeline began: what lies before it is not promised. */
    firstLogId: () => firstLogId,
    /** Records in the largest post: the bound of duplicates for each thing that went wrong. */
    largestPost: () => largestPost,
    advance: (ms: number) => {
      nowMs += ms;
    },
    /** Holds a run after each of its posts for as long as `hold` says, as a process that is stopped and goes on. */
    freeze: (hold: ((call: number) => Promise<void> | undefined) | undefined) => {
      frozen = hold;
    },
    /** What a page takes from now on, beyond `callMs`. */
    setPageMs: (value: number) => {
      pageMs = value;
    },
    /** Deploys a configuration that excludes these types. */
    exclude: (...types: string[]) => {
      includes = rule(types);
    },
    setRandom: (value: Random) => {
      random = value;
    },
    ports,
    optionsOf,
    /** One run from lease to report. */
    tick: (options: Partial<ShipOptions> = {}): Promise<RunReport> => ship(ports().d, optionsOf(options)),
    /** Likewise, where `faults.call` may kill it. */
    mortalTick: (): Promise<RunReport | 'killed'> => {
      const { d, killed } = ports();
      return Promise.race([ship(d, optionsOf()), killed]);
    },
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
        const { d, killed } = ports();
        const count = (receives.get(message) ?? 0) + 1;
        receives.set(message, count);
        const [postsBefore, failuresBefore] = [posted.length, failedPuts];
        // A replay that rejects or is killed leaves its message where it is, as Lambda does.
        const done = await Promise.race([replay(d, PIPELINE, message, nowMs + 50_000, count), killed]).then(
          report => (report === 'killed' ? report : report.done),
          () => false,
        );
        if (done === false && failedPuts === failuresBefore) judgeRest(message, posted.slice(postsBefore));
        if (done !== true) queues[count >= RETRY_MAX_RECEIVES ? 'dead-letter' : 'retry'].push(message);
      }
    },
    /** The logs that are neither accepted, nor in a queue now, nor excluded. */
    missing(): string[] {
      const waiting = inQueues();
      return tenant
        .map(one => logIdOf(one))
        .filter(id => id !== undefined)
        .filter(id => startedAfter(id) && !accepted.has(id) && !waiting.has(id) && !excluded.has(id));
    },
    duplicates: () => [...accepted.values()].reduce((sum, count) => sum + count - 1, 0),
  };
}

/** See world(). */
export type World = ReturnType<typeof world>;
