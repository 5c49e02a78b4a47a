/**
 * The witness: a look at the tenant's newest log by search. An empty page says "nothing newer", or that the checkpoint
 * leads nowhere: only together with the witness is it evidence of the first.
 */
import { type Ask, asker } from './ask.ts';
import { batcher } from './batch.ts';
import type { Checkpoint, PipelineState } from './model.ts';
import { type CaughtUp, foundLogs, type RipeLog } from './read.ts';
import { logDateOf, logIdOf } from './record/log.ts';
import { isAfter, isComparable, isPastLogId, logIdPrefix, logIdTimeMs } from './record/log-id.ts';
import type { Run, Stop } from './run.ts';
import { recordOf, settle } from './settle.ts';

export type Testimony =
  /** The tenant's newest log agrees with the checkpoint. */
  | { readonly kind: 'confirmed' }
  /** Logs after the checkpoint were found, and shipped where that took a search: reading goes on from there. */
  | { readonly kind: 'found' }
  | { readonly kind: 'stop'; readonly stop: Stop };

/** Auth0's search shows no more: https://auth0.com/docs/deploy-monitor/logs/retrieve-log-events-using-mgmt-api */
const SEARCH_PAGES = 10;
const SEARCH_PAGE_SIZE = 100;
/** A log's id is given some seconds after its date. */
const ID_LAG_MS = 60_000;

/** Whether the end of reading must be confirmed before it counts as caught up. */
export function isWitnessDue(run: Run, { witnessedAtMs }: PipelineState, end: CaughtUp): boolean {
  const { options, d } = run;
  if (options.witnessMs === 0) return false;
  // Never since the checkpoint was configured or set by hand: then not even young logs prove that it leads to all of them.
  if (!witnessedAtMs || witnessedAtMs > d.clock.now()) return true;
  return end.isEmpty && d.clock.now() - witnessedAtMs >= options.witnessMs;
}

/**
 * Compares the checkpoint with the tenant's newest log that was ripe when the reading ended.
 * @param isFirst only the next log is shipped by search, since reading from there by ids misses none: a search goes by dates
 */
export async function hear(
  run: Run,
  checkpoint: Checkpoint,
  end: CaughtUp,
  isFirst = false,
): Promise<Testimony> {
  const { d, options } = run;
  const ask = asker(d, { deadlineMs: options.deadlineMs, headroom: options.rateLimitHeadroom });
  const beforeMs = end.atMs - options.ripeMs;
  const answer = await ask(timeoutMs => d.source.newest(beforeMs, timeoutMs));
  if (answer.kind === 'out-of-time') return stopped({ outcome: 'out-of-time' });
  if (answer.kind === 'fault') {
    const { fault } = answer;
    return stopped({ outcome: fault.verdict, party: 'auth0', message: fault.message, fault });
  }
  const newest = logIdOf(answer.log);
  const standing = standingOf(checkpoint, answer.log, beforeMs, d.clock.now());
  if (newest === undefined || standing === 'level') return { kind: 'confirmed' };
  if (standing === 'beyond') {
    return astray(run, `is after the tenant's newest log ${newest}, so no log would ever be shipped`);
  }
  // The log may have become ripe, or Auth0's two lists may differ for a moment.
  const again = await ask(timeoutMs => d.source.page(checkpoint.logId, timeoutMs));
  if (again.kind === 'page' && again.logs.length > 0) return { kind: 'found' };
  run.tally.counts.checkpointAstray = true;
  return bridge(run, ask, checkpoint, { newest, beforeMs, isFirst });
}

/** `beyond`: no log will ever come after it. `behind`: the newest log comes after it. `level`: nothing speaks against it. */
export type Standing = 'beyond' | 'behind' | 'level';

/** How a checkpoint stands to the tenant's newest log that is dated before `beforeMs`, by the word of `LogSource.newest`. */
export function standingOf(
  checkpoint: Checkpoint,
  newestLog: unknown,
  beforeMs: number,
  nowMs: number,
): Standing {
  const newest = logIdOf(newestLog);
  if (newest === undefined || newest === checkpoint.logId) return 'level';
  if (leadsBeyond(checkpoint.logId, newest, nowMs)) return 'beyond';
  const newestMs = logIdTimeMs(newest) ?? logDateOf(newestLog);
  const isYoung = newestMs !== undefined && newestMs > beforeMs;
  return isNewer(newest, newestMs, checkpoint) && !isYoung ? 'behind' : 'level';
}

/** By the ids, or by the dates where the ids have no order. */
function isNewer(newest: string, newestMs: number | undefined, { logId, logDateMs }: Checkpoint): boolean {
  if (isComparable(newest, logId)) return isAfter(newest, logId);
  return logDateMs === undefined || (newestMs !== undefined && newestMs > logDateMs + ID_LAG_MS);
}

/** A place after which no log of the tenant can come: by its time, its prefix or its form. */
function leadsBeyond(place: string, newest: string, nowMs: number): boolean {
  if (!isAfter(place, newest)) return false;
  return !isPastLogId(place, nowMs) || logIdPrefix(place) !== logIdPrefix(newest);
}

interface Gap {
  readonly newest: string;
  readonly beforeMs: number;
  readonly isFirst: boolean;
}

/** Ships what a search finds after the checkpoint, as far as it is complete. */
async function bridge(run: Run, ask: Ask, checkpoint: Checkpoint, gap: Gap): Promise<Testimony> {
  const { d } = run;
  const all = await searchAfter(run, ask, checkpoint, gap.beforeMs);
  const found = gap.isFirst ? all.slice(0, 1) : all;
  if (found.length === 0) {
    return astray(run, `leads to none of the newer logs, the newest of which is ${gap.newest}`);
  }
  const batches = batcher(d.destination.maxBatchBytes);
  for (const log of [...found, undefined]) {
    const batch = log ? batches.add(log, recordOf(run, log.log)) : batches.flush();
    const settled = batch && (await settle(run, batch));
    if (settled?.stop) return stopped(settled.stop);
  }
  run.tally.counts.logsBridged += found.length;
  run.tally.counts.logsRead += found.length;
  d.journal.error('Auth0 returned no logs after the checkpoint; they were found by search and shipped', {
    checkpoint: checkpoint.logId,
    logs: found.length,
  });
  return { kind: 'found' };
}

/** By search, which is in the order of dates: what is left out after the last one found may have ids from that date on. */
async function searchAfter(
  { d, options }: Run,
  ask: Ask,
  { logId, logDateMs }: Checkpoint,
  beforeMs: number,
): Promise<RipeLog[]> {
  const placeMs = logIdTimeMs(logId) ?? logDateMs;
  if (placeMs === undefined) return [];
  const fromMs = Math.min(placeMs, logDateMs ?? placeMs) - ID_LAG_MS;
  const logs: unknown[] = [];
  for (let page = 0; page < SEARCH_PAGES; page++) {
    const answer = await ask(timeoutMs => d.source.search(fromMs, beforeMs, page, timeoutMs));
    if (answer.kind !== 'page') break;
    logs.push(...answer.logs);
    if (answer.logs.length < SEARCH_PAGE_SIZE)
      return ripe(foundLogs(logs, logId, d.clock.now()), options.ripeMs, d.clock.now());
  }
  const found = foundLogs(logs, logId, d.clock.now());
  const lastMs = Math.max(0, ...found.map(({ dateMs = 0 }) => dateMs));
  return found.filter(({ idTimeMs }) => idTimeMs !== undefined && idTimeMs < lastMs);
}

/** Up to the first log that is too young. */
function ripe(logs: RipeLog[], ripeMs: number, nowMs: number): RipeLog[] {
  const young = logs.findIndex(({ idTimeMs }) => idTimeMs !== undefined && nowMs - idTimeMs < ripeMs);
  return young < 0 ? logs : logs.slice(0, young);
}

function astray(run: Run, why: string): Testimony {
  run.tally.counts.checkpointAstray = true;
  // A place that leads nowhere is not kept.
  const { checkpoint, ...unsaved } = run.unsaved;
  run.unsaved = unsaved;
  const place = checkpoint?.logId ?? run.tally.counts.checkpoint?.logId;
  const message = `the checkpoint ${place} ${why}; set it to a log or a time that Auth0 still has, with the command "checkpoint set"`;
  return stopped({ outcome: 'astray', party: 'auth0', message });
}

const stopped = (stop: Stop): Testimony => ({ kind: 'stop', stop });
