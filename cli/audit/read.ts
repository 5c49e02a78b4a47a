/** An audit: what the ledger holds of a window against what Auth0 serves of it. */
import type { Clock, Fault, LogSource, QueueName } from '../../lambda/core/model.ts';
import { logReader, type RipeLog } from '../../lambda/core/read.ts';
import { includeRule } from '../../lambda/core/record/include.ts';
import { logIdOf } from '../../lambda/core/record/log.ts';
import {
  LOWEST_LOG_ID_PREFIX,
  logIdPrefix,
  logIdTimeMs,
  syntheticLogId,
} from '../../lambda/core/record/log-id.ts';
import { parseStartFrom } from '../../lambda/core/start-from.ts';
import { isElsewhere } from '../../lambda/core/workspace.ts';
import type { Depth, StoredState } from '../pipelines/operated.ts';
import { UsageError } from '../terminal/errors.ts';
import { dateText } from '../terminal/words.ts';
import type { Window } from '../window/window.ts';
import { type AuditBasis, type IdRange, readRange, touches } from './basis.ts';
import { auditor, type Findings, type Judged, unsureLogs } from './compare.ts';
import { type Entered, enteredIn, type LedgerDependencies, passedOf, readLedger } from './ledger.ts';
import {
  isStored,
  type StoredComparison,
  type StoredFindings,
  type StoredOptions,
  storedComparison,
} from './stored.ts';
import { filledColumns } from './values.ts';

export interface AuditDependencies extends LedgerDependencies {
  readonly source: LogSource;
  readonly clock: Clock;
  /** Share of Auth0's rate limit that is left to others. */
  readonly headroom: number;
  /** The workspace, with --stored. */
  readonly stored?: Omit<StoredOptions, 'queuesHold'> | undefined;
  readonly told: {
    missing(logId: string): void;
    /** After every page: logs in it, and the time that is reached. */
    read(logs: number, reachedMs: number | undefined): void;
  };
}

export interface Audit {
  readonly findings: Findings;
  /** Logs that Auth0 serves of the window. */
  readonly atAuth0: number;
  /** Of those: without an id that gives their place, so that no entry can contain them. */
  readonly withoutId: number;
  readonly entered: Entered;
  /** With --stored. */
  readonly stored: StoredFindings | undefined;
  /** The ledger knows nothing of logs up to here; undefined when it is empty. */
  readonly ledgerAfterLogId: string | undefined;
  /** Auth0 has deleted the logs of the window before that time, or may have. */
  readonly expiredToMs: number | undefined;
  /** Logs in the ledger's entries inside of the window, although Auth0 serves none of the window. */
  readonly unserved: number;
  /** Logs that wait for a run, and are older than the threshold of the alarm `lag`. */
  readonly overdue: number;
  /** That alarm's threshold. */
  readonly lagMs: number;
  /** As they were when the audit began. */
  readonly state: StoredState;
  readonly depths: Readonly<Record<QueueName, Depth>>;
}

/** Every log is settled, and stored with --stored, or the pipeline will ship it automatically. */
export function isWell(audit: Audit): boolean {
  const { stored, findings, withoutId, overdue } = audit;
  const isThere = stored
    ? isStored(stored) && withoutId === 0
    : findings.missing + doubtful(audit) === 0 && !hasDeadLetters(audit);
  return isThere && overdue === 0 && !hasNeverRun(audit) && isServed(audit);
}

/** The logs that Auth0 serves are all that the window had, as far as that can be known. */
export const isServed = ({ expiredToMs, unserved }: Audit): boolean =>
  expiredToMs === undefined && unserved === 0;

/** Logs of the window were put on a queue, and may be dead letters: nothing ships those automatically. */
export const hasDeadLetters = ({ entered, depths }: Audit): boolean =>
  entered.retried + entered.deadLettered > 0 && depths['dead-letter'].messages > 0;

/** Every run saves a checkpoint, even if there was nothing to ship. */
export const hasNeverRun = ({ state }: Audit): boolean => state.checkpoint === undefined;

/** Logs that may be missing: they are unverified. */
export function doubtful({ findings, withoutId }: Audit): number {
  return findings.notKnown + unsureLogs(findings) + withoutId;
}

const START_TIMEOUT_MS = 20_000;
/** For a job that starts late, and for the time of an audit. */
const RETENTION_TOLERANCE_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Audits a window of whole seconds. Throws UsageError when Auth0 or the ledger cannot be read: the result of a part would
 * look like the result of the window.
 */
export async function audit(d: AuditDependencies, window: Window): Promise<Audit> {
  // First, so that whatever it has passed is in the ledger by the time that is read.
  const state = await d.pipeline.state();
  const depths = await d.pipeline.queues.depths();
  const { lagMs } = await d.pipeline.limits();
  const checkpointLogId = state.checkpoint?.logId;
  const range = await idsOf(d, window);
  const ledger = await readLedger(d, window.fromMs, range, checkpointLogId);
  const passed = passedOf(d.pipeline, state);
  // Without a checkpoint, the first run begins at auth0.startFrom: earlier logs will not be shipped.
  const reached = checkpointLogId ?? (await firstLogId(d));
  const overdueBeforeMs = d.clock.now() - lagMs;
  let overdue = 0;
  const queuesHold = depths.retry.messages + depths['dead-letter'].messages > 0;
  const stored = d.stored && (await storedComparison({ ...d.stored, queuesHold }, window));
  const onJudged: Judged = (logId, judgement, by) => {
    stored?.judged(logId, judgement, by);
    if (judgement === 'not-yet' && (logIdTimeMs(logId) ?? 0) < overdueBeforeMs) overdue++;
  };
  const basis = { window: range, ...ledger, checkpointLogId: reached, passed };
  const read = await readAuth0(d, basis, window, { onJudged, stored });
  const touching = ledger.entries.filter(touches(range));
  const inside = touching.filter(
    one => one.afterLogId >= range.afterLogId && one.lastLogId <= range.lastLogId,
  );
  const { firstMs, ...counts } = read;
  const storedFindings = await stored?.end(firstMs);
  return {
    ...counts,
    entered: enteredIn(touching),
    unserved: read.atAuth0 > 0 ? 0 : enteredIn(inside).logs,
    expiredToMs: expiredTo(d, window, firstMs),
    stored: storedFindings,
    ledgerAfterLogId: ledger.ledgerAfterLogId,
    overdue,
    lagMs,
    state,
    depths,
  };
}

/** A log that is older than the retention shows that Auth0 keeps logs longer than its setting says. */
function expiredTo({ pipeline, clock }: AuditDependencies, window: Window, firstMs = Infinity) {
  const keptFromMs = clock.now() - pipeline.config.auth0.logRetentionDays * DAY_MS;
  const limitMs = keptFromMs - RETENTION_TOLERANCE_MS;
  return window.fromMs < limitMs && firstMs >= limitMs ? Math.min(window.toMs, keptFromMs) : undefined;
}

/** After which log a first run would begin. */
async function firstLogId({ pipeline, source, clock }: AuditDependencies): Promise<string | undefined> {
  const from = parseStartFrom(pipeline.config.auth0.startFrom);
  if (!from) return undefined;
  const answer = await source.start(from, clock.now(), START_TIMEOUT_MS);
  if (answer.kind === 'fault') throw unreadable(answer.fault);
  return answer.checkpoint.logId;
}

/**
 * The window among Auth0's ids. Their prefix is that of the first log after its begin: the newest log, which the source
 * goes by, may have an id that cannot be read, and then the window would lie where no log is.
 */
async function idsOf({ source, clock }: AuditDependencies, { fromMs, toMs }: Window): Promise<IdRange> {
  const answer = await source.start({ kind: 'date', dateMs: fromMs }, clock.now(), START_TIMEOUT_MS);
  if (answer.kind === 'fault') throw unreadable(answer.fault);
  const page = await source.page(answer.checkpoint.logId, START_TIMEOUT_MS);
  const served = page.kind === 'page' ? page.logs.map(logIdOf) : [];
  const first =
    served.find(logId => logId !== undefined && logIdTimeMs(logId) !== undefined) ?? answer.checkpoint.logId;
  const prefix = logIdPrefix(first) ?? LOWEST_LOG_ID_PREFIX;
  return { afterLogId: syntheticLogId(prefix, fromMs), lastLogId: syntheticLogId(prefix, toMs) };
}

/** Passes the auditor every log of the window, and the logs around it that complete the entries. */
async function readAuth0(
  { source, clock, headroom, told, pipeline, stored: asked }: AuditDependencies,
  basis: AuditBasis,
  window: Window,
  { onJudged, stored }: { readonly onJudged: Judged; readonly stored: StoredComparison | undefined },
): Promise<Pick<Audit, 'findings' | 'atAuth0' | 'withoutId'> & { readonly firstMs: number | undefined }> {
  const { afterLogId, lastLogId } = readRange(basis);
  const run = auditor(basis, told.missing, onJudged);
  const options = { deadlineMs: Number.POSITIVE_INFINITY, ripeMs: 0, headroom };
  const reader = logReader({ source, clock, random: Math.random }, afterLogId, options);
  const includes = includeRule(pipeline.config);
  // Only the table of a rule has columns that are declared.
  const columnsOf = asked?.place.stream === undefined ? () => [] : filledColumns(pipeline.config);
  const isInTable = (log: unknown) => includes(log) && !(asked && isElsewhere(asked.place, log));
  let atAuth0 = 0;
  let firstMs: number | undefined;
  let withoutId = 0;
  let last = afterLogId;
  for (let step = await reader.next(); step.kind !== 'caught-up'; step = await reader.next()) {
    if (step.kind !== 'page')
      throw unreadable(step.kind === 'fault' ? step.fault : undefined, last, afterLogId);
    const before = last;
    for (const { logId, log } of placedIn(step.logs)) {
      if (logId <= last) continue;
      last = logId;
      if (logId > lastLogId) break;
      if (isIn(basis.window, logId)) {
        atAuth0++;
        firstMs ??= logIdTimeMs(logId);
        stored?.expect(logId, isInTable(log) ? columnsOf(log) : undefined);
      }
      run.see(logId);
    }
    withoutId += unplacedIn(step.logs, before, window);
    await stored?.drain();
    told.read(step.logs.length, logIdTimeMs(last));
    if (last > lastLogId) break;
  }
  const findings = run.end();
  return { findings, atAuth0: atAuth0 + withoutId, withoutId, firstMs };
}

/** How many logs of the window have no place of their own: by their date, or else that of the log before them. */
function unplacedIn(logs: readonly RipeLog[], before: string, window: Window): number {
  let place = before;
  let count = 0;
  for (const log of logs) {
    if (hasPlace(log)) place = log.logId;
    else if (isAround(window, log.dateMs ?? logIdTimeMs(place))) count++;
  }
  return count;
}

/** Ascending, though the page may not be. */
function placedIn(logs: readonly RipeLog[]): (RipeLog & { readonly logId: string })[] {
  return logs.filter(hasPlace).sort((a, b) => (a.logId < b.logId ? -1 : 1));
}

function hasPlace(log: RipeLog): log is RipeLog & { readonly logId: string } {
  return log.logId !== undefined && logIdTimeMs(log.logId) !== undefined;
}

const isIn = (range: IdRange, logId: string) => logId > range.afterLogId && logId <= range.lastLogId;
const isAround = ({ fromMs, toMs }: Window, ms = fromMs) => ms >= fromMs && ms < toMs;

function unreadable(fault: Fault | undefined, last = '', afterLogId = last): UsageError {
  const why = fault?.message ?? 'no answer within the time limit';
  const reachedMs = last > afterLogId ? logIdTimeMs(last) : undefined;
  const what =
    reachedMs === undefined
      ? 'Auth0 could not be read'
      : `Auth0 could be read only up to ${dateText(reachedMs)}, so there is no result`;
  return new UsageError(`${what}: ${why}`);
}
