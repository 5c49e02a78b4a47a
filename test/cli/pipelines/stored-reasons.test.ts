import { expect, test } from 'vitest';
import { storedReasons } from '../../../cli/pipelines/stored-reasons.ts';
import type { QueryAnswer, Row } from '../../../lambda/core/workspace.ts';

const NOW = Date.parse('2030-05-15T12:00:00Z');
const SPAN = { fromMs: NOW - 86_400_000, toMs: NOW };
const at = (hour: number) => `2030-05-15T0${hour}:00:00Z`;
const row = (Operation: string, Message: string, hour: number): Row => ({
  ...{ Operation, Message, Times: 2 },
  ...{ First: at(hour), Last: at(hour + 1) },
});

const asked = (...answers: QueryAnswer[]) => {
  const clock = { now: () => NOW, sleep: async () => undefined };
  const place = { table: 'Auth0Logs_CL', logIdColumn: 'LogId', stream: 'Custom-Auth0Logs_CL' };
  const reader = { query: async () => answers.shift()! };
  return storedReasons({ reader, place, clock, random: () => 0.5 }, SPAN);
};

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
