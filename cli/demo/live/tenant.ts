/** The tenant of the live demo: writes a few logs a second, the same for the same seed but for their times. */
import { logIdTimeMs } from '../../../lambda/core/record/log-id.ts';
import type { Auth0Simulator } from '../../../simulator/auth0/server.ts';
import { type Log, logIdAt, logStream, poisonLog } from '../../../simulator/auth0/tenant.ts';
import { type Dice, dice } from '../../../simulator/dice.ts';

export interface LiveTenant {
  /** Writes what has happened since the last call. */
  write(): void;
  /** Writes one log that Azure will refuse. Returns its id. */
  writePoison(): string;
  /** Writes one log that Auth0 shows only now, though its id lies just before this one. `announce` gets its id first. */
  writeLate(beforeLogId: string, announce: (logId: string) => void): string;
  readonly newestMs: number | undefined;
}

/** Somebody guesses their passwords, so that an analyst has something to see. */
const GUESSED = ['jane.example', 'sample.user', 'admin', 'root'].map(name => `${name}@example.com`);
const HOUR_MS = 3_600_000;
/** Well within half of the retention of a day, beyond which batches are no longer held. */
const PAST_MS = 6 * HOUR_MS;
/** In one call. */
const MOST_LOGS = 4;
const PORTION = 5_000;

/**
 * Gives the tenant `past` logs of the last six hours, then writes on. `now` is the demo's clock.
 */
export function liveTenant(
  { tenant }: Pick<Auth0Simulator, 'tenant'>,
  { past, seed, now }: { readonly past: number; readonly seed: number; readonly now: () => number },
): LiveTenant {
  const chance = dice(seed);
  let writtenUntilMs = now();
  let newestMs: number | undefined;
  let late = 0;
  const add = (logs: readonly Log[]) => {
    tenant.add(logs.map(log => guessed(log, chance)));
    newestMs = (logs.length > 0 && logIdTimeMs(logs.at(-1)!.log_id)) || newestMs;
  };
  const next = (count: number): readonly Log[] => {
    const [fromMs, toMs] = [writtenUntilMs, now()];
    if (toMs <= fromMs) return [];
    writtenUntilMs = toMs;
    return [...logStream({ seed: newSeed(chance), count, fromMs, toMs })];
  };

  const history = logStream({ seed, count: past, fromMs: writtenUntilMs - PAST_MS, toMs: writtenUntilMs });
  for (let left = past; left > 0; left -= PORTION) {
    add(Array.from({ length: Math.min(PORTION, left) }, () => history.next().value as Log));
  }
  return {
    write: () => add(next(chance.whole(0, MOST_LOGS))),
    writePoison: () => {
      // The clock may stand still in the same millisecond.
      writtenUntilMs = Math.min(writtenUntilMs, now() - 1);
      const [log] = next(1);
      add([poisonLog(log!)]);
      return log!.log_id;
    },
    writeLate: (beforeLogId, announce) => {
      const atMs = (logIdTimeMs(beforeLogId) ?? now()) - 1;
      const [log] = logStream({ seed: newSeed(chance), count: 1, fromMs: atMs, toMs: atMs + 1 });
      const id = logIdAt(atMs, `9${String(++late).padStart(35, '0')}`);
      announce(id);
      tenant.insertLate({ ...log!, _id: id, log_id: id });
      return id;
    },
    get newestMs() {
      return newestMs;
    },
  };
}

/** The log, of a user whose password is guessed if it may be. */
function guessed(log: Log, chance: Dice): Log {
  if (log.type !== 'fp' || !chance.chance(0.4)) return log;
  // The first of them the most often.
  return { ...log, user_name: GUESSED[Math.floor(chance.random() ** 2 * GUESSED.length)] };
}

const newSeed = (chance: Dice) => chance.whole(0, 4_294_967_295);
