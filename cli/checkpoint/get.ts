/** `checkpoint get`. */

import type { Checkpoint } from '../../lambda/core/model.ts';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { openTarget } from '../pipelines/open.ts';
import type { Operated, StoredState } from '../pipelines/operated.ts';
import { EXIT } from '../terminal/errors.ts';
import { colors, harmless, wrapped } from '../terminal/text.ts';
import { dateText, duration, runSentence } from '../terminal/words.ts';
import type { CheckpointGetOptions } from './command.ts';

const LABEL_CHARACTERS = 14;

/** Returns the exit code. Throws UsageError when the state cannot be read. */
export async function getCheckpoint(options: CheckpointGetOptions): Promise<number> {
  const { place, pipelines } = await openTarget(options);
  const found: { readonly pipeline: Operated; readonly state: StoredState }[] = [];
  for (const pipeline of pipelines) found.push({ pipeline, state: await pipeline.state() });
  const nowMs = Date.now();
  if (options.json) {
    const all = found.map(one => jsonOf(one.pipeline, one.state, nowMs));
    console.log(JSON.stringify({ place, pipelines: all }, undefined, 2));
    return EXIT.ok;
  }
  for (const [index, { pipeline, state }] of found.entries()) {
    console.log(`${index > 0 ? '\n' : ''}${colors.bold(pipeline.config.name)} ${colors.dim(`(${place})`)}`);
    for (const [label, text] of factsOf(pipeline, state, nowMs)) {
      const indent = ' '.repeat(LABEL_CHARACTERS + 2);
      console.log(wrapped(`  ${label.padEnd(LABEL_CHARACTERS)}${harmless(text)}`, 80, indent));
    }
  }
  return EXIT.ok;
}

function factsOf({ config }: Operated, state: StoredState, nowMs: number): [string, string][] {
  const { checkpoint, caughtUpAtMs, lastRun, checkpointSet } = state;
  const at = (ms: number) => `${dateText(ms)}, ${duration(Math.max(0, nowMs - ms))} ago`;
  const dateMs = checkpoint && dateOf(checkpoint);
  return [
    ['checkpoint', checkpoint?.logId ?? `none yet: the first run begins at "${config.auth0.startFrom}"`],
    ...facts('its date', dateMs, at),
    ...facts('caught up', caughtUpAtMs, at),
    ['lease', leaseText(state, nowMs)],
    ...facts('last run', lastRun?.endedAtMs, at),
    // The name is no part of the sentence.
    ...facts('', lastRun, run => runSentence({ ...run, pipeline: config.name }, false)),
    ['set by hand', checkpointSet ?? 'never'],
  ];
}

const facts = <T>(label: string, value: T | undefined, textOf: (value: T) => string): [string, string][] =>
  value === undefined ? [] : [[label, textOf(value)]];

/** The log's own date, or else the time in its id, which a position that is no log has too. */
export function dateOf({ logId, logDateMs }: Checkpoint): number | undefined {
  return logDateMs ?? logIdTimeMs(logId);
}

export function leaseText({ lease }: StoredState, nowMs: number): string {
  if (!lease) return 'free';
  const until = dateText(lease.expiresAtMs);
  return lease.expiresAtMs > nowMs
    ? `held until ${until} by ${lease.owner}`
    : `free: that of ${lease.owner} ran out ${until}`;
}

function jsonOf({ config }: Operated, state: StoredState, nowMs: number) {
  const { checkpoint, caughtUpAtMs, lease, lastRun, checkpointSet, updatedAtMs } = state;
  const iso = (ms: number) => new Date(ms).toISOString();
  const { endedAtMs, rateLimit, ...run } = lastRun ?? { endedAtMs: undefined };
  const dateMs = checkpoint && dateOf(checkpoint);
  return {
    pipeline: config.name,
    checkpoint: checkpoint
      ? { logId: checkpoint.logId, ...(dateMs !== undefined && { loggedAt: iso(dateMs) }) }
      : null,
    startFrom: config.auth0.startFrom,
    caughtUpAt: caughtUpAtMs === undefined ? null : iso(caughtUpAtMs),
    lease: lease
      ? { owner: lease.owner, expiresAt: iso(lease.expiresAtMs), held: lease.expiresAtMs > nowMs }
      : null,
    lastRun: endedAtMs === undefined ? null : { endedAt: iso(endedAtMs), ...run },
    rateLimit: rateLimit
      ? { limit: rateLimit.limit, remaining: rateLimit.remaining, resetAt: iso(rateLimit.resetAtMs) }
      : null,
    checkpointSet: checkpointSet ?? null,
    updatedAt: updatedAtMs === undefined ? null : iso(updatedAtMs),
  };
}
