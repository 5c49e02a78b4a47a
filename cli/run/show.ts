/** The texts of `run`: results on standard output, problems on standard error. With `--json`, all text is on standard error. */

import type { PipelineConfig } from '../../lambda/config/config.ts';
import type { QueueName } from '../../lambda/core/model.ts';
import type { ReplayReport, RunReport } from '../../lambda/core/report.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { healthSentence, type Judgement } from '../pipelines/health.ts';
import type { OtherRunner } from '../pipelines/local/state.ts';
import type { LiveLine } from '../terminal/live-line.ts';
import { printError } from '../terminal/text.ts';
import { counted, dateText, faultOf, replaySentence, runSentence, runWarnings } from '../terminal/words.ts';
import { runJson } from './json.ts';
import type { LocalPipeline } from './one-pipeline.ts';

/** Receives what happens. */
export interface Told {
  run(report: RunReport): void;
  replay(report: ReplayReport): void;
  /** At the end of a tick, with the messages on each queue. */
  end(report: RunReport, replays: readonly ReplayReport[], depths: Readonly<Record<QueueName, number>>): void;
  /** The health of the pipeline, when it has changed and at the end. */
  health(judgement: Judgement): void;
  /** Another “run” works on the same pipeline: reported once. */
  company(other: OtherRunner): void;
}

export function tellerOn(
  screen: LiveLine,
  { name, retentionMs }: LocalPipeline,
  { stop, json = false }: { readonly stop: AbortSignal; readonly json?: boolean | undefined },
): Told {
  const print = (text: string) => screen.print(`${dateText(Date.now())} ${name}: ${text}`);
  const complain = (kind: 'error' | 'warning', text: string) => {
    screen.clear();
    printError(`${kind}: pipeline "${name}": ${text}`);
  };
  let toldHealth = '';
  let isCompanyTold = false;
  return {
    health: judgement => {
      const { health, reasons } = judgement;
      // Of the same reasons only the figures may have changed.
      const now = [health, ...reasons.map(({ runbook }) => runbook)].join();
      if (now !== toldHealth) print(healthSentence(judgement));
      toldHealth = now;
    },
    company: ({ name: other }) => {
      if (!isCompanyTold) {
        complain(
          'warning',
          `another “run” uses this state directory: ${other}; both share one lease, so each waits for the other: ` +
            'stop one of them',
        );
      }
      isCompanyTold = true;
    },
    replay: report => print(replaySentence(report)),
    run: report => {
      print(runSentence(report, stop.aborted));
      const fault = stop.aborted ? undefined : faultOf(report);
      if (fault !== undefined) complain('error', fault);
      for (const warning of runWarnings(report, retentionMs)) complain('warning', warning);
    },
    end: (report, replays, depths) => {
      const { retry, 'dead-letter': dead } = depths;
      const waiting = [
        retry > 0 && `${counted(retry, 'failed batch', 'failed batches')} on the retry queue`,
        dead > 0 && `${counted(dead, 'message')} on the dead-letter queue`,
      ].filter(Boolean);
      if (waiting.length > 0) print(waiting.join(', '));
      const end = { report, replays, depths, retentionMs, endedAtMs: Date.now(), stopped: stop.aborted };
      if (json) console.log(JSON.stringify(runJson(end)));
    },
  };
}

/** What should be known before anything begins, however many pipelines it is about. */
export function notices(configs: readonly PipelineConfig[], nowMs: number): string[] {
  const texts = configs.flatMap(({ azure }) => specOf(azure).notice?.(nowMs).text ?? []);
  return [...new Set(texts)].map(text => `${text}; to migrate: docs/azure.md`);
}
