/** Posts by the pipeline's own destination, with the answer as it came. */
import { randomInt } from 'node:crypto';
import { bodyOf } from '../../lambda/core/body.ts';
import type { Fetch } from '../../lambda/core/http.ts';
import type { Clock } from '../../lambda/core/model.ts';
import { logIdTimeMs, syntheticLogId } from '../../lambda/core/record/log-id.ts';
import { openDestination, specOf } from '../../lambda/destinations/all.ts';
import { systemClock } from '../../lambda/environment.ts';
import { pipelineParts } from '../../lambda/wiring.ts';
import { openingOf } from '../../lambda/wiring-azure.ts';
import type { Operated } from '../pipelines/operated.ts';
import { type Seen, type SeenAnswer, seenOf } from './seen.ts';

/** The one record that is written. */
export interface TestRecord {
  readonly logId: string;
  /** When the post began. */
  readonly atMs: number;
  readonly seen: Seen;
}

export interface PostsAsked {
  readonly isCompressed: boolean;
  /** It posts with a token, and a role decides. */
  readonly hasRole: boolean;
  /** Codes of `emptyRefused`. */
  readonly emptyRefused: ReadonlySet<string>;
  post(body: Buffer): Promise<{ readonly seen: Seen; readonly code?: string | undefined }>;
  /** Posts one record that says that it is a test; once, however often it is asked for. */
  record(): Promise<TestRecord>;
}

const TIMEOUT_MS = 30_000;
export const TEST_TYPE = 'acceptance_test';

/** Or why nothing can be posted from here, as a clause. */
export function postsAsked(one: Operated, fetch: Fetch, clock: Clock): PostsAsked | string {
  const { config, secrets, env } = one;
  const spec = specOf(config.azure);
  if (spec.isFederated(config.azure)) {
    return 'only the function can post with its identity: ask with --config, and an application that has a client secret';
  }
  let last: SeenAnswer | undefined;
  const watching: Fetch = async (url, init) => {
    const response = await fetch(url, init);
    const text = await response.text();
    last = await seenOf(response, text);
    const { status, ok, headers } = response;
    return { status, ok, headers, body: partsOf(text), text: async () => text };
  };
  const base = { secrets, clock: systemClock, fetch };
  const { destination } = openDestination(config.azure, { ...openingOf(base, env), fetch: watching });

  const post: PostsAsked['post'] = async body => {
    last = undefined;
    const answer = await destination.post(body, TIMEOUT_MS);
    if (answer.kind === 'unauthorised') {
      return { seen: { kind: 'none', why: `no credentials to post with (${answer.fault.verdict})` } };
    }
    if (answer.kind === 'unanswered') return { seen: { kind: 'none', why: `no answer (${answer.code})` } };
    return { seen: last ?? { kind: 'none', why: 'no answer' }, code: answer.code };
  };
  let record: Promise<TestRecord> | undefined;
  return {
    isCompressed: destination.isCompressed,
    hasRole: spec.token !== undefined,
    emptyRefused: spec.emptyRefused,
    post,
    record: () => {
      record ??= testBody(one).then(async ({ logId, body }) => ({
        logId,
        atMs: clock.now(),
        seen: (await post(body)).seen,
      }));
      return record;
    },
  };
}

async function* partsOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** A log that no tenant wrote, shaped like any other. */
async function testBody({ config, secrets, env }: Operated) {
  const nowMs = Date.now();
  const digits = Array.from({ length: 4 }, () => String(randomInt(1e9)).padStart(9, '0')).join('');
  const logId = `${syntheticLogId('900', nowMs).slice(0, 20)}${digits}`;
  const { shape } = await pipelineParts(config, secrets, env).shaping();
  const shaped = shape({
    _id: logId,
    log_id: logId,
    date: new Date(logIdTimeMs(logId) ?? nowMs).toISOString(),
    type: TEST_TYPE,
    description: 'A test record, written by "acceptance" of auth0-logs-to-azure. It can be ignored.',
  });
  return { logId, body: bodyOf([{ logId: shaped.logId, json: Buffer.from(shaped.json) }]) };
}
