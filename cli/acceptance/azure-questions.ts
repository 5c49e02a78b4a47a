/** What is not known of Azure's ingestion and of the workspace behind it. */
import { counted, duration } from '../terminal/words.ts';
import { itemIds } from './item-ids.ts';
import { confirmed, notAsked, type Question, questionTo, refuted, unclear } from './question.ts';
import { headerWords, type Seen, statusWords } from './seen.ts';

const MINUTE_MS = 60_000;
const EMPTY = Buffer.from('[]');
/** An empty array of more than 1 MiB before compression. */
const padded = () => Buffer.from(`[${' '.repeat(1_200_000)}]`);
/** As long as `doctor` waits before it calls rows missing. */
const ROWS_APPEAR_MS = 30 * MINUTE_MS;
const LOOK_EVERY_MS = 15_000;
const ROLE_EVERY_MS = 10_000;

const isAccepted = (seen: Seen) => seen.kind === 'answer' && seen.status >= 200 && seen.status < 300;
const ROW = 'posts one test record, which stays in the table (type acceptance_test)';

export const AZURE_QUESTIONS: readonly Question[] = [
  questionTo(
    'posts',
    {
      id: 'empty-array',
      asks: 'What does Azure answer to an empty array?',
      assumes: 'as to any other: 2xx. `doctor` accepts a refusal for being empty too',
      fact: 'docs/operating.md#doctor',
      setting: 'CommonSettings.emptyArray',
      marks: [],
      dollars: 0,
    },
    async ({ post, emptyRefused }) => {
      const { seen, code = '' } = await post(EMPTY);
      if (isAccepted(seen)) return confirmed(statusWords(seen));
      return emptyRefused.has(code)
        ? refuted(`it is refused: ${statusWords(seen)}`)
        : unclear(statusWords(seen));
    },
  ),
  questionTo(
    'posts',
    {
      id: 'raw-limit',
      asks: 'Does the limit of 1 MB count bytes before compression, too?',
      assumes: 'yes: 413 for 1.2 MB that compress to 2 KB. Batches are smaller, so nothing depends on it',
      fact: 'https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#logs-ingestion-api',
      setting: 'LogsIngestionSettings.logsIngestionMaxRawBytes',
      marks: [
        {
          file: 'simulator/azure',
          words: 'a peer has seen 50 MiB after decompression pass',
        },
      ],
      dollars: 0,
    },
    async ({ post, isCompressed }) => {
      if (!isCompressed) return notAsked('this API takes no compressed posts');
      const { seen } = await post(padded());
      if (seen.kind === 'answer' && seen.status === 413) return confirmed(statusWords(seen));
      return isAccepted(seen) ? refuted(statusWords(seen)) : unclear(statusWords(seen));
    },
  ),
  questionTo(
    'posts',
    {
      id: 'accepted-answer',
      asks: 'Which body and headers has the answer to an accepted post?',
      assumes: '200 or 204 with an empty body',
      fact: 'docs/reliability.md',
      setting: 'CommonSettings.acceptedAnswer',
      marks: [],
      writes: ROW,
      dollars: 0.01,
    },
    async posts => {
      const { seen } = await posts.record();
      if (seen.kind === 'none' || !isAccepted(seen)) return unclear(`not accepted: ${statusWords(seen)}`);
      const words = `${statusWords(seen)}; ${headerWords(seen)}`;
      return [200, 204].includes(seen.status) && seen.bytes === 0 ? confirmed(words) : refuted(words);
    },
  ),
  questionTo(
    'workspace',
    {
      id: 'row-appears',
      asks: 'How long after an accepted post can its row be queried?',
      assumes: 'at most 30 minutes',
      fact: 'https://learn.microsoft.com/azure/azure-monitor/logs/data-ingestion-time',
      setting: 'QuerySettings.queryDelayMs',
      marks: [],
      writes: ROW,
      dollars: 0.01,
    },
    async ({ place, posts, query }, { clock, stop }) => {
      if (!posts) return notAsked('nothing can be posted from here');
      const { logId, atMs, seen } = await posts.record();
      if (!isAccepted(seen)) return unclear(`not accepted: ${statusWords(seen)}`);
      const kql = `${place.table}\n| where ${place.logIdColumn} == '${logId}'\n| take 1`;
      while (!stop.aborted) {
        const answer = await query(kql, { fromMs: atMs - 3_600_000, toMs: clock.now() + 3_600_000 });
        const passedMs = clock.now() - atMs;
        if (answer.kind === 'rows' && answer.rows.length > 0) return confirmed(`after ${duration(passedMs)}`);
        if (answer.kind === 'fault' && answer.fault.verdict === 'denied')
          return unclear(`the workspace refuses to be read (${answer.fault.status ?? 'no login'})`);
        if (passedMs > ROWS_APPEAR_MS) return refuted(`not after ${duration(passedMs)}`);
        await clock.sleep(LOOK_EVERY_MS);
      }
      return unclear('stopped');
    },
  ),
  questionTo(
    'workspace',
    {
      id: 'hidden-table',
      asks: 'What does an identity see of a table that a condition of its role hides?',
      assumes: 'an empty table, so that emptiness proves nothing',
      fact: 'docs/decisions/023-the-workspace-is-asked-by-one-post.md',
      setting: 'QuerySettings.hiddenTable',
      marks: [
        {
          file: 'docs/decisions/023-the-workspace-is-asked-by-one-post.md',
          words: 'The answer of Azure about a table that a condition',
        },
        { file: 'simulator/azure', words: '// Not documented. The hardest case for a client.' },
      ],
      dollars: 0,
    },
    async ({ query }, { clock }) => {
      // Every workspace has rows there: https://learn.microsoft.com/azure/azure-monitor/reference/tables/usage
      const answer = await query('Usage\n| take 1', {
        fromMs: clock.now() - 14 * 86_400_000,
        toMs: clock.now(),
      });
      if (answer.kind === 'unknown-name') return refuted('the table does not exist for it');
      if (answer.kind === 'rows') {
        return answer.rows.length === 0
          ? confirmed('200 without rows')
          : unclear('it reads Usage: ask as an identity whose role has a condition (--read-as)');
      }
      const { status = 0, verdict } = answer.kind === 'fault' ? answer.fault : { verdict: 'unavailable' };
      return verdict === 'denied' && status === 403
        ? refuted('it is refused (403)')
        : unclear(`no answer (${status})`);
    },
  ),
  questionTo(
    'workspace',
    {
      id: 'item-id',
      asks: 'Has a row the same `_ItemId` in every query?',
      assumes: 'yes',
      fact: 'docs/decisions/026-one-sign-in-is-one-event.md',
      setting: 'QuerySettings.itemIds',
      marks: [
        {
          file: 'docs/decisions/026-one-sign-in-is-one-event.md',
          words: 'stable for a row, is not documented',
        },
      ],
      dollars: 0,
    },
    itemIds,
  ),
  questionTo(
    'posts',
    {
      id: 'role-flaps',
      asks: 'Once a new role assignment takes effect, does it stay in effect?',
      assumes: 'yes: 403 for up to 30 minutes, and no 403 after the first accepted post',
      fact: 'docs/runbook.md#denied-by-azure',
      setting: 'AzureSimulator.faults, 403 for some posts',
      marks: [],
      dollars: 0,
    },
    async ({ post, hasRole }, { clock, stop, roleMs }) => {
      if (!hasRole) return notAsked('this API has no roles');
      if (roleMs === 0)
        return notAsked(
          'needs a role assigned within the last minute: assign it, then specify --role-minutes 35',
        );
      const beginMs = clock.now();
      let [refusedFirst, refusedLater, posts] = [0, 0, 0];
      let acceptedMs: number | undefined;
      while (!stop.aborted && clock.now() - beginMs <= roleMs) {
        const { seen } = await post(EMPTY);
        posts++;
        if (isAccepted(seen)) acceptedMs ??= clock.now() - beginMs;
        else if (seen.kind === 'answer' && [401, 403].includes(seen.status)) {
          if (acceptedMs === undefined) refusedFirst++;
          else refusedLater++;
        }
        await clock.sleep(ROLE_EVERY_MS);
      }
      if (acceptedMs === undefined) return unclear(`none of ${counted(posts, 'post')} was accepted`);
      const words = `accepted after ${duration(acceptedMs)}; ${refusedLater} of ${posts} posts refused after that`;
      if (refusedLater > 0) return refuted(words);
      return refusedFirst > 0
        ? confirmed(words)
        : unclear('no post was refused: the role was in effect before');
    },
  ),
];
