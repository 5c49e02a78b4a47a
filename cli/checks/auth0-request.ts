/** Requests to Auth0's logs endpoint, with the complete answer: logs, refusal and rate limit. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { waitForRateLimitMs } from '../../lambda/core/ask.ts';
import { remedied } from '../../lambda/core/cause.ts';
import type { Fetch } from '../../lambda/core/http.ts';
import type { Checkpoint, Clock, Fault, RateLimit, SecretSource } from '../../lambda/core/model.ts';
import type { Secret } from '../../lambda/core/secret.ts';
import { noAnswer, readRateLimit, refusal } from '../../lambda/edges/auth0-answer.ts';

export interface Auth0Patient {
  readonly config: PipelineConfig['auth0'];
  readonly secrets: SecretSource;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly baseUrl: string | undefined;
  readonly checkpoint: Checkpoint | undefined;
  /** Younger logs may not be readable yet. */
  readonly ripeMs: number;
}

export type Answer =
  | { readonly kind: 'logs'; readonly logs: readonly unknown[]; readonly rateLimit?: RateLimit }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly rateLimit?: RateLimit };

/** The longest wait for a rate limit that others use too, or that is as small as the Free plan's. */
const PATIENCE_MS = 5_000;

/** Asks the logs endpoint, waiting shortly for the rate limit where that helps. */
export function questioner(
  patient: Auth0Patient,
  token: Secret,
  timeoutMs: number,
): (query: Record<string, string>) => Promise<Answer> {
  const { clock } = patient;
  let rateLimit: RateLimit | undefined;
  return async query => {
    const paceMs = rateLimit ? waitForRateLimitMs(rateLimit, 0, clock.now()) : 0;
    await sleep(Math.min(PATIENCE_MS, paceMs));
    let answer = await request(patient, token, query, timeoutMs);
    if (answer.kind === 'fault' && answer.fault.verdict === 'throttled') {
      await sleep(Math.min(PATIENCE_MS, answer.fault.retryAfterMs ?? PATIENCE_MS));
      answer = await request(patient, token, query, timeoutMs);
    }
    rateLimit = answer.rateLimit;
    return answer;
  };
}

async function request(
  patient: Auth0Patient,
  token: Secret,
  query: Record<string, string>,
  timeoutMs: number,
): Promise<Answer> {
  const { config, clock } = patient;
  const baseUrl = patient.baseUrl ?? `https://${config.customDomain ?? config.domain}`;
  try {
    const response = await patient.fetch(`${baseUrl}/api/v2/logs?${new URLSearchParams(query)}`, {
      headers: { authorization: `Bearer ${token.reveal()}`, accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status, headers } = response;
    const body = jsonOf(await response.text());
    const rateLimit = readRateLimit(headers);
    const limits = rateLimit ? { rateLimit } : {};
    if (!response.ok) {
      const refused = { status, headers, body, isSearch: !('from' in query) };
      return { kind: 'fault', fault: refusal(refused, clock.now(), config.domain), ...limits };
    }
    if (Array.isArray(body)) return { kind: 'logs', logs: body, ...limits };
    const type = headers.get('content-type') ?? 'no content type';
    const said = remedied(
      `Auth0 returned ${status} without a JSON array of logs (${type})`,
      `check whether a proxy answers instead of Auth0, and check ${settingsOf(config)}`,
    );
    return { kind: 'fault', fault: { verdict: 'unavailable', status, ...said }, ...limits };
  } catch (error) {
    return { kind: 'fault', fault: noAnswer(error) };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What decides who is asked, in an operator's words. */
export function settingsOf({ domain, customDomain }: PipelineConfig['auth0']): string {
  return `auth0.domain "${domain}"${customDomain === undefined ? '' : ` and auth0.customDomain "${customDomain}"`}`;
}
