/** Whether Auth0 gives a token and logs, by the pipeline's own credentials: a few small requests. */
import { randomUUID } from 'node:crypto';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { AUTH0_PAGE_SIZE } from '../../lambda/core/contract.ts';
import { jsonObject } from '../../lambda/core/http.ts';
import type { Fault } from '../../lambda/core/model.ts';
import { logDateOf } from '../../lambda/core/record/log.ts';
import type { Secret } from '../../lambda/core/secret.ts';
import { type Standing, standingOf } from '../../lambda/core/witness.ts';
import { datedBefore } from '../../lambda/edges/auth0.ts';
import { auth0Token } from '../../lambda/edges/auth0-token.ts';
import { counted, duration } from '../terminal/words.ts';
import { rateLimitFinding, retentionFinding } from './auth0-plan.ts';
import { type Answer, type Auth0Patient, questioner, settingsOf } from './auth0-request.ts';
import { about, type Finding, partsOf } from './finding.ts';

/** Logs after the checkpoint. */
export interface Waiting {
  /** A page at the most: a full one says only that there are as many. */
  readonly logs: number;
  /** The date of the first of them. */
  readonly sinceMs?: number;
}

export interface Auth0Findings {
  readonly findings: readonly Finding[];
  /** Undefined when it is not known. */
  readonly waiting?: Waiting;
  /** How the checkpoint stands to the tenant's newest log; undefined when either is not known. */
  readonly standing?: Standing;
  /** The tenant's newest logs, as far as they were asked for; undefined when none could be read. */
  readonly sample?: readonly unknown[];
}

const TIMEOUT_MS = 10_000;
const SCOPE = 'read:logs';
const TOKEN = 'auth0 token';
const LOGS = 'auth0 logs';
/** As many as a page holds where rules are tried on them. */
const newestQuery = (isSample: boolean) => ({
  page: '0',
  per_page: String(isSample ? AUTH0_PAGE_SIZE : 1),
  sort: 'date:-1',
});
const OLDEST = { page: '0', per_page: '1', sort: 'date:1' };

/** @param wantsSample whether logs are wanted to try rules on */
export async function auth0Findings(patient: Auth0Patient, wantsSample = false): Promise<Auth0Findings> {
  const { config, clock, checkpoint } = patient;
  const granted = await auth0Token({
    ...patient,
    ...config,
    secretName: config.secret,
    randomUuid: randomUUID,
  }).get(TIMEOUT_MS);
  if (granted.kind === 'fault') {
    const refused = refusedBy(about(TOKEN), granted.fault, config);
    return { findings: [refused, ...withoutPage('no token')] };
  }
  const token = tokenFinding(granted.token, config.domain);
  const ask = questioner(patient, granted.token, TIMEOUT_MS);
  const beforeMs = clock.now() - patient.ripeMs;
  const after = checkpoint && { from: checkpoint.logId, take: String(AUTH0_PAGE_SIZE) };
  const page = await ask(after ?? newestQuery(wantsSample));
  if (page.kind === 'fault') {
    const refused = refusedBy(about(LOGS), page.fault, config);
    return { findings: [token, refused, ...afterFault(page, config)] };
  }
  const newest = after ? await askNewest(ask, wantsSample, beforeMs) : page;
  const oldest = await ask(OLDEST);
  const standing =
    checkpoint && newest.kind === 'logs' && newest.logs.length > 0
      ? standingOf(checkpoint, newest.logs[0], beforeMs, clock.now())
      : undefined;
  // Auth0's two lists may differ for a moment.
  const isDoubtful = after && standing === 'behind' && page.logs.length === 0;
  const again = isDoubtful ? await ask(after) : page;
  const waiting = after && waitingIn(again.kind === 'logs' ? again.logs : page.logs);
  return {
    findings: [
      token,
      pageFinding(newest, waiting, clock.now()),
      // As it was before the others were asked for.
      rateLimitFinding(page.rateLimit, config.rateLimitHeadroom),
      oldest.kind === 'fault'
        ? about('retention').unchecked('the oldest log could not be read', 'run this again in a minute')
        : retentionFinding(logDateOf(oldest.logs[0]), config.logRetentionDays, clock.now()),
    ],
    ...(waiting === undefined ? {} : { waiting }),
    ...(standing === undefined ? {} : { standing }),
    ...(newest.kind === 'logs' ? { sample: newest.logs } : {}),
  };
}

/** As `LogSource.newest` asks; plainly where Auth0 does not search by date. */
async function askNewest(
  ask: ReturnType<typeof questioner>,
  wantsSample: boolean,
  beforeMs: number,
): Promise<Answer> {
  const query = newestQuery(wantsSample);
  const dated = await ask({ ...query, q: datedBefore(beforeMs) });
  return dated.kind === 'fault' && dated.fault.status === 400 ? ask(query) : dated;
}

/** These checks, when Auth0 cannot be asked. */
export function withoutToken(why: string): Finding[] {
  return [about(TOKEN).unchecked(why), ...withoutPage(why)];
}

function withoutPage(why: string): Finding[] {
  return [LOGS, 'rate limit', 'retention'].map(check => about(check).unchecked(why));
}

function afterFault({ rateLimit }: Answer, { rateLimitHeadroom }: PipelineConfig['auth0']): Finding[] {
  const why = 'no logs could be read';
  return [
    rateLimit ? rateLimitFinding(rateLimit, rateLimitHeadroom) : about('rate limit').unchecked(why),
    about('retention').unchecked(why),
  ];
}

/** Auth0's tokens are JWTs that hold their scopes; of one that is none, the page shows what it may do. */
function tokenFinding(token: Secret, domain: string): Finding {
  const say = about(TOKEN);
  const [, payload = ''] = token.reveal().split('.');
  const claims = jsonObject(Buffer.from(payload, 'base64url').toString('utf8'));
  if (typeof claims?.['scope'] !== 'string') {
    return say.ok('obtained; its scopes cannot be read, see “auth0 logs”');
  }
  const scopes = claims['scope'].split(' ').filter(Boolean);
  if (!scopes.includes(SCOPE)) {
    return say.error(`obtained, but without the scope ${SCOPE}`, granting(domain));
  }
  if (scopes.length === 1) return say.ok(`obtained; its only scope is ${SCOPE}`);
  return say.warning(
    `obtained; besides ${SCOPE}, it has ${counted(scopes.length - 1, 'scope')} that the pipeline does not need`,
    `remove the other scopes from the application: Auth0 Dashboard of ${domain}, Applications, APIs, Auth0 Management API, Machine to Machine Applications`,
  );
}

function granting(domain: string): string {
  return `grant ${SCOPE} to the application: Auth0 Dashboard of ${domain}, Applications, APIs, Auth0 Management API, Machine to Machine Applications`;
}

function waitingIn(logs: readonly unknown[]): Waiting {
  const sinceMs = logDateOf(logs[0]);
  return { logs: logs.length, ...(sinceMs === undefined ? {} : { sinceMs }) };
}

function pageFinding(newest: Answer, waiting: Waiting | undefined, nowMs: number): Finding {
  const parts = [
    'readable',
    newest.kind === 'logs' && newestText(newest.logs[0], nowMs),
    waiting && (waiting.logs === 0 ? 'no logs waiting' : waitingText(waiting)),
  ];
  return about(LOGS).ok(parts.filter(Boolean).join('; '));
}

function newestText(log: unknown, nowMs: number): string {
  if (log === undefined) return 'Auth0 has no logs';
  const dateMs = logDateOf(log);
  return dateMs === undefined
    ? 'the newest has no date'
    : `the newest is ${duration(Math.max(0, nowMs - dateMs))} old`;
}

/** `at least 100 logs waiting`. */
export function waitingText({ logs }: Waiting): string {
  return `${logs === AUTH0_PAGE_SIZE ? 'at least ' : ''}${counted(logs, 'log')} waiting`;
}

/** Throttling is temporary, so it is a warning. */
function refusedBy(say: ReturnType<typeof about>, fault: Fault, config: PipelineConfig['auth0']): Finding {
  const { text, remedy } = partsOf(fault, 'Auth0', settingsOf(config));
  return say[fault.verdict === 'throttled' ? 'warning' : 'error'](text, remedy);
}
