/** How much a workspace takes: by day, and by minute. What is beyond is gone, though the post was accepted. */
import type { Operations } from './operations.ts';
import type { WorkspaceSettings } from './workspace-settings.ts';

export interface Quota {
  /** Whether rows of this size are stored at this time. */
  admits(bytes: number, by: 'collector' | 'rule', atMs: number): 'stored' | 'overCap' | 'overRate';
  /** Whether sizes matter at all. */
  readonly counts: boolean;
  /** See Workspace. */
  useUpCap(atMs: number): number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** So long at least is a cap that was used up in force. */
const USED_UP_MS = 5 * MINUTE_MS;

export function quota(settings: WorkspaceSettings, operations: Operations): Quota {
  let resetHour = settings.dailyCapResetHour;
  let day: number | undefined;
  let minute: number | undefined;
  let ofDayBytes = 0;
  let ofMinuteBytes = 0;
  let stopped = false;

  const dayOf = (atMs: number): number => Math.floor((atMs - resetHour * HOUR_MS) / DAY_MS);

  /**
   * https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap
   * Stricter than Azure, which goes on for a while after the cap, and of late has failed to stop: nothing passes it here.
   */
  const withinCap = (bytes: number, atMs: number): boolean => {
    const { dailyCapBytes } = settings;
    if (dailyCapBytes === undefined) return true;
    const today = dayOf(atMs);
    if (today !== day) {
      if (stopped) operations.capReset(today * DAY_MS + resetHour * HOUR_MS);
      [day, ofDayBytes, stopped] = [today, 0, false];
    }
    if (stopped) return false;
    if (ofDayBytes + bytes > dailyCapBytes) {
      stopped = true;
      operations.capReached(atMs);
      return false;
    }
    ofDayBytes += bytes;
    return true;
  };

  /**
   * https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#data-ingestion-volume-rate
   * Data of a rule is exempt. Whether that of the Data Collector API is has been documented both ways: here it is not.
   * Stricter than Azure too, which tries four times in twelve hours before it drops.
   */
  const withinRate = (bytes: number, atMs: number): boolean => {
    const { ingestionRateBytesPerMinute } = settings;
    if (ingestionRateBytesPerMinute === undefined) return true;
    const now = Math.floor(atMs / MINUTE_MS);
    if (now !== minute) [minute, ofMinuteBytes] = [now, 0];
    if (ofMinuteBytes + bytes > ingestionRateBytesPerMinute) {
      operations.rateExceeded(atMs, ingestionRateBytesPerMinute);
      return false;
    }
    ofMinuteBytes += bytes;
    return true;
  };

  const useUpCap = (atMs: number): number => {
    const { dailyCapBytes } = settings;
    if (dailyCapBytes === undefined)
      throw new Error('a cap can be used up with the setting dailyCapBytes alone');
    const resetsAtMs = Math.ceil((atMs + USED_UP_MS) / HOUR_MS) * HOUR_MS;
    resetHour = new Date(resetsAtMs).getUTCHours();
    [day, ofDayBytes] = [dayOf(atMs), dailyCapBytes];
    return resetsAtMs;
  };

  return {
    useUpCap,
    get counts() {
      const { dailyCapBytes, ingestionRateBytesPerMinute } = settings;
      return dailyCapBytes !== undefined || ingestionRateBytesPerMinute !== undefined;
    },
    admits: (bytes, by, atMs) => {
      if (by === 'collector' && !withinRate(bytes, atMs)) return 'overRate';
      return withinCap(bytes, atMs) ? 'stored' : 'overCap';
    },
  };
}
