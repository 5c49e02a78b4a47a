/** What `run` tells: how each run went on standard output, what is wrong on standard error. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { ENV } from '../../lambda/core/contract.ts';
import type { Journal } from '../../lambda/core/model.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import type { LiveLine } from '../terminal/live-line.ts';
import { counted, dateText, faultOf, replaySentence, runSentence, runWarnings } from '../terminal/words.ts';
import type { Told } from './loop.ts';
import type { LocalPipeline } from './one-pipeline.ts';

export function tellerOn(screen: LiveLine, { name, retentionMs }: LocalPipeline, stop: AbortSignal): Told {
  const print = (text: string) => screen.print(`${dateText(Date.now())} ${name}: ${text}`);
  const complain = (kind: 'error' | 'warning', text: string) => {
    screen.clear();
    console.error(`${kind}: pipeline "${name}": ${text}`);
  };
  return {
    replay: report => print(replaySentence(report)),
    run: report => {
      print(runSentence(report, stop.aborted));
      const fault = stop.aborted ? undefined : faultOf(report);
      if (fault !== undefined) complain('error', fault);
      for (const warning of runWarnings(report, retentionMs)) complain('warning', warning);
    },
    queues: ({ retry, 'dead-letter': dead }) => {
      const waiting = [
        retry > 0 && `${counted(retry, 'failed batch', 'failed batches')} on the retry queue`,
        dead > 0 && `${counted(dead, 'message')} on the dead-letter queue`,
      ].filter(Boolean);
      if (waiting.length > 0) print(waiting.join(', '));
    },
  };
}

/** What the core has to say between the lines of a run. Its fields hold ids, counts and reasons only. */
export function journalOn(screen: LiveLine, name: string): Journal {
  const write = (message: string, { reason, ...fields }: Readonly<Record<string, unknown>> = {}) => {
    const details = Object.entries(fields).map(([key, value]) => `${key} ${value}`);
    const shown = details.length > 0 ? ` (${details.join(', ')})` : '';
    const why = isReason(reason) ? `: ${reason.message}` : '';
    screen.print(`${dateText(Date.now())} ${name}: ${message}${shown}${why}`);
  };
  return { info: write, warn: write, error: write };
}

/** What should be known before anything begins, however many pipelines it is about. */
export function notices(configs: readonly PipelineConfig[], nowMs: number): string[] {
  const texts = configs.flatMap(({ azure }) => specOf(azure).notice?.(nowMs).text ?? []);
  return [...new Set(texts)].map(text => `${text}; to move: docs/azure.md`);
}

/** Where a pipeline leads from and to. */
export function introduction({ name, auth0, azure }: PipelineConfig): string {
  const { api, place } = specOf(azure);
  const { address, target } = place(azure);
  const redirected = [ENV.auth0BaseUrl, ENV.azureBaseUrl, ENV.entraBaseUrl].filter(one => process.env[one]);
  const notice = redirected.length > 0 ? `\n  redirected by ${redirected.join(', ')}` : '';
  return `${name}: from ${auth0.domain}\n  to ${address}\n  ${target}, by the ${api}${notice}`;
}

function isReason(value: unknown): value is { readonly message: string } {
  return typeof value === 'object' && value !== null && 'message' in value;
}
