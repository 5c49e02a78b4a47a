/** Any number of logs in little memory: a few thousand real ones, repeated under ids and dates of their own. */
import { generateLogs, type Log, logIdAt } from '../simulator/auth0/tenant.ts';

export interface ManyLogs {
  /** What the tenant holds: ids and dates alone. */
  readonly logs: Iterable<Log>;
  /** The whole log as Auth0 writes it; for the simulator's option of this name. */
  readonly writeLog: (log: Log) => string;
}

export interface LogsPlan {
  readonly seed: number;
  readonly count: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly mix: Mix;
}

/**
 * `hostile`: the simulated tenant's, of which two thirds hold other than Latin characters and one in a hundred is 20 to
 * 53 KB long. `everyday`: those of them that are like the answers of the real API that Auth0 has published, which are
 * ASCII and 5 KB at most.
 */
export type Mix = 'hostile' | 'everyday';

const DIFFERENT = 2_000;
const EVERYDAY = /^[\x20-\x7e]{1,5100}$/;

/** The different ones of a mix. */
export function differentLogs({ mix, ...plan }: LogsPlan): Log[] {
  if (mix === 'hostile') return generateLogs({ ...plan, count: DIFFERENT });
  const everyday = generateLogs({ ...plan, count: DIFFERENT * 6 }).filter(log =>
    EVERYDAY.test(JSON.stringify(log)),
  );
  return everyday.slice(0, DIFFERENT);
}

/** `count` logs, evenly in [fromMs, toMs), in the order of their ids. The same seed gives the same logs. */
export function manyLogs(plan: LogsPlan): ManyLogs {
  const rests = differentLogs(plan).map(({ _id, log_id, date, ...rest }) => JSON.stringify(rest).slice(1));
  return {
    logs: stubs(plan),
    writeLog: ({ log_id: id, date }) =>
      `{"_id":"${id}","log_id":"${id}","date":"${date}",${rests[Number(id.slice(20, 38)) % rests.length]}`,
  };
}

function* stubs({ count, fromMs, toMs }: LogsPlan): Generator<Log> {
  for (let i = 0; i < count; i++) {
    const ms = Math.floor(fromMs + (i / count) * (toMs - fromMs));
    const id = logIdAt(ms, String(i).padStart(18, '0'));
    yield { _id: id, log_id: id, date: new Date(ms).toISOString(), type: 's' };
  }
}
