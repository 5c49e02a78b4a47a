/** Requests to the tenant with the pipeline's own credentials, and what it holds. */
import { randomUUID } from 'node:crypto';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { AUTH0_PAGE_SIZE } from '../../lambda/core/contract.ts';
import { type Fetch, withTimeLimit } from '../../lambda/core/http.ts';
import type { Clock, SecretSource } from '../../lambda/core/model.ts';
import { logIdOf } from '../../lambda/core/record/log.ts';
import { LOWEST_LOG_ID_PREFIX, logIdPrefix, logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { auth0RetryAfterMs } from '../../lambda/edges/auth0-answer.ts';
import { auth0Token } from '../../lambda/edges/auth0-token.ts';
import { type Seen, seenOf, statusWords, unanswered } from './seen.ts';

type Query = Readonly<Record<string, string>>;

/** The ends of what the tenant holds. Undefined ids: it holds no log, or its ids have another form. */
export interface Held {
  readonly prefix: string;
  readonly newest: readonly unknown[];
  readonly newestMs: number | undefined;
  readonly oldestMs: number | undefined;
}

export interface Auth0Asked {
  readonly settleMs: number;
  /** One answer of the logs endpoint; waits for the rate limit. */
  logs(query: Query): Promise<Seen>;
  /** Many at once, without waiting. */
  logsAtOnce(query: Query, times: number): Promise<readonly Seen[]>;
  /** Looked up once. A clause when it cannot be. */
  held(): Promise<Held | string>;
  /** Whether Auth0 gives a token for this spelling of the domain; a clause when that is not known. */
  tokenFor(domain: string): Promise<boolean | string>;
  readonly domain: string;
}

export interface Auth0Parts {
  readonly config: PipelineConfig['auth0'];
  readonly settleSeconds: number;
  readonly secrets: SecretSource;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly baseUrl: string | undefined;
}

const TIMEOUT_MS = 15_000;
const TRIES = 4;
/** The longest sustained limit is 100 calls a minute. */
const WAIT_MOST_MS = 61_000;

/** Asks nothing yet. */
export function auth0Asked(parts: Auth0Parts): Auth0Asked {
  const { config, clock } = parts;
  const host = config.customDomain ?? config.domain;
  const tokens = (domain: string) =>
    auth0Token({
      ...parts,
      domain,
      customDomain: host,
      secretName: config.secret,
      randomUuid: randomUUID,
    });
  const token = tokens(config.domain);

  const once = async (query: Query): Promise<{ seen: Seen; waitMs?: number | undefined }> => {
    const granted = await token.get(TIMEOUT_MS);
    if (granted.kind === 'fault')
      return { seen: { kind: 'none', why: `no token (${granted.fault.verdict})` } };
    try {
      return await withTimeLimit(TIMEOUT_MS, async signal => {
        const url = `${parts.baseUrl ?? `https://${host}`}/api/v2/logs?${new URLSearchParams(query)}`;
        const headers = { authorization: `Bearer ${granted.token.reveal()}`, accept: 'application/json' };
        const response = await parts.fetch(url, { headers, redirect: 'manual', signal });
        const waitMs = auth0RetryAfterMs(response.status, response.headers, clock.now());
        return { seen: await seenOf(response, await response.text()), waitMs };
      });
    } catch (error) {
      return { seen: unanswered(error) };
    }
  };
  const logs = async (query: Query): Promise<Seen> => {
    for (let left = TRIES; ; left--) {
      const { seen, waitMs = WAIT_MOST_MS } = await once(query);
      const isThrottled = seen.kind === 'answer' && seen.status === 429;
      if (!isThrottled || left === 1) return seen;
      await clock.sleep(Math.min(WAIT_MOST_MS, Math.max(1_000, waitMs)));
    }
  };
  let held: Promise<Held | string> | undefined;
  return {
    domain: config.domain,
    settleMs: parts.settleSeconds * 1000,
    logs,
    logsAtOnce: async (query, times) => {
      const all = await Promise.all(Array.from({ length: times }, () => once(query)));
      return all.map(({ seen }) => seen);
    },
    held: () => {
      held ??= heldBy(logs);
      return held;
    },
    tokenFor: async domain => {
      const granted = await tokens(domain).get(TIMEOUT_MS);
      if (granted.kind === 'token') return true;
      return granted.fault.verdict === 'denied' ? false : `no answer (${granted.fault.verdict})`;
    },
  };
}

async function heldBy(logs: Auth0Asked['logs']): Promise<Held | string> {
  const newest = await logs({ page: '0', per_page: String(AUTH0_PAGE_SIZE), sort: 'date:-1' });
  const oldest = await logs({ page: '0', per_page: '1', sort: 'date:1' });
  if (!isPage(newest) || !isPage(oldest)) return `the tenant’s logs cannot be read: ${statusWords(newest)}`;
  const ids = newest.body.map(logIdOf).filter(id => id !== undefined);
  return {
    prefix: logIdPrefix(ids[0]) ?? LOWEST_LOG_ID_PREFIX,
    newest: newest.body,
    newestMs: logIdTimeMs(ids[0] ?? ''),
    oldestMs: logIdTimeMs(logIdOf(oldest.body[0]) ?? ''),
  };
}

type Page = Extract<Seen, { kind: 'answer' }> & { readonly body: readonly unknown[] };

/** 200 with an array. */
export function isPage(seen: Seen): seen is Page {
  return seen.kind === 'answer' && seen.status === 200 && Array.isArray(seen.body);
}

/** The ids of a page, in its order. */
export const idsOf = (page: Page): readonly string[] => page.body.map(logIdOf).filter(id => id !== undefined);
