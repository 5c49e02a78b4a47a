/** What is not known of Auth0's logs endpoint: https://auth0.com/docs/api/management/v2/logs/get-logs */
import { AUTH0_PAGE_SIZE } from '../../lambda/core/contract.ts';
import { logDateOf, logIdOf } from '../../lambda/core/record/log.ts';
import { logIdTimeMs, syntheticLogId } from '../../lambda/core/record/log-id.ts';
import { datedBefore } from '../../lambda/edges/auth0.ts';
import { readNextLogId } from '../../lambda/edges/auth0-answer.ts';
import { duration } from '../terminal/words.ts';
import { type Auth0Asked, type Held, idsOf, isPage } from './auth0.ts';
import { lateIds } from './late-ids.ts';
import { confirmed, type Heard, type Question, questionTo, refuted, unclear } from './question.ts';
import { headerWords, type Seen, statusWords } from './seen.ts';

const SOURCE = 'https://auth0.com/docs/api/management/v2/logs/get-logs';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More than the largest burst that Auth0 documents, 50. */
const FLOOD = 70;

/** Where a tenant without logs, or with ids of another form, makes the question pointless. */
async function knowing(asked: Auth0Asked, judge: (held: Required<Held>) => Promise<Heard>): Promise<Heard> {
  const held = await asked.held();
  if (typeof held === 'string') return unclear(held);
  if (held.newestMs === undefined || held.oldestMs === undefined)
    return unclear('the tenant holds no log whose id has the known form');
  return judge(held as Required<Held>);
}

/** Whether an answer that is not a page refutes, or shows nothing. */
const noPage = (seen: Seen): Heard =>
  seen.kind === 'answer' && seen.status >= 400 && seen.status < 500 && seen.status !== 429
    ? refuted(`Auth0 refuses it: ${statusWords(seen)}`)
    : unclear(statusWords(seen));

const from = (id: string, take: number) => ({ from: id, take: String(take) });

export const AUTH0_QUESTIONS: readonly Question[] = [
  questionTo(
    'auth0',
    {
      id: 'from-future',
      asks: 'What does Auth0 answer to a `from` whose time is to come?',
      assumes: '200 with an empty array: the id is a position after every log',
      fact: 'docs/runbook.md#checkpoint-astray',
      setting: 'Auth0Options.unknownFrom.future',
      marks: [],
      dollars: 0,
    },
    (asked, { clock }) =>
      knowing(asked, async ({ prefix }) => {
        const seen = await asked.logs(from(syntheticLogId(prefix, clock.now() + DAY_MS), 1));
        if (!isPage(seen)) return noPage(seen);
        return seen.body.length === 0 ? confirmed('200 with an empty array') : refuted(statusWords(seen));
      }),
  ),
  questionTo(
    'auth0',
    {
      id: 'from-expired',
      asks: 'What does Auth0 answer to a `from` of a year ago, past every retention?',
      assumes: '200 with the oldest logs that it still has: a gap is silent',
      fact: 'docs/decisions/001-gap-and-lag-from-caught-up-time.md',
      setting: 'Auth0Options.unknownFrom.expired',
      marks: [
        { file: 'docs/reliability.md', words: 'The gap is inferred and raises an alarm' },
        { file: 'docs/runbook.md', words: 'report deleted logs, so this is inferred' },
        { file: 'docs/decisions/001-gap-and-lag-from-caught-up-time.md', words: 'A gap is inferred' },
        {
          file: 'docs/decisions/001-gap-and-lag-from-caught-up-time.md',
          words: 'A gap can only be inferred',
        },
        { file: 'docs/decisions/README.md', words: 'A gap is inferred' },
      ],
      dollars: 0,
    },
    (asked, { clock }) =>
      knowing(asked, async ({ prefix, oldestMs }) => {
        const seen = await asked.logs(from(syntheticLogId(prefix, clock.now() - 365 * DAY_MS), 1));
        if (!isPage(seen)) return noPage(seen);
        const firstMs = logIdTimeMs(idsOf(seen)[0] ?? '');
        if (firstMs === undefined) return refuted(`${statusWords(seen)}, although the tenant holds logs`);
        // Older is a position too: Auth0 deletes when it gets to it.
        const youngerMs = firstMs - oldestMs!;
        const than = youngerMs < 0 ? 'older' : 'younger';
        const words = `the first log is ${duration(Math.abs(youngerMs))} ${than} than the oldest that search shows`;
        return youngerMs < HOUR_MS ? confirmed(`200; ${words}`) : refuted(`200; ${words}`);
      }),
  ),
  questionTo(
    'auth0',
    {
      id: 'from-unknown',
      asks: 'What does Auth0 answer to a `from` that no log has, within the retention?',
      assumes: '200 with the logs after that time: an id made of a time is a position',
      fact: 'docs/how-it-works.md',
      setting: 'Auth0Options.unknownFrom.unknown',
      marks: [],
      dollars: 0,
    },
    asked =>
      knowing(asked, async ({ prefix, newestMs, oldestMs }) => {
        const id = syntheticLogId(prefix, (newestMs! + oldestMs!) / 2);
        const seen = await asked.logs(from(id, AUTH0_PAGE_SIZE));
        if (!isPage(seen)) return noPage(seen);
        const ids = idsOf(seen);
        if (ids.length === 0) return refuted(`${statusWords(seen)}, although newer logs exist`);
        const before = ids.filter(one => one <= id).length;
        return before === 0
          ? confirmed(`${statusWords(seen)}, all after the id`)
          : refuted(`${before} logs before the id`);
      }),
  ),
  questionTo(
    'auth0',
    {
      id: 'from-malformed',
      asks: 'What does Auth0 answer to a `from` that is not made of digits?',
      assumes: '400',
      fact: 'lambda/edges/auth0.ts',
      setting: 'Auth0Options.malformedFrom',
      marks: [],
      dollars: 0,
    },
    async asked => {
      const seen = await asked.logs(from('not-a-log-id', 1));
      if (isPage(seen)) return refuted(`it is not refused: ${statusWords(seen)}`);
      const is400 = seen.kind === 'answer' && seen.status === 400;
      return is400 ? confirmed(statusWords(seen)) : unclear(statusWords(seen));
    },
  ),
  questionTo(
    'auth0',
    {
      id: 'take-without-from',
      asks: 'What does `take` do without `from`?',
      assumes: 'nothing: Auth0 searches, and gives 50 logs, the newest first',
      fact: SOURCE,
      setting: 'Auth0Options.takeWithoutFrom',
      marks: [],
      dollars: 0,
    },
    asked =>
      knowing(asked, async ({ newest }) => {
        if (newest.length < 3) return unclear('the tenant holds fewer than 3 logs');
        const seen = await asked.logs({ take: '2' });
        if (!isPage(seen)) return noPage(seen);
        return seen.body.length > 2
          ? confirmed(statusWords(seen))
          : refuted(`it is obeyed: ${statusWords(seen)}`);
      }),
  ),
  questionTo(
    'auth0',
    {
      id: 'next-link',
      asks: 'Does the `Link` header of a page name the id of its last log?',
      assumes: 'yes, but nothing depends on it',
      fact: 'lambda/core/read.ts',
      setting: 'Auth0Options.nextLink',
      marks: [{ file: 'simulator/auth0', words: 'which Auth0 does not promise' }],
      dollars: 0,
    },
    (asked, { clock }) =>
      knowing(asked, async ({ prefix }) => {
        const seen = await asked.logs(from(syntheticLogId(prefix, clock.now() - 365 * DAY_MS), 2));
        if (!isPage(seen)) return unclear(statusWords(seen));
        const next = readNextLogId({ get: name => (name === 'link' ? seen.link : null) });
        if (next === undefined) return refuted('there is no Link header with rel="next" and an id');
        return next === idsOf(seen).at(-1)
          ? confirmed('it names the last log')
          : refuted('it names another id than that of the last log');
      }),
  ),
  questionTo(
    'auth0',
    {
      id: 'id-after-date',
      asks: 'How long after a log’s `date` is its id given?',
      assumes: 'up to `settleSeconds`, and never before it',
      fact: 'docs/how-it-works.md',
      setting: 'the dates of Auth0Options.logs',
      marks: [],
      dollars: 0,
    },
    async asked => {
      const held = await asked.held();
      if (typeof held === 'string') return unclear(held);
      const delays = held.newest.flatMap(log => {
        const [idMs, dateMs] = [logIdTimeMs(logIdOf(log) ?? ''), logDateOf(log)];
        return idMs === undefined || dateMs === undefined ? [] : [idMs - dateMs];
      });
      if (delays.length === 0) return unclear('no log with a date and an id of the known form');
      const [least, most] = [Math.min(...delays), Math.max(...delays)];
      const words = `from ${least} to ${most} ms after it, in ${delays.length} logs`;
      return least >= -1_000 && most <= asked.settleMs ? confirmed(words) : refuted(words);
    },
  ),
  questionTo(
    'auth0',
    {
      id: 'late-ids',
      asks: 'Do logs appear whose id is smaller than one that was served before, and how late?',
      assumes: 'at most as late as `settleSeconds`; the sweep finds those that are later',
      fact: 'docs/reliability.md',
      setting: 'TenantStore.insertLate',
      marks: [],
      dollars: 0,
    },
    (asked, asking) => knowing(asked, ({ prefix }) => lateIds(asked, prefix, asking)),
  ),
  questionTo(
    'auth0',
    {
      id: 'search-by-date',
      asks: 'Does Auth0 search for logs by date with `q`?',
      assumes: 'yes: the newest log before a time is found by one request',
      fact: 'https://auth0.com/docs/deploy-monitor/logs/log-search-query-syntax',
      setting: 'Auth0Options.searchByDate',
      marks: [],
      dollars: 0,
    },
    asked =>
      knowing(asked, async ({ newest }) => {
        const dates = newest.map(logDateOf).filter(date => date !== undefined);
        const beforeMs = Math.floor(Math.max(...dates) / 1000) * 1000;
        const seen = await asked.logs({
          page: '0',
          per_page: '10',
          sort: 'date:-1',
          q: datedBefore(beforeMs),
        });
        if (!isPage(seen)) return noPage(seen);
        if (seen.body.length === 0) return unclear('no log is older than the newest second');
        const younger = seen.body.filter(log => (logDateOf(log) ?? 0) >= beforeMs).length;
        if (younger > 0)
          return refuted(`${younger} of ${seen.body.length} logs are younger than was asked for`);
        return confirmed(`${statusWords(seen)}, all older than was asked for`);
      }),
  ),
  questionTo(
    'auth0',
    {
      id: 'throttled-headers',
      asks: 'Which headers has a 429?',
      assumes: '`x-ratelimit-limit`, `-remaining` and `-reset`, and no `Retry-After`',
      fact: 'https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy',
      setting: 'RateLimitOptions.retryAfter',
      marks: [{ file: 'simulator/auth0', words: 'which Auth0 does not promise' }],
      writes: `sends ${FLOOD} requests at once until Auth0 refuses one: for up to a minute other callers of the Management API can be refused too, and Auth0 writes a log of type api_limit`,
      dollars: 0,
    },
    async asked => {
      const all = await asked.logsAtOnce({ page: '0', per_page: '1' }, FLOOD);
      const seen = all.find(one => one.kind === 'answer' && one.status === 429);
      if (seen?.kind !== 'answer') return unclear(`none of ${FLOOD} requests was refused`);
      const { headers } = seen;
      const hasReset = ['limit', 'remaining', 'reset'].every(
        one => headers[`x-ratelimit-${one}`] !== undefined,
      );
      const words = headerWords(seen);
      return hasReset && headers['retry-after'] === undefined ? confirmed(words) : refuted(words);
    },
  ),
  questionTo(
    'auth0',
    {
      id: 'audience-case',
      asks: 'Does Auth0 give a token for an audience whose domain is in capitals?',
      assumes: 'no: the domain is compared as it is written',
      fact: 'docs/configuration.md#auth0',
      setting: 'TokenOptions.audienceCase',
      marks: [],
      writes: 'requests a token, of which Auth0 writes a log of type seccft or feccft',
      dollars: 0,
    },
    async asked => {
      const granted = await asked.tokenFor(asked.domain.toUpperCase());
      if (typeof granted === 'string') return unclear(granted);
      return granted ? refuted('a token was given') : confirmed('the token was refused');
    },
  ),
];
