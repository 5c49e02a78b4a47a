/** What lasts until it is over: outages, wrong configurations, and vendors that lie. */

import type { Fault, PostAnswer } from '../../lambda/core/model.ts';
import { logIdTimeMs, syntheticLogId } from '../../lambda/core/record/log-id.ts';
import { type Faults, type Page, START_MS } from '../world.ts';
import { QUOTA } from './laws.ts';

const HOUR = 3_600_000;
const answered = (status: number, more: object = {}): PostAnswer => ({ kind: 'answered', status, ...more });
const down: Fault = { verdict: 'unavailable', message: 'down' };
const quota: Fault = { verdict: 'throttled', status: 429, message: QUOTA, retryAfterMs: HOUR };
const refused: Fault = { verdict: 'denied', status: 401, message: 'no', isTokenRefused: true };

/** Positions that lead nowhere: about a third of them, and always the same ones. */
const leadsNowhere = (after: string) => [...after].reduce((sum, digit) => sum + Number(digit), 0) % 3 === 0;
const phantom = {
  log_id: syntheticLogId('900', START_MS + 400 * 24 * HOUR),
  date: '2019-01-01T00:00:00.000Z',
  type: 's',
};
const relinked = (page: Page, nextLogId: string | undefined): Page => {
  const { nextLogId: _, ...rest } = page;
  return nextLogId === undefined ? rest : { ...rest, nextLogId };
};
const firstId = (page: Page) => (page.logs[0] as { log_id?: string } | undefined)?.log_id;

export const LIES = {
  'dead ends': (page: Page, after: string): Page => (leadsNowhere(after) ? { kind: 'page', logs: [] } : page),
  'no link': page => relinked(page, undefined),
  'a link back': page => relinked(page, syntheticLogId('900', START_MS - 200 * 24 * HOUR)),
  'a link to where it began': (page, after) => relinked(page, after),
  'a link to the first log': page => relinked(page, firstId(page)),
  'a link ahead': (page, after) =>
    relinked(page, syntheticLogId('900', (logIdTimeMs(after) ?? START_MS) + 3 * HOUR)),
  'a link of another form': page => relinked(page, 'zzz'),
  'an id ahead of time': page =>
    page.logs.length === 0 ? page : { ...page, logs: [...page.logs, phantom], nextLogId: phantom.log_id },
  'a last log without an id': page =>
    page.logs.length < 2 ? page : { ...page, logs: [...page.logs, { type: 's', date: 'never' }] },
} satisfies Record<string, (page: Page, after: string) => Page>;

const always =
  <T>(value: T) =>
  () =>
    value;
export const OUTAGES = {
  'the queues': { put: always('fail') },
  'the dead-letter queue': { put: (_, queue) => (queue === 'dead-letter' ? 'fail' : undefined) },
  'the retry queue': { put: (_, queue) => (queue === 'retry' ? 'fail' : undefined) },
  'Azure answers 203': { post: always(answered(203)) },
  'Azure answers 400': { post: always(answered(400, { code: 'InvalidDataFormat' })) },
  'Azure answers 403': { post: always(answered(403)) },
  'Azure answers 404': { post: always(answered(404)) },
  'Azure answers 413': { post: always(answered(413)) },
  'Azure answers 429 for an hour': { post: always(answered(429, { message: QUOTA, retryAfterMs: HOUR })) },
  'Azure answers 500': { post: always(answered(500)) },
  'Azure does not answer': { post: always({ kind: 'unanswered', code: 'ECONNRESET', message: 'cut' }) },
  'Entra refuses the token': { post: always({ kind: 'unauthorised', fault: refused }) },
  'Auth0 refuses the token': { page: always(refused), newest: always(refused), search: always(refused) },
  'Auth0 is down': { page: always(down), newest: always(down), search: always(down) },
  'a quota for an hour': { page: always(quota), newest: always(quota), search: always(quota) },
  'the search is down': { newest: always(down), search: always(down) },
  'the table cannot be written': { state: (_, operation) => (operation === 'acquire' ? undefined : 'fail') },
} satisfies Record<string, Faults>;

export type Lie = keyof typeof LIES;
export type Outage = keyof typeof OUTAGES;
