/** Finds the pipeline and its window, audits it, and says what came of it. */
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { pipelineParts } from '../../lambda/wiring.ts';
import { ledgerPlace } from '../pipelines/local/ledger.ts';
import { onlyPipeline, openTarget } from '../pipelines/open.ts';
import type { Operated, Target, TargetOptions } from '../pipelines/operated.ts';
import type { StoredReasons } from '../pipelines/stored-reasons.ts';
import type { ReadAs } from '../pipelines/workspace-reader.ts';
import { EXIT } from '../terminal/errors.ts';
import { liveLine } from '../terminal/live-line.ts';
import { stopOnSignals, stoppableClock, stoppableReader, stoppableSource } from '../terminal/stoppable.ts';
import { showProgress, windowProgress } from '../window/progress.ts';
import { parseDuration, parseWindow, type Window } from '../window/window.ts';
import { missingAtLeast } from './compare.ts';
import { auditJson } from './json.ts';
import { idsFile, joined, missingSpans } from './missing.ts';
import { type Audit, audit, isWell } from './read.ts';
import { type Losses, losses, lossReasons } from './reasons.ts';
import { type AuditTold, showAudit } from './show.ts';
import { lostLogs, type StoredOptions } from './stored.ts';
import { type AskedWorkspace, askedWorkspace } from './workspace.ts';

/** The pipeline has priority over an audit. */
const HEADROOM = 0.5;
const LEDGER_DELAY_MS = 30_000;
const SHOWN_IDS = 50;

export interface AuditOptions extends TargetOptions {
  readonly from: string;
  readonly to?: string;
  readonly ids?: string;
  readonly json?: true;
  readonly stored?: true;
  readonly workspace?: string;
  readonly readAs?: ReadAs;
  readonly ingestionDelay: string;
}

/** Returns the exit code. Throws UsageError and ConfigError. */
export async function runAudit(options: AuditOptions): Promise<number> {
  const nowMs = Date.now();
  // Reports problems with the times first.
  parseWindow(options.from, options.to, nowMs);
  const target = await openTarget(options);
  const pipeline = onlyPipeline(target);
  const { config } = pipeline;
  const latestMs = nowMs - config.settleSeconds * 1000;
  const window = wholeSeconds(parseWindow(options.from, options.to, nowMs, latestMs));
  const delayMs = parseDuration('--ingestion-delay', options.ingestionDelay);
  const asked = options.stored && (await askedWorkspace(pipeline, options));
  const stop = stopOnSignals('stopping; nothing was changed');
  const file = options.ids === undefined ? undefined : idsFile(options.ids);
  const spans = missingSpans();
  const lossesByHour = losses();
  const logIds: string[] = [];
  const name = (logId: string) => {
    spans.add(logId);
    file?.add(logId);
    if (options.json || logIds.length < SHOWN_IDS) logIds.push(logId);
  };
  // Logs that the ledger lacks may be stored: with --stored, the workspace decides.
  const onMissing = asked ? () => undefined : name;
  const onLost: StoredOptions['onLost'] = (logId, acceptedAtMs) => {
    name(logId);
    if (acceptedAtMs !== undefined) lossesByHour.add(logIdTimeMs(logId) ?? 0, acceptedAtMs);
  };
  let found: Watched;
  try {
    const stored = asked && { ...asked, delayMs, onLost, losses: lossesByHour };
    found = await watched(target, pipeline, { window, state: options.state, stop, onMissing, stored });
  } catch (error) {
    file?.discard();
    if (stop.aborted) return EXIT.interrupted;
    throw error;
  }
  file?.keep();
  const { place } = target;
  const { audit: audited, why } = found;
  const unsure = asked ? [] : audited.findings.unsure;
  const [lostCount, others] = lostOf(audited);
  // Which rows lack a value is not known.
  const isWhole = (audited.stored?.values.length ?? 0) > 0;
  const lost = {
    logIds,
    spans: isWhole ? [window] : joined(spans.all(unsure, window), lostCount, others),
  };
  const workspace = asked &&
    audited.stored && {
      ...audited.stored,
      workspaceId: asked.workspaceId,
      table: asked.place.table,
      readAs: asked.readAs,
      delayMs,
      lostLogIds: logIds,
      byHour: lossesByHour.all(),
      hasRule: asked.place.stream !== undefined,
      ...why,
    };
  const told: AuditTold = { ...audited, ...lost, place, config, window, options, nowMs, workspace };
  if (options.json) console.log(JSON.stringify(auditJson(told), undefined, 2));
  else showAudit(told);
  return isWell(audited) ? EXIT.ok : EXIT.fault;
}

interface Watching {
  readonly window: Window;
  readonly state: string;
  readonly stop: AbortSignal;
  readonly onMissing: (logId: string) => void;
  readonly stored:
    | (AskedWorkspace & Pick<StoredOptions, 'delayMs' | 'onLost'> & { readonly losses: Losses })
    | undefined;
}

interface Watched {
  readonly audit: Audit;
  readonly why: StoredReasons;
}

/** The audit, with its progress on standard error. */
async function watched(
  { kind }: Target,
  pipeline: Operated,
  { window, state, stop, onMissing, stored }: Watching,
): Promise<Watched> {
  const { source, options } = pipelineParts(pipeline.config, pipeline.secrets, pipeline.env);
  const over = new AbortController();
  const either = AbortSignal.any([stop, over.signal]);
  const screen = liveLine(process.stderr, Date.now);
  const progress = windowProgress(window, Date.now());
  const endProgress = showProgress(progress, screen);
  const read = (logs: number, reachedMs: number | undefined) => {
    progress.logs(logs);
    progress.reached(reachedMs);
  };
  const clock = stoppableClock(either);
  const workspace = stored && {
    ...stored,
    reader: stoppableReader(stored.reader, either),
    clock,
    random: Math.random,
  };
  const d = {
    pipeline,
    source: stoppableSource(source, either),
    clock,
    stored: workspace,
    backfillLedger: kind === 'stack' ? ledgerPlace(state, pipeline.config) : undefined,
    ledgerDelayMs: kind === 'stack' ? LEDGER_DELAY_MS : 0,
    headroom: Math.max(HEADROOM, options.rateLimitHeadroom),
    told: { missing: onMissing, read },
  };
  try {
    const audited = await audit(d, window);
    const why = workspace ? await lossReasons(workspace, workspace.losses) : { reasons: [], unread: [] };
    return { audit: audited, why };
  } finally {
    // The page that was asked for ahead is of no use any more.
    over.abort();
    endProgress();
    screen.clear();
  }
}

/** How many logs are to be shipped again, and how many others there are, which a wider window would ship twice. */
function lostOf({ stored, findings, atAuth0 }: Audit): [lost: number, others: number] {
  if (stored) return [lostLogs(stored), stored.stored + stored.tooYoung + stored.queued];
  const lost = missingAtLeast(findings);
  return [lost, atAuth0 - lost - findings.notYet];
}

const wholeSeconds = ({ fromMs, toMs }: Window): Window => ({
  fromMs: Math.floor(fromMs / 1000) * 1000,
  toMs: Math.ceil(toMs / 1000) * 1000,
});
