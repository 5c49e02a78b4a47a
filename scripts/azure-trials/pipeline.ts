import type { Log } from '../../simulator/auth0/tenant.ts';
import { LOGS_INGESTION } from '../../simulator/azure/logs-ingestion.ts';
import { log, NOW_MS, type Scene, scene, type Trials } from './scene.ts';
import { collected, ingested, told } from './workspace-scenes.ts';

/** Text instead of a log: it ships raw. */
const UNSHAPED = 'no object' as unknown as Log;

const late = (howMany: number, lagMinutes: number, minutesAgo = 45): Scene => ({
  before: [log('s', minutesAgo + 60)],
  logs: Array.from({ length: howMany }, () => log('s', minutesAgo)),
  lagMinutes,
});

/** The rule tells of a post that it refused. */
const refused = (stream: string): Scene =>
  told({}, ({ operations }) =>
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
      'logs that arrive, hours late': { logs: [log('s', 300)], lagMinutes: 290 },
    },
  },
  'pipeline-late': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/data-ingestion-time',
    fires: late(10, 31),
    also: { 'after an outage of ten hours': late(10, 590, 600) },
    quiet: {
      '9 late logs': late(9, 31),
      '10 logs on time': late(10, 29),
      'they came two hours ago': late(10, 60, 180),
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
    fires: told(CAP, ingested(60, 50)),
    also: { 'by the Data Collector API': told(CAP, collected(60, 50)) },
    quiet: {
      'it was reset since': told(CAP, ingested(60, 90), ingested(1, 30)),
      'less than the cap': told(CAP, ingested(5, 50)),
    },
  },
  'daily-cap-reset': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap',
    fires: told(CAP, ingested(60, 90), ingested(1, 30)),
    also: { 'by the Data Collector API': told(CAP, collected(60, 90), collected(1, 30)) },
    quiet: {
      'it was not reset yet': told(CAP, ingested(60, 50)),
      'the new day is short of its cap too': told(CAP, ingested(60, 90), ingested(60, 30)),
      'no cap was reached': told(CAP, ingested(1, 90), ingested(1, 30)),
    },
  },
  'workspace-rows-dropped': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/monitor-workspace',
    fires: told({ tableKind: 'dcr' }, collected(1, 10)),
    also: {
      'too many columns': told({ columnLimit: 5 }, collected(1, 10)),
      'too much in a minute': told({ ingestionRateBytesPerMinute: 1000 }, collected(60, 10)),
    },
    quiet: {
      'data of a rule has no limit of volume': told({ ingestionRateBytesPerMinute: 1000 }, ingested(60, 10)),
      'another table': told({ tableKind: 'dcr' }, collected(1, 10, 'Other')),
      'a long value': told({}, collected(1, 10, 'Auth0', LONG)),
    },
  },
  'fields-trimmed': {
    source: 'https://learn.microsoft.com/azure/azure-monitor/logs/monitor-workspace',
    fires: told({}, ingested(1, 10, LONG)),
    also: { 'by the Data Collector API': told({}, collected(1, 10, 'Auth0', LONG)) },
    quiet: {
      'another table': told({}, collected(1, 10, 'Other', LONG)),
      'ordinary values': told({}, collected(1, 10)),
    },
  },
  'log-unshaped': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(UNSHAPED),
    quiet: { 'an ordinary log': scene(log('s', 5)) },
  },
};
