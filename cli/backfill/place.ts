/** What is remembered of backfills between two calls: a directory each, beside the pipeline's own state. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import type { StateStore } from '../../lambda/core/model.ts';
import { isObject } from '../../lambda/core/record/log.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { localState } from '../pipelines/local/state.ts';
import { ignoreMissing, replaceFile } from '../terminal/durable-file.ts';
import { UsageError } from '../terminal/errors.ts';
import { quoted } from '../terminal/text.ts';
import type { Window } from '../window/window.ts';

export interface Backfill {
  /** As it was typed: a window of "3d" to now is found again by that. */
  readonly asked: Asked;
  readonly window: Window;
  /** From where to where it ships, in words. */
  readonly ends: string;
  readonly directory: string;
}

export interface Begun extends Backfill {
  readonly begunAtMs: number;
  readonly completedAtMs?: number;
}

export interface Asked {
  readonly from: string;
  readonly to?: string | undefined;
}

/** One that was never begun. `directory` is the pipeline's own, under the state directory. */
export function newBackfill(
  directory: string,
  config: PipelineConfig,
  asked: Asked,
  window: Window,
): Backfill {
  return { asked, window, ends: endsOf(config), directory: join(directory, nameOf(window)) };
}

/**
 * The one that was begun before: the unfinished one that was asked for in the same words and is about the same window,
 * half of it at the least ("2h" of yesterday is another one), else that of the very window.
 * Throws UsageError when that of the window leads elsewhere, or when one is damaged.
 */
export async function findBackfill({ asked, ends, directory, window }: Backfill): Promise<Begun | undefined> {
  const known = await backfillsIn(dirname(directory));
  const isAsked = (one: Backfill) => one.asked.from === asked.from && one.asked.to === asked.to;
  const isAbout = (one: Backfill) => {
    const sharedMs = Math.min(one.window.toMs, window.toMs) - Math.max(one.window.fromMs, window.fromMs);
    return sharedMs * 2 >= window.toMs - window.fromMs;
  };
  const unfinished = known.find(
    one => one.completedAtMs === undefined && one.ends === ends && isAsked(one) && isAbout(one),
  );
  const found = unfinished ?? known.find(one => one.directory === directory);
  if (found === undefined || found.ends === ends) return found;
  throw new UsageError(
    `${directory} holds a backfill of this window ${found.ends}, and this one is ${ends}; move the other one away and repeat the command:\n` +
      `  mv ${quoted(directory)} ${quoted(join(dirname(directory), `former-${basename(directory)}`))}`,
  );
}

/** Writes it down, so that the same command finds it again. */
export async function rememberBackfill(backfill: Begun): Promise<void> {
  const { directory, asked, window, ends, begunAtMs, completedAtMs } = backfill;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = {
    asked,
    from: iso(window.fromMs),
    to: iso(window.toMs),
    ends,
    begunAt: iso(begunAtMs),
    completedAt: iso(completedAtMs),
  };
  await replaceFile(join(directory, FILE), `${JSON.stringify(file, undefined, 2)}\n`);
}

export async function forgetBackfill({ directory }: Backfill): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

/** Lease and checkpoint of the backfill itself, whatever the pipeline is called. */
export function backfillStore({ directory }: Backfill): StateStore {
  const store = localState(dirname(directory));
  return {
    ...store,
    acquire: async (_pipeline, ...rest) => {
      const acquired = await store.acquire(basename(directory), ...rest);
      if (acquired.kind === 'held') return acquired;
      // A new call asks the vendors again.
      const { waits: _, ...state } = acquired.state;
      return { ...acquired, state };
    },
  };
}

const FILE = 'backfill.json';

async function backfillsIn(directory: string): Promise<Begun[]> {
  const names = await readdir(directory).catch(ignoreMissing);
  const found: Begun[] = [];
  for (const name of (names ?? []).filter(one => one.startsWith('backfill-')).sort()) {
    const text = await readFile(join(directory, name, FILE), 'utf8').catch(ignoreMissing);
    if (text !== undefined) found.push(parse(join(directory, name), text));
  }
  return found;
}

function parse(directory: string, text: string): Begun {
  const file = jsonOf(text);
  const { asked, from, to, ends, begunAt, completedAt } = isObject(file) ? file : {};
  const window = { fromMs: Date.parse(String(from)), toMs: Date.parse(String(to)) };
  const begunAtMs = Date.parse(String(begunAt));
  const isWhole = isObject(asked) && typeof asked['from'] === 'string' && typeof ends === 'string';
  if (!isWhole || Number.isNaN(window.fromMs + window.toMs + begunAtMs)) {
    throw new UsageError(
      `${join(directory, FILE)} is damaged; delete the directory ${directory} to start that backfill over. ` +
        'Some logs are then shipped twice; none is lost',
    );
  }
  const completedAtMs = Date.parse(String(completedAt));
  return {
    asked: { from: String(asked['from']), to: typeof asked['to'] === 'string' ? asked['to'] : undefined },
    window,
    ends,
    directory,
    begunAtMs,
    ...(Number.isNaN(completedAtMs) ? {} : { completedAtMs }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function endsOf({ auth0, azure }: PipelineConfig): string {
  return `from ${auth0.domain} to ${specOf(azure).place(azure).identity}`;
}

const nameOf = ({ fromMs, toMs }: Window) => `backfill-${compact(fromMs)}-${compact(toMs)}`;
/** `20260701T083000Z` */
const compact = (ms: number) => `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
