/** `status --web`: the same answers as a page, asked again and again while it is open. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { askPipeline, type Facts } from '../pipelines/facts.ts';
import { healthOf, healthSentence } from '../pipelines/health.ts';
import type { Target, TargetOptions } from '../pipelines/operated.ts';
import { aboutPipeline } from '../pipelines/remedy.ts';
import { EXIT, reportError } from '../terminal/errors.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import { harmless } from '../terminal/text.ts';
import { serveWeb } from '../web/server.ts';
import type { PipelineView, StatusState } from './page/model.ts';
import { detailsOf } from './show.ts';

const LOOK_MS = 10_000;

/** `port` is 0 for any. Returns the exit code, after Ctrl-C. Rejects with UsageError when the port cannot be used. */
export async function serveStatus(target: Target, options: TargetOptions, port: number): Promise<number> {
  const stop = stopOnSignals('stopped');
  let state = await look(target, options);
  const web = await serveWeb({
    page: 'status',
    title: `Status of ${target.place}`,
    state: () => state,
    actions: {},
    onBug: error => reportError(error, true),
    randomBytes,
    port,
  });
  console.log(
    `Open this address in a browser on this machine. It works once:\n\n  ${web.url}\n\npress Ctrl-C to stop`,
  );
  for (;;) {
    await sleep(LOOK_MS, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) break;
    state = await look(target, options);
    web.changed();
  }
  await web.close();
  return EXIT.interrupted;
}

async function look({ kind, place, pipelines }: Target, options: TargetOptions): Promise<StatusState> {
  const about = (name: string) => aboutPipeline(options, name, pipelines.length > 1);
  const all = await Promise.all(pipelines.map(one => askPipeline(kind, one, about(one.config.name))));
  return { place, askedAtMs: Date.now(), pipelines: all.map(viewOf) };
}

function viewOf(facts: Facts): PipelineView {
  const judgement = healthOf(facts);
  return {
    name: facts.pipeline,
    health: judgement.health,
    sentence: healthSentence(judgement),
    reasons: judgement.reasons.map(({ what, runbook }) => ({
      what,
      ...(runbook !== undefined && { runbook }),
    })),
    details: detailsOf(facts).map(([label, text, kind]) => ({
      label,
      text: harmless(text),
      isCommand: kind === 'command',
    })),
  };
}
