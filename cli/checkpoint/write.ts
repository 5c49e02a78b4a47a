/** The checkpoint set by hand: under the lease, like every other write of it. */
import { hostname, userInfo } from 'node:os';
import { known, readLate, startLate, writeLate } from '../../lambda/core/late.ts';
import type { Checkpoint, PipelineState } from '../../lambda/core/model.ts';
import { dateText } from '../terminal/words.ts';
import { type Plan, skipsLogs } from './plan.ts';

export type Written =
  /** `checkpointSet`: who set it, when, from where and to where, as it is kept. */
  | { readonly kind: 'written'; readonly checkpointSet: string }
  | { readonly kind: 'refused'; readonly why: string };

/** Longer than the three writes take. If this process crashes in between, the next run waits this long. */
const LEASE_MS = 30_000;

/**
 * Refused while a run holds the lease, and when the checkpoint is not `shownLogId` any more.
 * Rejects when the store cannot be reached: then it is not known whether it was written.
 */
export async function writeCheckpoint(plan: Plan, shownLogId: string | undefined): Promise<Written> {
  const { pipeline, next } = plan;
  const { store, config } = pipeline;
  const nowMs = Date.now();
  const who = operator();
  const acquired = await store.acquire(config.name, `checkpoint set by ${who}`, nowMs, nowMs + LEASE_MS);
  if (acquired.kind === 'held') {
    return {
      kind: 'refused',
      why: `${acquired.owner} holds the lease until ${dateText(acquired.expiresAtMs)}`,
    };
  }
  const { lease, state } = acquired;
  const found = state.checkpoint?.logId;
  if (found !== shownLogId) {
    await store.release(lease, Date.now(), {});
    return { kind: 'refused', why: `a run has moved the checkpoint in the meantime, to ${found ?? 'none'}` };
  }
  const late = skipsLogs(plan) ? '' : lookBackFrom(state, next);
  const saved = await store.save(lease, next, nowMs, { late });
  if (saved.kind === 'lost') return { kind: 'refused', why: 'a run has taken over the lease' };
  const checkpointSet = `${who} at ${dateText(nowMs)}, from ${found ?? 'none'} to ${next.logId}`;
  // The next run asks the witness before it says that it is caught up.
  await store.release(saved.lease, Date.now(), { checkpointSet, witnessedAtMs: 0 });
  return { kind: 'written', checkpointSet };
}

/**
 * What is remembered of late logs, for the new place; '' where the next run ships all of them anyway. Which ids were
 * passed is not known there, so the next sweep ships the window again: a log that came late must not be forgotten.
 */
function lookBackFrom({ late }: PipelineState, { logId }: Checkpoint): string {
  const remembered = readLate(late);
  const fromLogId = remembered && known(remembered).fromLogId;
  if (fromLogId === undefined || logId <= fromLogId) return '';
  return writeLate(startLate(fromLogId, 0));
}

/** `alice@laptop`. */
function operator(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container's user need not have a name.
    return `user ${process.getuid?.() ?? 'unknown'}@${hostname()}`;
  }
}
