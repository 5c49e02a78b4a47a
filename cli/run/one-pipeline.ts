/** One pipeline on one machine: the two stories of lambda/core with state on disk, to be stopped at any time. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { DEADLINE_MARGIN_MS, RETRY_MAX_RECEIVES, SHIP_TIMEOUT_SECONDS } from '../../lambda/core/contract.ts';
import type { Journal, SecretSource } from '../../lambda/core/model.ts';
import { replay } from '../../lambda/core/replay.ts';
import type { ReplayReport, RunReport } from '../../lambda/core/report.ts';
import { newestRecord } from '../../lambda/core/settle.ts';
import { ship } from '../../lambda/core/ship.ts';
import type { Environment } from '../../lambda/environment.ts';
import { ioFirst, pipelineParts } from '../../lambda/wiring.ts';
import { askPipeline } from '../pipelines/facts.ts';
import { healthOf, type Judgement } from '../pipelines/health.ts';
import { ledgerPlace, localLedger } from '../pipelines/local/ledger.ts';
import { type LocalQueue, localQueue } from '../pipelines/local/queue.ts';
import { localState, type OtherRunner, otherRunner } from '../pipelines/local/state.ts';
import { localOperated } from '../pipelines/local/target.ts';
import { stoppableClock, stoppableDestination, stoppableSource } from '../terminal/stoppable.ts';
import { type ToldWaiting, watchedDestination, watchedSource } from './waiting.ts';

export interface LocalPipeline {
  readonly name: string;
  readonly retentionMs: number;
  /** One run, of two minutes at most. */
  ship(): Promise<RunReport>;
  /** Delivers the batches that are due, until Azure refuses one. Passes on each report. */
  replayDue(told: (report: ReplayReport) => void): Promise<void>;
  readonly depths: LocalQueue['depths'];
  /** The health after this run. */
  judge(report: RunReport): Promise<Judgement>;
  /** See `otherRunner`. */
  otherRunner(): Promise<OtherRunner | undefined>;
}

export interface LocalPipelineOptions {
  readonly config: PipelineConfig;
  readonly secrets: SecretSource;
  readonly env: Environment;
  readonly stateDirectory: string;
  readonly journal: Journal;
  /** Ends what goes on, at the next log id or post: nothing is left half done. */
  readonly stop: AbortSignal;
  /** Called after every page and every save with the logs read by this run and the date of the checkpoint. */
  readonly onProgress: (logsRead: number, reachedMs: number | undefined) => void;
  /** Called repeatedly while a vendor does not answer. */
  readonly onWaiting: ToldWaiting;
}

/** Throws ConfigError for a base URL that is not allowed; rejects when the redaction key is missing. */
export async function localPipeline(options: LocalPipelineOptions): Promise<LocalPipeline> {
  const { config, secrets, env, stateDirectory, journal, stop } = options;
  const parts = pipelineParts(config, secrets, env);
  const shaping = await parts.shaping();
  const clock = stoppableClock(stop);
  const queue = localQueue({
    directory: join(stateDirectory, config.name),
    clock,
    maxTries: RETRY_MAX_RECEIVES,
  });
  const destination = stoppableDestination(
    watchedDestination(parts.destination, clock.now, options.onWaiting),
    stop,
  );
  const pages = stoppableSource(watchedSource(parts.source, clock.now, options.onWaiting), stop);
  const shared = { destination, queue, clock, random: Math.random, journal };
  const state = localState(stateDirectory);
  const stored = parts.verifying(async name => (await queue.depths())[name] > 0);
  const ledger = localLedger(ledgerPlace(stateDirectory, config), clock, code =>
    journal.warn(`the ledger could not be written (${code}): an audit will report these logs as missing`),
  );

  const shipDependencies = () => {
    let logsRead = 0;
    let reachedMs: number | undefined;
    const source: typeof parts.source = {
      ...pages,
      page: async (...request) => {
        const answer = await pages.page(...request);
        if (answer.kind === 'page') logsRead += answer.logs.length;
        options.onProgress(logsRead, reachedMs);
        return answer;
      },
    };
    const save: typeof state.save = async (...write) => {
      const saved = await state.save(...write);
      const [, checkpoint] = write;
      reachedMs = checkpoint.logDateMs ?? reachedMs;
      options.onProgress(logsRead, reachedMs);
      return saved;
    };
    return { ...shared, ...shaping, source, ledger, ioFirst, stored, state: { ...state, save } };
  };

  return {
    name: config.name,
    retentionMs: parts.options.retentionMs,
    depths: queue.depths,
    judge: async report => {
      const facts = await askPipeline('local', localOperated(config, stateDirectory, secrets), {});
      // Includes a report that could not be saved. A skipped run shows nothing about the pipeline.
      const lastRun = { ...report, endedAtMs: clock.now() };
      return healthOf(
        report.outcome === 'skipped' ? facts : { ...facts, state: { ...facts.state, lastRun } },
      );
    },
    // What cannot be read, the run itself reports.
    otherRunner: () => otherRunner(stateDirectory, config.name).catch(() => undefined),
    ship: () => {
      const endsAtMs = clock.now() + SHIP_TIMEOUT_SECONDS * 1000;
      return ship(shipDependencies(), {
        ...parts.options,
        owner: randomUUID(),
        deadlineMs: endsAtMs - DEADLINE_MARGIN_MS,
        leaseExpiresAtMs: endsAtMs,
      });
    },
    replayDue: async told => {
      const deadlineMs = clock.now() + SHIP_TIMEOUT_SECONDS * 1000;
      const { ripeMs } = parts.options;
      const from = { d: { ...shaping, source: pages, clock }, options: { deadlineMs, ripeMs } };
      const dependencies = {
        ...shared,
        ...parts.replaying,
        another: () => newestRecord(from),
        accepts: config.previousNames,
      };
      for await (const batch of queue.waiting()) {
        if (stop.aborted || clock.now() > deadlineMs) return;
        if (batch.notBeforeMs > clock.now()) continue;
        const report = await replay(dependencies, config.name, batch.message, deadlineMs, batch.tries + 1);
        if (stop.aborted && !report.done) return;
        if (report.done) await queue.remove(batch);
        else if ((await queue.postpone(batch)) === 'dead-letter') {
          journal.error('a failed batch reached the maximum number of attempts and is now a dead letter', {
            message: batch.id,
          });
        }
        told(report);
        // After a failed post, the next batch would fail too; a message of another origin is skipped.
        if (!report.done && report.posts > 0) return;
      }
    },
  };
}
