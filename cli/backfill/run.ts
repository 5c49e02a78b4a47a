/** Finds the pipeline and its window, says what it will do, ships or counts, and says what came of it. */
import { basename, dirname, join, resolve } from 'node:path';
import { specOf } from '../../lambda/destinations/all.ts';
import { usableDirectory } from '../pipelines/local/configs.ts';
import { listed } from '../pipelines/local/needed-secrets.ts';
import { secretProblems } from '../pipelines/local/secrets.ts';
import { readState } from '../pipelines/local/state.ts';
import { onlyPipeline, openTarget } from '../pipelines/open.ts';
import type { Operated, Target, TargetOptions } from '../pipelines/operated.ts';
import { confirm, terminal } from '../terminal/confirm.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import { printError, wrapped } from '../terminal/text.ts';
import { dateText } from '../terminal/words.ts';
import { parseWindow, type Window } from '../window/window.ts';
import { countWindow } from './dry-run.ts';
import { backfillJson } from './json.ts';
import { type Begun, findBackfill, forgetBackfill, newBackfill, rememberBackfill } from './place.ts';
import { shipPlan } from './ship.ts';
import { doneBefore, faultText, planText, resultText, retentionWarning } from './show.ts';

export interface BackfillOptions extends TargetOptions {
  readonly from: string;
  readonly to?: string;
  readonly headroom: number;
  readonly dryRun?: true;
  readonly again?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** Returns the exit code. Throws UsageError and ConfigError before anything is begun. */
export async function runBackfill(options: BackfillOptions): Promise<number> {
  const nowMs = Date.now();
  const { from, to } = options;
  // Reports problems with the times first.
  parseWindow(from, to, nowMs);
  const target = await openTarget(options);
  const pipeline = onlyPipeline(target);
  const { config } = pipeline;
  const window = parseWindow(from, to, nowMs, nowMs - config.settleSeconds * 1000);
  const stop = stopOnSignals('stopping after this step; press Ctrl-C again to force quit (no log is lost)');
  if (options.dryRun) return countWindow(pipeline, window, options, stop);

  await refuse(target, pipeline, options);
  const own = join(resolve(options.state), config.name);
  const fresh = newBackfill(own, config, { from, to }, window);
  const known = await findBackfill(fresh);
  if (known?.completedAtMs !== undefined && !options.again) {
    if (options.json) console.log(JSON.stringify(backfillJson(config.name, known), undefined, 2));
    else console.log(wrapped(doneBefore(known)));
    return EXIT.ok;
  }
  const plan = known && !options.again ? known : fresh;
  for (const one of known ? [known, fresh] : [fresh]) await refuseWhileRunning(one.directory);
  const reachedMs = plan === known ? await reachedBefore(plan.directory) : undefined;
  printError(planText(target, config, plan, { reachedMs, headroom: options.headroom }));
  const warning = retentionWarning(config, plan.window, nowMs);
  if (warning !== undefined) printError(`warning: ${warning}`);
  const asked = options.yes ? undefined : terminal();
  if (asked && !(await confirm(asked, 'Start?', stop))) {
    printError('nothing was done');
    return stop.aborted ? EXIT.interrupted : EXIT.ok;
  }

  await usableDirectory(options.state);
  if (options.again) for (const one of [known, fresh]) if (one) await forgetBackfill(one);
  const begun: Begun = plan === known ? known : { ...plan, begunAtMs: Date.now() };
  await rememberBackfill(begun);
  const end = await shipPlan(pipeline, begun, { headroom: options.headroom, reachedMs, own, stop });
  const after = { ...begun, ...(end.outcome === 'complete' ? { completedAtMs: Date.now() } : {}) };
  if (end.outcome === 'complete') await rememberBackfill(after);
  if (options.json) console.log(JSON.stringify(backfillJson(config.name, after, end), undefined, 2));
  else console.log(resultText(target, end, begun.window, end));
  if (end.outcome === 'complete' && begun.window.toMs < fresh.window.toMs) {
    printError(`note: ${leftOver(begun.window, fresh.window)}`);
  }
  if (end.outcome === 'fault') printError(`error: ${faultText(config.name, end)}`);
  return { complete: EXIT.ok, stopped: EXIT.interrupted, fault: EXIT.fault }[end.outcome];
}

/** What a backfill that was begun before did not reach, since the same words mean a later window by now. */
function leftOver(done: Window, asked: Window): string {
  return (
    `this completed the earlier window, ${dateText(done.fromMs)} to ${dateText(done.toMs)}; run the same command again ` +
    `to ship the current window, up to ${dateText(asked.toMs)}`
  );
}

/** Throws UsageError for what could only fail. */
async function refuse(
  target: Target,
  { config, secrets }: Operated,
  options: BackfillOptions,
): Promise<void> {
  const { name, azure } = config;
  if (specOf(azure).isFederated(azure)) {
    throw new UsageError(
      `pipeline "${name}": azure.auth is "federated", so only its function can post to Azure; specify --config with ` +
        'a configuration of this pipeline that has "client-secret" and a "secret"',
    );
  }
  // What Secrets Manager has is read by the first run, which names what is wrong with it.
  const problems = target.kind === 'local' ? await secretProblems(config, secrets, options.secrets) : [];
  if (problems.length > 0) throw new UsageError(listed(problems));
}

/** Throws UsageError while another process ships the same window. */
async function refuseWhileRunning(directory: string): Promise<void> {
  const { lease } = await readState(dirname(directory), basename(directory));
  if (lease === undefined || lease.expiresAtMs <= Date.now()) return;
  throw new UsageError(`this backfill is already running (${lease.owner}); wait for it, or stop it there`);
}

async function reachedBefore(directory: string): Promise<number | undefined> {
  const { checkpoint } = await readState(dirname(directory), basename(directory));
  return checkpoint?.logDateMs;
}
