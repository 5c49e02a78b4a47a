import type { Log } from '../../simulator/auth0/tenant.ts';
import { log, NOW_MS, type Scene, scene, type Trials } from './scene.ts';

/** Text instead of a log: it ships raw. */
const UNSHAPED = 'no object' as unknown as Log;

const late = (howMany: number, lagMinutes: number, minutesAgo = 45): Scene => ({
  logs: Array.from({ length: howMany }, () => log('s', minutesAgo)),
  lagMinutes,
});

const dropped = (stream: string): Scene => ({
  logs: [],
  others: {
    DCRLogErrors: [
      {
        TimeGenerated: new Date(NOW_MS - 60_000).toISOString(),
        OperationName: 'Transformation',
        InputStreamId: stream,
        Message: 'The column does not fit.',
      },
    ],
  },
});

export const PIPELINE_TRIALS: Trials = {
  'pipeline-silent': {
    fires: scene(log('s', 61)),
    quiet: { 'one log within the hour': scene(log('s', 59)) },
  },
  'pipeline-late': {
    fires: late(10, 31),
    also: { 'after an outage of ten hours': late(10, 590, 600) },
    quiet: {
      '9 late logs': late(9, 31),
      '10 logs on time': late(10, 29),
      'they came two hours ago': late(10, 60, 180),
    },
  },
  'rows-dropped': {
    fires: dropped('Custom-Auth0Logs_CL'),
    quiet: { 'errors of another rule': dropped('Custom-Other_CL') },
  },
  'log-unshaped': {
    fires: scene(UNSHAPED),
    quiet: { 'an ordinary log': scene(log('s', 5)) },
  },
};
