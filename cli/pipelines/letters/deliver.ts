/** Dead letters delivered from this machine, as the replay function delivers the retry queue. */

import { REPLAY_TIMEOUT_SECONDS } from '../../../lambda/core/contract.ts';
import type { Journal } from '../../../lambda/core/model.ts';
import { type ReplayDependencies, replay } from '../../../lambda/core/replay.ts';
import { newestRecord } from '../../../lambda/core/settle.ts';
import { specOf } from '../../../lambda/destinations/all.ts';
import { pipelineParts } from '../../../lambda/wiring.ts';
import { UsageError } from '../../terminal/errors.ts';
import { stoppableClock, stoppableDestination, stoppableSource } from '../../terminal/stoppable.ts';
import type { Operated, Target } from '../operated.ts';
import type { Carry } from './carry.ts';
import { acceptedBy } from './letters.ts';

/** What it would journal is in its report too. */
const SILENT: Journal = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** For the tenant's newest log, which distinguishes poison from a wrong configuration. */
const ASK_MS = 10_000;

/** Throws UsageError for a pipeline that only its function may deliver, ConfigError for a base URL that is not allowed. */
export function delivery(target: Target, stop: AbortSignal): Carry {
  const clock = stoppableClock(stop);
  const ready = new Map<Operated, ReplayDependencies>();
  for (const pipeline of target.pipelines) {
    const { config, secrets, env, queues } = pipeline;
    refuseFederated(pipeline);
    const parts = pipelineParts(config, secrets, env);
    const destination = stoppableDestination(parts.destination, stop);
    const shared = { destination, queue: queues, clock, random: Math.random, journal: SILENT };
    const source = stoppableSource(parts.source, stop);
    const another = async () => {
      const d = { ...(await parts.shaping()), source, clock };
      const options = { deadlineMs: clock.now() + ASK_MS, ripeMs: parts.options.ripeMs };
      return newestRecord({ d, options });
    };
    ready.set(pipeline, { ...shared, ...parts.replaying, another, accepts: acceptedBy(pipeline) });
  }
  return {
    done: 'delivered',
    question: 'from this machine',
    one: async (pipeline, { raw, letter }) => {
      const deadlineMs = clock.now() + REPLAY_TIMEOUT_SECONDS * 1000;
      const report = await replay(ready.get(pipeline)!, pipeline.config.name, raw.message, deadlineMs);
      if (!report.done) {
        throw new Error(`${report.reason?.message ?? 'unknown reason'} (dead letter ${letter.id})`);
      }
      await pipeline.queues.remove(raw).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`delivered, but not removed from its queue, so it would be delivered twice: ${why}`);
      });
      const { logsAccepted, logsDeadLettered, logsRequeued, reason } = report;
      const fault = reason && { fault: `${reason.message} (dead letter ${letter.id}, split)` };
      return { logs: logsAccepted, logsDeadLettered, logsRequeued, ...fault };
    },
  };
}

function refuseFederated({ config: { name, azure } }: Operated): void {
  if (!specOf(azure).isFederated(azure)) return;
  throw new UsageError(
    `pipeline "${name}": azure.auth is "federated", so only its function can post to Azure; ` +
      'omit --local, and the replay function delivers',
  );
}
