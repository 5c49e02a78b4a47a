/** Dead letters in a state directory, as a run would leave them. */

import { join } from 'node:path';
import { localQueue } from '../../../cli/pipelines/local/queue.ts';
import { encodeFailedBatch } from '../../../lambda/core/failed-batch.ts';
import type { QueueName, Reason } from '../../../lambda/core/model.ts';
import { shaper } from '../../../lambda/core/record/shape.ts';
import { SPECS } from '../../../lambda/destinations/all.ts';
import { systemClock } from '../../../lambda/environment.ts';
import type { Log } from '../../../simulator/auth0/tenant.ts';
import { DOMAIN } from '../local-world.ts';
import { stateRows } from '../state-rows.ts';

export const OUTAGE: Reason = { verdict: 'unavailable', status: 503, message: 'Azure answered 503' };
export const REJECTED: Reason = {
  verdict: 'rejected',
  status: 400,
  code: 'InvalidDataFormat',
  message: 'A record could not be processed.',
};

export interface LetterPlan {
  readonly logs: readonly Log[];
  readonly reason?: Reason;
  readonly pipeline?: string;
  readonly failedAtMs?: number;
}

/** Typed by a stranger: it turns a terminal red and text around. */
export const HOSTILE = '\u001b]0;owned\u0007\u009b31m\u202e';

const shape = shaper({ form: SPECS[0]!.form, auth0Domain: DOMAIN, redact: log => log });

/** One failed batch, as a message. Its records have a name in them that nobody but `--reveal` may show. */
export function messageOf({
  logs,
  reason = OUTAGE,
  pipeline = 'local',
  failedAtMs = Date.now(),
}: LetterPlan) {
  const records = logs.map(log => {
    const { logId, json } = shape({ ...log, user_name: 'ada@example.com', user_agent: HOSTILE });
    return { logId, json: Buffer.from(json) };
  });
  const [message = '', ...others] = encodeFailedBatch({ pipeline, records, reason, failedAtMs, attempts: 9 });
  if (others.length > 0) throw new Error('more than one message');
  return message;
}

/** The queues of the state directory in `directory`. */
export const queueIn = (directory: string) =>
  localQueue({
    directory: join(directory, 'state', 'local'),
    clock: systemClock,
    maxTries: 20,
  });

/** Puts them on the dead-letter queue, in this order. */
export async function putDeadLetters(directory: string, messages: readonly string[]): Promise<void> {
  const queue = queueIn(directory);
  for (const message of messages) await queue.put('dead-letter', [message]);
}

/** What a queue of the state directory holds, oldest first. */
export async function messagesOn(directory: string, queue: QueueName): Promise<string[]> {
  const sql = 'SELECT message FROM message WHERE queue = ? ORDER BY sentAtMs, seq';
  return stateRows(directory, sql, queue).map(({ message }) => String(message));
}
