/** The live demo without its page: a tenant that writes, a schedule that ticks, queues that drain, and what is so after each. */
import { APIS, type Kind } from '../../../simulator/azure/apis.ts';
import type { LiveState } from '../page/model.ts';
import { startDemoWorld } from '../world.ts';
import { bookkeeper } from './books.ts';
import { BUTTONS } from './buttons.ts';
import { player } from './play.ts';
import { KEPT_COLUMNS, storedRows } from './rows.ts';
import { functionRuns } from './runs.ts';
import { liveTenant } from './tenant.ts';

export interface LiveOptions {
  readonly kind: Kind;
  /** Logs that the tenant has at the start. */
  readonly logs: number;
  readonly seed: number;
  /** Where the demo's clock begins, milliseconds since 1970; at the machine's time when absent. */
  readonly startMs?: number;
}

export interface LiveDemo {
  state(): LiveState;
  /** Calls `listener` with each new state. Returns how to end that. */
  subscribe(listener: (state: LiveState) => void): () => void;
  /** Presses a button, by its name. Returns why it cannot be pressed now, if so. */
  press(button: string): string | undefined;
  /** What happens again and again, once; see loops.ts. Each ends with a new state. */
  readonly steps: Readonly<Record<'write' | 'ship' | 'replay', () => Promise<void>>>;
  passTime(ms: number): Promise<void>;
  /** Ends every process and server. */
  close(): Promise<void>;
}

/** As short as allowed, so that there is something to see. */
const SETTINGS = { settleSeconds: 2, sweepMinutes: 1 };
/** After four searches without an end, the pipeline itself reports that late logs may be missed. */
const LATE_AFTER_MS = 4 * 60_000;
const MOST_DRAINS = 20;

/** Starts everything. Nothing moves until somebody takes the steps. */
export async function startLiveDemo({ kind, logs, seed, startMs }: LiveOptions): Promise<LiveDemo> {
  const world = await startDemoWorld(kind, { settings: SETTINGS, keepColumns: KEPT_COLUMNS });
  const { azure, auth0, aws, clock } = world;
  if (startMs !== undefined) clock.moveTo(startMs);
  const beganAheadMs = clock.now() - Date.now();
  const stop = new AbortController();
  const tenant = liveTenant(auth0, { past: logs, seed, now: clock.now });
  const books = bookkeeper(world);
  const rows = storedRows(world);
  const listeners = new Set<(state: LiveState) => void>();
  let worstMissing = 0;

  const count = async (): Promise<LiveState> => {
    const { books: counted, retry, dead, item } = await books.count();
    const { stored, tiles } = rows.read();
    const { records, unique, duplicates } = azure.received;
    worstMissing = Math.max(worstMissing, counted.missing);
    const nowMs = clock.now();
    const dateMs = Date.parse(String(item['checkpointLogDate']));
    const logId = item['checkpointLogId'];
    const { newestMs } = tenant;
    return {
      destination: APIS[kind].title,
      seed,
      nowMs,
      movedMs: nowMs - Date.now() - beganAheadMs,
      auth0: { logs: counted.atAuth0, ...(newestMs === undefined ? {} : { newestMs }) },
      ship: { ...runs.ship(), lagMs: counted.ahead > 0 && dateMs > 0 ? nowMs - dateMs : 0 },
      ...(logId !== undefined && {
        checkpoint: { logId: String(logId), ...(dateMs > 0 ? { dateMs } : {}) },
      }),
      retry,
      replay: runs.replay(),
      dead,
      azure: {
        records,
        unique,
        duplicates,
        rows: azure.workspace.stored,
        notStored: unique - stored,
      },
      books: { ...counted, stored },
      worstMissing,
      buttons: plays.states(),
      journal: plays.journal(),
      tiles,
    };
  };

  let counting: Promise<unknown> = Promise.resolve();
  /** One count at a time, each after all that was said to have changed. */
  const refresh = (): Promise<void> => {
    const next = counting.then(async () => {
      if (stop.signal.aborted) return;
      state = await count();
      for (const listener of [...listeners]) listener(state);
    });
    counting = next.catch(() => undefined);
    return next;
  };
  const changed = () => void refresh().catch(() => undefined);
  const until = (isSo: (state: LiveState) => boolean): Promise<LiveState> =>
    new Promise((resolve, reject) => {
      stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true });
      const listener = (now: LiveState) => {
        if (!isSo(now)) return;
        listeners.delete(listener);
        resolve(now);
      };
      listeners.add(listener);
      listener(state);
    });

  const runs = functionRuns(world, changed);
  const passTime = async (ms: number) => {
    await runs.passTime(ms);
    await refresh();
  };
  const drainRetryQueue = async () => {
    for (let drains = 0; drains < MOST_DRAINS && state.retry.messages > 0; drains++) {
      await runs.between(() => Math.max(0, ...aws.waitsMs('retry'))).then(passTime);
      const { polls } = runs.replay();
      await until(now => now.retry.messages === 0 || now.replay.polls > polls);
    }
  };
  const plays = player({
    buttons: BUTTONS,
    stop: stop.signal,
    onChange: changed,
    stage: {
      world,
      tenant,
      now: () => state,
      until,
      passTime,
      drainRetryQueue,
      schedule: runs.schedule,
      killInPost: runs.killInPost,
      expectLate: logId => books.expectLate(logId, clock.now() + LATE_AFTER_MS),
    },
  });
  let state = await count();

  return {
    state: () => state,
    subscribe: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    press: plays.press,
    steps: {
      write: async () => {
        tenant.write();
        await refresh();
      },
      ship: async () => {
        await runs.shipOnce();
        await refresh();
      },
      replay: async () => {
        await runs.replayOnce();
        await refresh();
      },
    },
    passTime,
    close: async () => {
      stop.abort();
      await world.close();
    },
  };
}
