/**
 * What distinguishes poison from a wrong configuration: whether others are accepted now, in this run. What was accepted
 * before a refusal proves nothing, since the configuration may have changed in between.
 */
import type { SerializedRecord } from './model.ts';

/** Acceptances so far, when something was posted: what is accepted after that is evidence of now. */
export type Mark = number;

export interface Evidence {
  mark(): Mark;
  /** Another post was accepted; `record` is one of its records. */
  accepted(record: SerializedRecord): void;
  isSince(mark: Mark): boolean;
  /** Waits for the deliveries in progress, until one is accepted or all of them wait for evidence themselves. */
  since(mark: Mark): Promise<boolean>;
  /** A record that was accepted in this run: posted again, it shows whether the configuration is still correct. */
  known(): SerializedRecord | undefined;
  /** A delivery begins; call the returned function at its end. */
  enter(): () => void;
}

interface Waiter {
  readonly mark: Mark;
  readonly resolve: (isSince: boolean) => void;
}

export function evidence(): Evidence {
  let acceptances = 0;
  let deliveries = 0;
  let known: SerializedRecord | undefined;
  let waiters: Waiter[] = [];
  const isSince = (mark: Mark) => acceptances > mark;
  const look = () => {
    const nobodyElse = waiters.length >= deliveries;
    const ready = waiters.filter(({ mark }) => nobodyElse || isSince(mark));
    waiters = waiters.filter(waiter => !ready.includes(waiter));
    for (const { mark, resolve } of ready) resolve(isSince(mark));
  };
  return {
    mark: () => acceptances,
    isSince,
    accepted: ({ logId, json }) => {
      acceptances++;
      // A copy: the original is a part of a whole batch, which would stay in memory with it.
      known ??= { logId, json: Buffer.from(json) };
      look();
    },
    since: mark =>
      new Promise(resolve => {
        waiters.push({ mark, resolve });
        look();
      }),
    known: () => known,
    enter: () => {
      deliveries++;
      return () => {
        deliveries--;
        look();
      };
    },
  };
}
