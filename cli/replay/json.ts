/** Dead letters, and what became of them, as a machine reads it. */

import type { Carried } from '../pipelines/letters/carry.ts';
import { type Letter, logsIn, type Survey } from '../pipelines/letters/letters.ts';
import type { Target } from '../pipelines/operated.ts';

/** What `--list --json` prints. */
export function listJson({ place }: Target, { chosen, seen }: Survey) {
  return {
    place,
    letters: chosen.map(letterJson),
    totals: {
      letters: chosen.length,
      logs: logsIn(chosen),
      undeliverable: chosen.filter(({ problem }) => problem !== undefined).length,
      onQueue: seen,
    },
  };
}

/** What `--json` prints once dead letters are moved or delivered, or would be. */
export function replayJson(
  { place }: Target,
  { dryRun, local }: { readonly dryRun?: true; readonly local?: true },
  chosen: readonly Letter[],
  { letters, logs, logsDeadLettered, logsRequeued, notFound, fault }: Carried,
) {
  return {
    place,
    how: local ? 'delivered' : 'moved',
    dryRun: dryRun === true,
    chosen: { letters: chosen.length, logs: logsIn(chosen) },
    done: { letters, logs, logsDeadLettered, logsRequeued },
    notFound,
    left: chosen.length - letters - notFound,
    ...(fault !== undefined && { fault }),
  };
}

/** A complete dead letter, with no content of a log except its id. */
export function letterJson(letter: Letter) {
  const { pipeline, id, batch, problem, sizeBytes, sentAtMs } = letter;
  const { count: logs, ...rest } = batch ?? { count: 0 };
  return {
    pipeline,
    id,
    ...(batch && { ...rest, logs }),
    ...(problem !== undefined && { problem }),
    sentAt: new Date(sentAtMs).toISOString(),
    sizeBytes,
  };
}
