import type { Log } from '../../simulator/auth0/tenant.ts';
import { LOGS_INGESTION } from '../../simulator/azure/logs-ingestion.ts';
import { log, NOW_MS, type Scene, scene, type Trials } from './scene.ts';
import { collected, ingested, reported } from './workspace-scenes.ts';

/** Text instead of a log: it ships raw. */
const UNSHAPED = 'no object' as unknown as Log;

const late = (howMany: number, lagMinutes: number, minutesAgo = 45): Scene => ({
  before: [log('s', minutesAgo + 60)],
  logs: Array.from({ length: howMany }, () => log('s', minutesAgo)),
  lagMinutes,
});

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
    fires: refused(LOGS_INGESTION.defaults.stream),
    quiet: { 'errors of another rule': refused('Custom-Other_CL') },
  },
  'daily-cap-reached': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap',
    fires: reported(CAP, ingested(60, 50)),
    also: { 'by the Data Collector API': reported(CAP, collected(60, 50)) },
    quiet: {
      'it was reset afterwards': reported(CAP, ingested(60, 90), ingested(1, 30)),
      'less than the cap': reported(CAP, ingested(5, 50)),
    },
  },
  'daily-cap-reset': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap',
    fires: reported(CAP, ingested(60, 90), ingested(1, 30)),
    also: { 'by the Data Collector API': reported(CAP, collected(60, 90), collected(1, 30)) },
    quiet: {
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
    },
    quiet: {
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
    also: { 'by the Data Collector API': reported({}, collected(1, 10, 'Auth0', LONG)) },
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
