/** This machine's clock against the vendors', who write the time into every answer. */
import type { Fetch } from '../../lambda/core/http.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { about, type Finding } from '../checks/finding.ts';
import type { Target } from '../pipelines/operated.ts';
import { duration } from '../terminal/words.ts';

/** How far this machine's clock is ahead of a vendor's, as far as an answer shows it. */
export interface Skew {
  readonly vendor: string;
  readonly aheadMs: number;
  /** Half of the answer's own time, and of the second that a `Date` header leaves open. */
  readonly uncertaintyMs: number;
}

export interface ClockWatch {
  /** The HTTP client of the pipeline, which also records the clock of the vendor that answers. */
  fetchOf(vendor: string): Fetch;
  readonly skews: readonly Skew[];
}

/** What signs or proves by time: https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#authorization */
const TOLERANCE_MS = 15 * 60_000;
/** From here on settling, leases and the times that these commands show are no longer what they seem. */
const NOTEWORTHY_MS = 30_000;

export function clockWatch(now: () => number): ClockWatch {
  const skews: Skew[] = [];
  const fetch = httpClient();
  return {
    skews,
    fetchOf: vendor => async (input, init) => {
      const sentMs = now();
      const response = await fetch(input, init);
      const receivedMs = now();
      const theirsMs = Date.parse(response.headers.get('date') ?? '');
      if (!Number.isNaN(theirsMs)) {
        const aheadMs = (sentMs + receivedMs) / 2 - (theirsMs + 500);
        skews.push({ vendor, aheadMs, uncertaintyMs: (receivedMs - sentMs) / 2 + 500 });
      }
      return response;
    },
  };
}

export function clockFinding(skews: readonly Skew[], kind: Target['kind']): Finding {
  const say = about('clock');
  const [first, ...others] = skews;
  if (!first) return say.unchecked('no answer to compare the time with');
  const worst = others.reduce((a, b) => (Math.abs(b.aheadMs) > Math.abs(a.aheadMs) ? b : a), first);
  const offMs = Math.abs(worst.aheadMs);
  if (offMs < NOTEWORTHY_MS + worst.uncertaintyMs) {
    const vendors = [...new Set(skews.map(({ vendor }) => vendor))].sort();
    return say.ok(
      `accurate to ${duration(Math.max(1000, offMs, worst.uncertaintyMs))}, compared with ${new Intl.ListFormat('en').format(vendors)}`,
    );
  }
  const text = `this machine’s clock is ${duration(offMs)} ${worst.aheadMs > 0 ? 'ahead of' : 'behind'} ${worst.vendor}’s`;
  const remedy = 'synchronize it with NTP; on Linux: timedatectl set-ntp true';
  if (kind === 'stack') {
    return say.warning(
      `${text}; the functions use AWS’s clock and are not affected, but times shown here are wrong`,
      remedy,
    );
  }
  if (offMs <= TOLERANCE_MS) {
    return say.warning(`${text}; logs may be read before they are settled`, remedy);
  }
  return say.error(`${text}; tokens may be rejected, and signed posts are rejected beyond 15 min`, remedy);
}
