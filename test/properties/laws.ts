/** The laws of liveness, watched tick by tick: a run that makes no progress never looks healthy, and a held line costs nothing. */
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import { readLastRun } from '../../lambda/core/last-run.ts';
import { logIdOf } from '../../lambda/core/record/log.ts';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { type World, whyOf } from '../world.ts';

const TICK_MS = 60_000;
const WITNESS_MS = 600_000;
const SETTLE_MS = 15_000;
const PAGE = 100;
const HOUR_MS = 3_600_000;
/** The message of a fault that asks to be left alone for an hour. */
export const QUOTA = 'a quota for an hour';

export interface Laws {
  /** One run under watch; `tick` starts it. */
  watched<T extends RunReport | 'killed'>(tick: () => Promise<T>): Promise<T>;
  /** Reports that looked healthy while logs waited, and runs of full length that left nothing behind. */
  readonly stalls: string[];
  /** Held ticks that did more than their page. */
  readonly excesses: string[];
  readonly heldTicks: () => number;
}

interface Scene {
  readonly maxInFlight: number;
  /** A page of more is too large for the memory: then a fifth is asked for, and so on. */
  readonly mostPageLogs?: number;
  /** A page that lies about its end has another one. */
  readonly isHonest?: () => boolean;
}

export function laws(w: World, scene: Scene): Laws {
  const { maxInFlight, mostPageLogs = PAGE, isHonest = () => true } = scene;
  const stalls: string[] = [];
  const excesses: string[] = [];
  const seenAtMs = new Map<string, number>();
  let heldTicks = 0;
  /** While a vendor has asked to be left alone for an hour. */
  let alone = { fromMs: 0, untilMs: 0 };
  const ids = () => w.tenant.flatMap(one => logIdOf(one) ?? []);
  const notice = () => {
    for (const id of ids()) if (!seenAtMs.has(id)) seenAtMs.set(id, w.clock.now());
  };

  /** A settled log has waited for longer than the witness and a tick, and the report says that there is none. */
  const judgeHealth = ({ outcome, lagMs }: RunReport, beganAtMs: number) => {
    if (outcome !== 'caught-up') {
      if (lagMs === 0 && w.state().checkpoint === undefined) stalls.push(`${outcome} with a lag of 0`);
      return;
    }
    const longMs = SETTLE_MS + WITNESS_MS + TICK_MS;
    const after = w.firstLogId();
    const waiting = ids().find(id => {
      const sinceMs = Math.max(logIdTimeMs(id) ?? 0, seenAtMs.get(id) ?? beganAtMs);
      return id > after && !w.isSafe(id) && !w.isLate(id) && beganAtMs - sinceMs > longMs;
    });
    if (waiting) stalls.push(`caught-up while ${waiting} waits`);
  };

  const asked = () => {
    const { page, start, newest, search, post } = w.calls;
    return page + start + newest + search + post;
  };
  /** `before`: the report that the run before it had left. */
  const judgeWait = (
    report: RunReport,
    beganAtMs: number,
    askedBefore: number,
    before: string | undefined,
  ) => {
    const isAlone = alone.fromMs <= beganAtMs && beganAtMs < alone.untilMs;
    if (isAlone && asked() > askedBefore) stalls.push('a vendor was asked before its Retry-After was over');
    const nowMs = w.clock.now();
    // What could not be written cannot be remembered.
    const isKept = w.state().lastRun !== before;
    // A post that Azure does not take costs nothing: of Azure's only a token's is kept, which liveness.test.ts tests.
    if (report.outcome === 'throttled' && report.party === 'auth0' && report.message === QUOTA && isKept) {
      alone = { fromMs: nowMs, untilMs: nowMs + HOUR_MS - TICK_MS };
    }
  };

  const isHeld = () => {
    const { outcome, party } = readLastRun(w.state().lastRun) ?? {};
    return party === 'queue' || (party === 'azure' && (outcome === 'denied' || outcome === 'intercepted'));
  };
  /** The first page after the checkpoint, and the newest log, which is evidence. */
  const pageNow = () => {
    const place = w.state().checkpoint?.logId ?? '';
    const ripe = ids().filter(id => (logIdTimeMs(id) ?? 0) <= w.clock.now());
    const after = ripe.filter(id => id > place).sort();
    const take = [PAGE, PAGE / 5, PAGE / 25].find(most => Math.min(most, after.length) <= mostPageLogs);
    return new Set(after.slice(0, take ?? 1));
  };

  const judgeHeld = (page: ReadonlySet<string>, before: number, report: RunReport) => {
    const stays = report.party === 'queue' || report.outcome === 'denied' || report.outcome === 'intercepted';
    const place = w.state().checkpoint?.logId ?? '';
    const isPagePassed = ![...page].some(id => id > place);
    if (!stays || isPagePassed || !isHonest() || report.sweptPages > 0 || report.checkpointAstray) return;
    heldTicks++;
    const posts = w.posted.slice(before);
    const known = new Set(ids());
    const others = new Set(posts.flatMap(post => post.ids).filter(id => known.has(id) && !page.has(id)));
    // Each delivery asks for the newest log, which may be another one by then.
    if (others.size > maxInFlight) excesses.push(`a held tick posted ${others.size} logs beside its page`);
    const most = heldPostsMost(page.size + PAGE, maxInFlight);
    if (posts.length > most) excesses.push(`a held tick made ${posts.length} posts, ${most} are allowed`);
    const copies = new Map<string, number>();
    for (const post of posts)
      if (post.isAccepted) for (const id of post.ids) copies.set(id, (copies.get(id) ?? 0) + 1);
    const again = [...copies.values()].reduce((sum, count) => sum + count, 0) - copies.size;
    const allowed = evidenceMost(page.size + PAGE) + w.largestPost() * maxInFlight;
    if (again > allowed) excesses.push(`a held tick repeated ${again} records, ${allowed} are allowed`);
  };

  return {
    async watched(tick) {
      notice();
      const [held, page, before, atMs] = [isHeld(), pageNow(), w.posted.length, w.clock.now()];
      const askedBefore = asked();
      const lastRunBefore = w.state().lastRun;
      const report = await tick();
      if (report === 'killed') return report;
      judgeHealth(report, atMs);
      judgeWait(report, atMs, askedBefore, lastRunBefore);
      if (held) judgeHeld(page, before, report);
      return report;
    },
    stalls,
    excesses,
    heldTicks: () => heldTicks,
  };
}

/** Records posted as evidence: one that was accepted before and the newest one, for each eight suspects and one time more. */
const evidenceMost = (records: number) => 2 * (1 + Math.ceil(records / 8));
/**
 * Posts of a held tick: its page is halved down to single records, eight samples and two other records are posted for each
 * eight suspects, each up to five times, and credentials are read anew once for each delivery.
 */
export const heldPostsMost = (records: number, maxInFlight: number) =>
  5 * (2 * records + 8 * (1 + Math.ceil(records / 8)) + evidenceMost(records)) + maxInFlight;

/** Dead letters whose reason is none that Azure ever gave for one of their records. */
export function wrongReasons(w: World): string[] {
  const own = ['OUT_OF_TIME', 'QUEUE_UNREACHABLE'];
  return w.queues['dead-letter'].flatMap(message => {
    const decoded = decodeFailedBatch(message);
    if (decoded.kind === 'undecodable') return ['undecodable'];
    const why = whyOf(decoded.batch.reason);
    const isTrue = own.includes(why) || decoded.records.some(({ logId }) => w.answers.get(logId)?.has(why));
    return isTrue ? [] : [`${decoded.batch.firstLogId} is a dead letter for ${why}`];
  });
}

/** The records that are dead letters. */
export const deadIds = (w: World): string[] =>
  w.queues['dead-letter'].flatMap(message => {
    const decoded = decodeFailedBatch(message);
    return decoded.kind === 'failed-batch' ? decoded.records.map(({ logId }) => logId) : [];
  });
