/** Whether the workspace reports that Azure dropped rows after it had accepted them. */
import { inLine } from '../../lambda/core/cause.ts';
import type { ReadEntry } from '../../lambda/core/ledger.ts';
import type { Fault } from '../../lambda/core/model.ts';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { type StoredDependencies, storedCounts } from '../../lambda/core/stored.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { systemClock } from '../../lambda/environment.ts';
import { type Finding, about as findingOf, partsOf } from '../checks/finding.ts';
import { GET_AZ, NOT_INSTALLED } from '../pipelines/azure-login.ts';
import type { Operated } from '../pipelines/operated.ts';
import { type About, command } from '../pipelines/remedy.ts';
import { type StoredReason, storedReasons } from '../pipelines/stored-reasons.ts';
import {
  CALLER,
  ENVIRONMENT,
  inability,
  LIST_WORKSPACES,
  type ReadAs,
  readAsByDefault,
  workspaceReader,
} from '../pipelines/workspace-reader.ts';
import { UsageError } from '../terminal/errors.ts';
import { counted, dateText } from '../terminal/words.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const QUERY_TIMEOUT_MS = 15_000;
/** How long a row may take to appear: the default of `audit --ingestion-delay`. */
const ROWS_APPEAR_MS = HOUR_MS / 2;
const READER = 'a user with the role Log Analytics Data Reader on the workspace';
const say = findingOf('dropped rows');

interface Look {
  readonly one: Operated;
  /** The options by which this pipeline is found. */
  readonly about: About;
  readonly workspaceId: string;
  readonly byDefault: ReadAs;
  readonly nowMs: number;
}

/** None for a destination without a workspace. Each query is sent once. */
export async function droppedRowsFindings(one: Operated, about: About, nowMs: number): Promise<Finding[]> {
  const { azure } = one.config;
  const place = specOf(azure).stored?.(azure);
  if (!place) return [];
  const { workspaceId } = place;
  if (workspaceId === undefined) {
    const remedy = `set it to the id of the workspace:\n  ${LIST_WORKSPACES}`;
    return [say.unchecked('off: azure.workspaceId is not set, so the workspace is not known', remedy)];
  }
  const byDefault = await readAsByDefault(one);
  const look = { one, about, workspaceId, byDefault, nowMs };
  const own = await lookAs(byDefault, look);
  if (!('denied' in own)) return [own];
  if (byDefault === 'az') return [withoutLogin(own.denied, look)];
  const operators = await lookAs('az', look);
  return ['denied' in operators ? failed(own.denied, byDefault, look) : operators];
}

type Denied = { readonly denied: Fault };

async function lookAs(readAs: ReadAs, look: Look): Promise<Finding | Denied> {
  const { one, workspaceId, nowMs } = look;
  const place = specOf(one.config.azure).stored?.(one.config.azure);
  const workspace = workspaceReader(one, workspaceId, readAs);
  if (!place || !workspace) throw new Error(`no workspace to read as ${readAs}`);
  const reader: typeof workspace = { query: (kql, span) => workspace.query(kql, span, QUERY_TIMEOUT_MS) };
  const d = { reader, place, clock: systemClock, random: Math.random, maxAttempts: 1 };
  const sinceMs = nowMs - DAY_MS;
  const found = await storedReasons(d, { fromMs: sinceMs, toMs: nowMs + HOUR_MS });
  if (found.kind === 'fault') return faultOf(found.fault, readAs, look);
  const { reasons, unread } = found.value;
  if (reasons.length > 0) return await dropped(reasons, readAs, look);
  const [hidden] = unread;
  if (hidden !== undefined) {
    return say.warning(
      `${hidden.from} could not be read as ${CALLER[readAs]}, so dropped rows may not be reported: ${hidden.why}`,
      `assign the role Log Analytics Data Reader without a condition, or compare Auth0 with the table:\n  ${auditCommand(sinceMs, readAs, look)}`,
    );
  }
  return (
    (await hiddenRows(d, readAs, look)) ??
    say.ok(
      `Azure reports no dropped rows in the last 24 h (since ${dateText(sinceMs)}), read as ${CALLER[readAs]}`,
    )
  );
}

async function dropped(reasons: readonly StoredReason[], readAs: ReadAs, look: Look): Promise<Finding> {
  const times = reasons.reduce((sum, one) => sum + one.times, 0);
  const firstAtMs = Math.min(...reasons.map(one => one.firstAtMs));
  const lastAtMs = Math.max(...reasons.map(one => one.lastAtMs));
  const when = times === 1 ? dateText(firstAtMs) : `${dateText(firstAtMs)} to ${dateText(lastAtMs)}`;
  const means = reasons.map(
    ({ cause, from, operation, message }) => cause?.means ?? `${from}: ${operation}: ${message}`,
  );
  const todo = reasons.map(({ cause }) =>
    cause ? inLine(cause.remedy) : 'fix what the message names, then ship the window again',
  );
  return say.error(
    `Azure dropped accepted rows in the last 24 h: ${distinct(means)} (${counted(times, 'message')}, ${when})`,
    `${distinct(todo)}: an audit names the logs, and prints the command that ships them:\n  ${auditCommand(await loggedSinceMs(firstAtMs - HOUR_MS, look), readAs, look)}`,
  );
}

const distinct = (texts: readonly string[]) => [...new Set(texts)].join('; ');

/** A table that is hidden by a condition may look empty, and then so may the tables of messages. */
async function hiddenRows(
  d: StoredDependencies,
  readAs: ReadAs,
  look: Look,
): Promise<Finding | Denied | undefined> {
  const { nowMs } = look;
  const entry = await acceptedEntry(look);
  const loggedAtMs = logIdTimeMs(entry?.lastLogId ?? '');
  if (!entry || loggedAtMs === undefined) return undefined;
  const fromMs = loggedAtMs - HOUR_MS;
  const found = await storedCounts(d, { fromMs, toMs: nowMs });
  if (found.kind === 'fault') return faultOf(found.fault, readAs, look);
  if (found.kind === 'found' && found.value.size > 0) return undefined;
  const { table } = d.place;
  const what =
    found.kind === 'found'
      ? `no row of ${table} is visible to ${CALLER[readAs]}`
      : found.name === table
        ? `the workspace has no table ${table}, or it is not visible to ${CALLER[readAs]}`
        : `${table} has no column ${found.name}`;
  const at = entry.enteredAtMs === undefined ? '' : ` at ${dateText(entry.enteredAtMs)}`;
  return say.warning(
    `${what}, although Azure accepted ${counted(entry.accepted, 'log')}${at}: the messages about dropped rows may be hidden too`,
    `check the condition of its role, and compare Auth0 with the table as a user without one:\n  ${auditCommand(fromMs, 'az', look)}`,
  );
}

/** The first batch of the last 24 hours whose rows must be visible by now; undefined if none is known. */
async function acceptedEntry({ one, nowMs }: Look): Promise<ReadEntry | undefined> {
  const entry = await firstEntry(one, nowMs - DAY_MS, ({ accepted }) => accepted > 0);
  return (entry?.enteredAtMs ?? nowMs) > nowMs - ROWS_APPEAR_MS ? undefined : entry;
}

/** The time of the first log that was settled since then, and that Auth0 still has: the logs of a backlog are older. */
async function loggedSinceMs(fromMs: number, { one, nowMs }: Look): Promise<number> {
  const entry = await firstEntry(one, fromMs, ({ logs }) => logs > 0);
  if (!entry) return fromMs;
  const oldestMs = nowMs - one.config.auth0.logRetentionDays * DAY_MS;
  return Math.min(fromMs, Math.max(oldestMs, logIdTimeMs(entry.afterLogId ?? '') ?? oldestMs));
}

/** Of the ledger since then; undefined if there is none, or if the ledger cannot be read. */
async function firstEntry(
  { ledger }: Operated,
  fromMs: number,
  isWanted: (entry: ReadEntry) => boolean,
): Promise<ReadEntry | undefined> {
  try {
    for await (const entry of ledger(fromMs)) {
      if ((entry.enteredAtMs ?? fromMs) >= fromMs && isWanted(entry)) return entry;
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
  return undefined;
}

const faultOf = (fault: Fault, readAs: ReadAs, look: Look): Finding | Denied =>
  fault.verdict === 'denied' ? { denied: fault } : failed(fault, readAs, look);

function failed(fault: Fault, readAs: ReadAs, { workspaceId }: Look): Finding {
  const { text, remedy } = partsOf(fault, 'Azure', `azure.workspaceId "${workspaceId}"`);
  return say.warning(`not known: read as ${CALLER[readAs]}, ${text}`, remedy);
}

/** Nobody can read the workspace from here, or the operator lacks the role. */
function withoutLogin(fault: Fault, look: Look): Finding {
  if (fault.status !== undefined) return failed(fault, 'az', look);
  const why = inability(look.one, 'pipeline') ?? 'its secret cannot be read';
  const { text } = partsOf(fault, 'Azure', 'the login');
  return say.unchecked(
    `off: the pipeline cannot read the workspace, as ${why}; nor can you: ${text}`,
    fault.code === NOT_INSTALLED
      ? `${GET_AZ}, and log in as ${READER}; or set ${ENVIRONMENT.join(', ')} of an application with that role`
      : `log in as ${READER}:\n  az login`,
  );
}

function auditCommand(fromMs: number, readAs: ReadAs, { about, byDefault }: Look): string {
  const as = readAs === byDefault ? [] : ['--read-as', readAs];
  return command(['audit', '--stored', '--from', dateText(fromMs), ...as], about);
}
