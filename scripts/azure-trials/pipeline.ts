import type { Log } from '../../simulator/auth0/tenant.ts';
import { LOGS_INGESTION } from '../../simulator/azure/logs-ingestion.ts';
import type { Workspace } from '../../simulator/azure/workspace.ts';
import { log, NOW_MS, type Scene, scene, type Trials } from './scene.ts';
import { collected, ingested, reported, withGuids } from './workspace-scenes.ts';

/** Text instead of a log: it ships raw. */
const UNSHAPED = 'no object' as unknown as Log;

const late = (howMany: number, lagMinutes: number, minutesAgo = 45): Scene => ({
  before: [log('s', minutesAgo + 60)],
  logs: Array.from({ length: howMany }, () => log('s', minutesAgo)),
  lagMinutes,
});

/** A post a minute, from so many minutes ago on. */
const failing = (sinceMinutes: number) =>
  Array.from({ length: sinceMinutes }, (_, index) => ingested(1, sinceMinutes - index));

/** The data collection rule reports a post that it refused. */
const refused = (stream: string): Scene =>
  reported({}, ({ operations }) =>
    operations.dcrError(NOW_MS - 60_000, {
      OperationName: 'Ingestion',
      InputStreamId: stream,
      Message: 'InvalidRecord: A record could not be processed.',
      ClientRequestId: '5ca1ab1e-0000-4000-8000-00000000000c',
    }),
  );

const CAP = { dailyCapBytes: 5000, dailyCapResetHour: 11 };
const approaching =
  (minutesAgo: number) =>
  ({ operations }: Workspace) =>
    operations.capApproaching(NOW_MS - minutesAgo * 60_000);
const LONG = { Details: 'x'.repeat(70_000) };

export const PIPELINE_TRIALS: Trials = {
  'pipeline-silent': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/data-ingestion-time',
    fires: scene(log('s', 61)),
    quiet: {
      'one log within the hour': scene(log('s', 59)),
      'logs that arrive hours late': { logs: [log('s', 300)], lagMinutes: 290 },
    },
  },
  'pipeline-late': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/data-ingestion-time',
    fires: late(10, 31),
    also: { 'after an outage of ten hours': late(10, 590, 600) },
    quiet: {
      '9 late logs': late(9, 31),
      '10 logs on time': late(10, 29),
      'they arrived two hours ago': late(10, 60, 180),
      'a first start': { ...late(10, 590, 600), before: [] },
      'a replay, after newer logs': { ...late(10, 590, 600), before: [log('s', 660), log('s', 70)] },
    },
  },
  'rows-dropped': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-monitor',
    fires: reported({ transform: 'fails' }, ingested(1, 10)),
    also: { 'after the error is muted for the hour': reported({ transform: 'fails' }, ...failing(55)) },
    quiet: {
      'errors of another rule': reported({ transform: 'fails', stream: 'Custom-Other_CL' }, ingested(1, 10)),
      // The pipeline keeps what a post did not deliver, as when the role of a new rule does not work yet.
      'posts that were refused': refused(LOGS_INGESTION.defaults.stream),
    },
  },
  'daily-cap-reached': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap',
    fires: reported(CAP, ingested(60, 50)),
    also: {
      'by the Data Collector API': reported(CAP, collected(60, 50)),
      'the operation is a GUID': withGuids(reported(CAP, ingested(60, 50))),
      'a warning afterwards is not the reset': reported(CAP, ingested(60, 50), approaching(20)),
    },
    quiet: {
      'it was reset afterwards': reported(CAP, ingested(60, 90), ingested(1, 30)),
      'less than the cap': reported(CAP, ingested(5, 50)),
      '80 % of the cap': reported(CAP, ingested(5, 50), approaching(20)),
      'it was reset afterwards, and the operation is a GUID': withGuids(
        reported(CAP, ingested(60, 90), ingested(1, 30)),
      ),
    },
  },
  'daily-cap-reset': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap',
    fires: reported(CAP, ingested(60, 90), ingested(1, 30)),
    also: {
      'by the Data Collector API': reported(CAP, collected(60, 90), collected(1, 30)),
      'the operation is a GUID': withGuids(reported(CAP, ingested(60, 90), ingested(1, 30))),
    },
    quiet: {
      '80 % of the next day’s cap': reported(CAP, ingested(60, 1530), ingested(1, 1480), approaching(20)),

      'it has not been reset': reported(CAP, ingested(60, 50)),
      'the next day reached its cap too': reported(CAP, ingested(60, 90), ingested(60, 30)),
      'no cap was reached': reported(CAP, ingested(1, 90), ingested(1, 30)),
    },
  },
  'workspace-rows-dropped': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/monitor-workspace',
    fires: reported({ tableKind: 'dcr' }, collected(1, 10)),
    also: {
      'too many columns': reported({ columnLimit: 5 }, collected(1, 10)),
      'more in one minute than the limit': reported({ ingestionRateBytesPerMinute: 1000 }, collected(60, 10)),
      'the operation is a GUID': withGuids(
        reported({ ingestionRateBytesPerMinute: 1000 }, collected(60, 10)),
      ),
    },
    quiet: {
      '80 % of the limit': reported({}, ({ operations }) => operations.rateApproaching(NOW_MS - 60_000)),
      'data of a data collection rule has no such limit': reported(
        { ingestionRateBytesPerMinute: 1000 },
        ingested(60, 10),
      ),
      'another table': reported({ tableKind: 'dcr' }, collected(1, 10, 'Other')),
      'a long value': reported({}, collected(1, 10, 'Auth0', LONG)),
    },
  },
  'fields-trimmed': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/monitor-workspace',
    fires: reported({}, ingested(1, 10, LONG)),
    also: {
      'by the Data Collector API': reported({}, collected(1, 10, 'Auth0', LONG)),
      'the operation is a GUID': withGuids(reported({}, ingested(1, 10, LONG))),
    },
    quiet: {
      'another table': reported({}, collected(1, 10, 'Other', LONG)),
      'ordinary values': reported({}, collected(1, 10)),
    },
  },
  'log-unshaped': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(UNSHAPED),
    quiet: { 'an ordinary log': scene(log('s', 5)) },
  },
};
