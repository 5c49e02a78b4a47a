/** A strict Auth0 on loopback: token endpoint, logs endpoint, rate limit, retention, faults on demand. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, answerWith, type FaultScript, faultScript } from '../faults.ts';
import { listen, readBody } from '../loopback.ts';
import { apiError } from './answer.ts';
import { answerLogs, type LogsOptions } from './logs.ts';
import { type RateLimitOptions, rateLimit } from './rate-limit.ts';
import { type Log, logIdAt } from './tenant.ts';
import { type TenantStore, tenantShelf } from './tenant-store.ts';
import { type TokenOptions, tokenDesk } from './token.ts';

/** At least one of `clientSecret` and `publicKey` is needed. */
export interface Auth0Options extends TokenOptions, LogsOptions {
  readonly logs?: Iterable<Log>;
  /** Milliseconds since 1970; Date.now when absent. Logs whose id lies after it cannot be seen yet. */
  readonly now?: () => number;
  /** Logs older than this are gone; none are when absent. */
  readonly retentionMs?: number;
  /** Of the logs endpoint; none when absent. */
  readonly rateLimit?: RateLimitOptions;
  /** Waited before every answer, in real time. */
  readonly latencyMs?: number;
  /** Whether every token given out writes a `seccft` log, as Auth0 does. */
  readonly writeTokenLogs?: boolean;
}

export interface Auth0Simulator {
  /** `http://127.0.0.1:PORT`, no path. */
  readonly baseUrl: string;
  readonly tenant: TenantStore;
  /** `checkpointPages`: of the logs endpoint, but only where a page is asked for by `from`; these go first. */
  readonly faults: Readonly<Record<'token' | 'logs' | 'checkpointPages', FaultScript>>;
  /** Requests so far, faults included. `throttled`: refused by the rate limit; `refused`: any other 4xx. */
  readonly requests: { token: number; pages: number; throttled: number; refused: number };
  /** Every token given out so far answers 401 from now on. */
  revokeTokens(): void;
  /** From now on only this client secret is right. */
  setClientSecret(clientSecret: string): void;
  /** Ends at once, open connections included. */
  close(): Promise<void>;
}

/** Starts on a free port. Throws Error when no client could ever sign in, or when the public key is not PEM. */
export async function startAuth0(options: Auth0Options): Promise<Auth0Simulator> {
  if (options.clientSecret === undefined && options.publicKey === undefined) {
    throw new Error('neither clientSecret nor publicKey is given; give one, or no client can get a token');
  }
  const now = options.now ?? Date.now;
  const shelf = tenantShelf(options.retentionMs);
  shelf.add(options.logs ?? []);
  const desk = tokenDesk(options);
  const limit = options.rateLimit ? rateLimit(options.rateLimit) : undefined;
  const faults = { token: faultScript(), logs: faultScript(), checkpointPages: faultScript() };
  const requests = { token: 0, pages: 0, throttled: 0, refused: 0 };

  const giveToken = async (request: IncomingMessage): Promise<Answer> => {
    const body = (await readBody(request))?.toString() ?? '';
    const answer = desk.exchange(request.headers['content-type'] ?? '', body, now());
    const granted = answer.status === 200;
    if (granted && options.writeTokenLogs) shelf.add([tokenLog(options, now(), requests.token)]);
    return granted ? answer : refuse(answer);
  };
  const giveLogs = (request: IncomingMessage, url: URL): Answer => {
    const allowance = limit?.(now());
    const answer =
      allowance && !allowance.allowed
        ? apiError(429, 'Global limit has been reached', 'too_many_requests')
        : (desk.refusal(request.headers.authorization, now()) ??
          answerLogs(url.searchParams, shelf, now(), options));
    const headed = { ...answer, headers: { ...answer.headers, ...allowance?.headers } };
    return answer.status === 200 ? headed : refuse(headed);
  };
  const refuse = (answer: Answer): Answer => {
    if (answer.status === 429) requests.throttled++;
    else requests.refused++;
    return answer;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(`http://127.0.0.1${request.url}`);
    const route = `${request.method} ${url.pathname}`;
    if (options.latencyMs) await sleep(options.latencyMs);
    if (route === 'POST /oauth/token') {
      requests.token++;
      return answerWith(faults.token.next(), request, response, () => giveToken(request));
    }
    if (route === 'GET /api/v2/logs') {
      requests.pages++;
      const own = url.searchParams.has('from') ? faults.checkpointPages.next() : undefined;
      return answerWith(own ?? faults.logs.next(), request, response, () => giveLogs(request, url));
    }
    return answerWith(undefined, request, response, () =>
      refuse(apiError(404, `No such endpoint: ${route}`)),
    );
  };

  const server = await listen(handle);
  return {
    baseUrl: server.url,
    tenant: { add: shelf.add, insertLate: shelf.insertLate, ids: shelf.ids },
    faults,
    requests,
    revokeTokens: desk.revoke,
    setClientSecret: desk.setClientSecret,
    close: server.close,
  };
}

/** What Auth0 writes about an exchange, so that the shipper ships its own footprints. */
function tokenLog({ domain, clientId }: Auth0Options, nowMs: number, number: number): Log {
  const logId = logIdAt(nowMs, `9${String(number).padStart(35, '0')}`);
  return {
    _id: logId,
    log_id: logId,
    date: new Date(nowMs).toISOString(),
    type: 'seccft',
    description: 'Client Credentials for Access Token',
    client_id: clientId,
    ip: '192.0.2.1',
    user_agent: 'Other 0.0.0 / Other 0.0.0',
    hostname: domain,
    audience: `https://${domain}/api/v2/`,
    scope: 'read:logs',
    details: null,
    isMobile: false,
  };
}
