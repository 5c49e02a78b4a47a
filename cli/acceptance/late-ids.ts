/** Watches whether logs appear with an id below one that was served before. */
import { AUTH0_PAGE_SIZE } from '../../lambda/core/contract.ts';
import { logIdTimeMs, syntheticLogId } from '../../lambda/core/record/log-id.ts';
import { counted, duration } from '../terminal/words.ts';
import { type Auth0Asked, idsOf, isPage } from './auth0.ts';
import { type Asking, confirmed, type Heard, refuted, unclear } from './question.ts';
import { statusWords } from './seen.ts';

const LOOK_EVERY_MS = 10_000;
/** Ids of the last minutes are looked at again at each look: a log that is later than that is not seen. */
const WINDOW_MS = 180_000;
const PAGES_MOST = 10;

/** Reads the last minutes again and again, until the time is up. */
export async function lateIds(
  asked: Auth0Asked,
  prefix: string,
  { clock, stop, watchMs }: Asking,
): Promise<Heard> {
  const endMs = clock.now() + watchMs;
  const known = new Set<string>();
  let greatest = '';
  let fresh = 0;
  const lateMs: number[] = [];
  for (let look = 0; clock.now() <= endMs && !stop.aborted; look++) {
    const nowMs = clock.now();
    const ids = await recent(asked, syntheticLogId(prefix, nowMs - WINDOW_MS));
    if (typeof ids === 'string') return unclear(ids);
    // What the first look shows was there before, late or not.
    const isNew = (id: string) => look > 0 && !known.has(id) && (logIdTimeMs(id) ?? 0) > nowMs - WINDOW_MS;
    const appeared = ids.filter(isNew);
    fresh += appeared.length;
    lateMs.push(...appeared.filter(id => id < greatest).map(id => nowMs - (logIdTimeMs(id) ?? nowMs)));
    for (const id of ids) {
      known.add(id);
      if (id > greatest) greatest = id;
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
  const watched = `${counted(fresh, 'new log')} in ${duration(watchMs)}`;
  if (fresh === 0) return unclear(`${watched}: watch a tenant in use, or for longer (--watch-minutes)`);
  if (lateMs.length === 0) return confirmed(`${watched}, none of them late`);
  const mostMs = Math.max(...lateMs);
  const words = `${watched}, ${lateMs.length} of them late, by up to ${duration(mostMs)}`;
  return mostMs <= asked.settleMs + LOOK_EVERY_MS ? confirmed(words) : refuted(words);
}

async function recent(asked: Auth0Asked, fromId: string): Promise<readonly string[] | string> {
  const all: string[] = [];
  let from = fromId;
  for (let page = 0; page < PAGES_MOST; page++) {
    const seen = await asked.logs({ from, take: String(AUTH0_PAGE_SIZE) });
    if (!isPage(seen)) return `the watch ended: ${statusWords(seen)}`;
    const ids = idsOf(seen);
    all.push(...ids);
    if (ids.length < AUTH0_PAGE_SIZE) return all;
    from = ids.at(-1)!;
  }
  return 'the tenant writes more logs than the watch can read; watch a quieter tenant';
}
