import { expect, test } from 'vitest';
import { reasonsFor, storedReasons } from '../../../cli/pipelines/stored-reasons.ts';
import type { QueryAnswer, Row, Span } from '../../../lambda/core/workspace.ts';

const NOW = Date.parse('2030-05-15T12:00:00Z');
const SPAN = { fromMs: NOW - 86_400_000, toMs: NOW };
const at = (hour: number) => `2030-05-15T0${hour}:00:00Z`;
const row = (Operation: string, Message: string, hour: number): Row => ({
  ...{ Operation, Message, Times: 2 },
  ...{ First: at(hour), Last: at(hour + 1) },
});

const depending = (...answers: QueryAnswer[]) => {
  const clock = { now: () => NOW, sleep: async () => undefined };
  const place = { table: 'Auth0Logs_CL', logIdColumn: 'LogId', stream: 'Custom-Auth0Logs_CL' };
  const reader = { query: async () => answers.shift()! };
  return { reader, place, clock, random: () => 0.5 };
};
const asked = (...answers: QueryAnswer[]) => storedReasons(depending(...answers), SPAN);
/** Names of the causes that may explain why rows accepted at noon, or until an hour later, are not stored. */
async function causes(operations: readonly Row[], errors: readonly Row[] = [], untilMs = NOW) {
  const answers = [operations, errors].map(rows => ({ kind: 'rows', rows }) as const);
  const found = await reasonsFor(depending(...answers), { fromMs: NOW, toMs: untilMs });
  if (found.kind !== 'found') throw new Error(found.kind);
  return found.value.reasons.map(({ cause, message }) => cause?.name ?? message);
}
const STATUS = 'Data collection Status';
const once = (operation: string, message: string, agoMs: number): Row => ({
  ...{ Operation: operation, Message: message, Times: 1 },
  ...{ First: iso(NOW - agoMs), Last: iso(NOW - agoMs) },
});
const iso = (ms: number) => new Date(ms).toISOString();
const HOUR = 3_600_000;
const STOPPED =
  'Data collection stopped due to daily limit of free data reached. Ingestion status = OverQuota';
const STARTED = 'Data collection started due to new day. Ingestion status = RespectQuota';

const NOTHING: QueryAnswer = { kind: 'rows', rows: [] };

test('messages about drops of this table, the earliest first, each with its cause', async () => {
  const operations = [
    row('Data collection Status', 'Data collection stopped due to daily limit', 5),
    row('Custom log', 'Data of type Other_CL was dropped', 4),
    row('Something new', 'Data of type Auth0Logs_CL was dropped', 3),
  ];
  const found = await asked(
    { kind: 'rows', rows: operations },
    { kind: 'rows', rows: [row('Transformation', 'An error occurred', 2)] },
  );
  expect(found).toMatchObject({
    kind: 'found',
    value: {
      reasons: [
        { from: 'DCRLogErrors', cause: { name: 'transformation' }, firstAtMs: Date.parse(at(2)) },
        { from: '_LogOperation', operation: 'Something new', cause: undefined },
        { from: '_LogOperation', cause: { name: 'over-quota' }, times: 2 },
      ],
      unread: [],
    },
  });
});

test('a table of messages that was not read is named', async () => {
  const unknown: QueryAnswer = { kind: 'unknown-name', name: '_LogOperation' };
  const found = await asked(unknown, { kind: 'too-much', message: 'too large' });
  expect(found).toMatchObject({
    value: {
      reasons: [],
      unread: [{ from: '_LogOperation' }, { from: 'DCRLogErrors', why: 'too large' }],
    },
  });
});

// https://github.com/MicrosoftDocs/azure-docs/blob/main/articles/azure-monitor/logs/monitor-workspace.md, and its older versions
test('a warning at 80 % drops nothing; what stops the ingestion is told apart', async () => {
  const rate = 'The data ingestion volume rate crossed';
  const said = [
    once('Ingestion rate', `${rate} 80% of the threshold in your workspace: 4.00 MB per one minute`, HOUR),
    once(STATUS, 'Ingestion status = ApproachingQuota', HOUR),
    once(STATUS, STARTED, 3 * HOUR),
  ];
  expect(await causes(said)).toEqual([]);
  const dropped = `${rate} the threshold in your workspace: 6.00 MB per one minute and data has been dropped.`;
  expect(await causes([...said, once('Ingestion rate', dropped, HOUR)])).toEqual(['ingestion-rate']);
  expect(await causes([once(STATUS, 'Ingestion status = SubscriptionSuspended', HOUR)])).toEqual([
    'ingestion-off',
  ]);
  expect(await causes([once(STATUS, STOPPED, HOUR)])).toEqual(['over-quota']);
});

test('a cause that was over before the rows were accepted explains nothing', async () => {
  const stop = once(STATUS, STOPPED, 10 * HOUR);
  expect(await causes([stop])).toEqual(['over-quota']);
  expect(await causes([stop, once(STATUS, STARTED, 8 * HOUR)])).toEqual([]);
  // The cap was reached again, or resumed while rows were accepted.
  expect(
    await causes([stop, once(STATUS, STARTED, 8 * HOUR), once(STATUS, `${STOPPED}.`, 2 * HOUR)]),
  ).toEqual(['over-quota']);
  expect(await causes([stop, once(STATUS, STARTED, -HOUR / 2)], [], NOW + HOUR)).toEqual(['over-quota']);
  expect(await causes([], [once('Transformation', 'x', 3 * HOUR)])).toEqual([]);
  expect(
    await causes([once('Ingestion rate', 'the ingestion volume rate: data has been dropped', 7 * HOUR)]),
  ).toEqual([]);
});

test('several causes in one hour are all named', async () => {
  const columns =
    'Data of type Auth0Logs_CL was dropped because number of fields 501 is above the limit of 500';
  expect(
    await causes(
      [once(STATUS, STOPPED, HOUR / 2), once('Maximum table column count', columns, HOUR / 3)],
      [once('Transformation', 'x', HOUR / 4)],
    ),
  ).toEqual(['over-quota', 'too-many-columns', 'transformation']);
});

test('only messages that can be about these rows are asked for', async () => {
  const spans: Span[] = [];
  const d = depending();
  const reader = {
    query: async (_: string, span: Span): Promise<QueryAnswer> => {
      spans.push(span);
      return { kind: 'rows', rows: [] };
    },
  };
  await reasonsFor({ ...d, reader }, { fromMs: NOW - HOUR, toMs: NOW });
  const span = { fromMs: NOW - 25 * HOUR, toMs: NOW + HOUR };
  expect(spans).toEqual([span, span]);
});

test('messages that drop nothing are no reasons, also where the operation is a GUID', async () => {
  const guid = '995abe77-99ad-4625-9b17-10f3023cc330';
  const harmless = [
    "The following fields' values Details of type Auth0Logs_CL have been trimmed to the max allowed size, 65536 bytes.",
    'Data collection started due to new day. Ingestion status = RespectQuota',
    'Data collection. Ingestion status = ApproachingQuota',
    'The data ingestion volume rate reached 80% of the threshold in your workspace.',
  ].map(message => row(guid, message, 1));
  const dropped =
    'The data ingestion volume rate crossed the threshold in your workspace: 4.10 MB per one minute and data has been dropped.';
  const found = await asked({ kind: 'rows', rows: [...harmless, row(guid, dropped, 2)] }, NOTHING);
  expect(found).toMatchObject({ value: { reasons: [{ cause: { name: 'ingestion-rate' } }] } });
});
