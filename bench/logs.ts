/** Any number of logs in little memory: a few thousand real ones, repeated under ids and dates of their own. */
import { generateLogs, type Log, logIdAt } from '../simulator/tenant.ts';

export interface ManyLogs {
  /** What the tenant holds: ids and dates alone. */
  readonly logs: Iterable<Log>;
  /** The whole log as Auth0 writes it; for the simulator's option of this name. */
  readonly writeLog: (log: Log) => string;
}

const DIFFERENT = 2_000;

/** `count` logs, evenly in [fromMs, toMs), in the order of their ids. The same seed gives the same logs. */
export function manyLogs(plan: { seed: number; count: number; fromMs: number; toMs: number }): ManyLogs {
  const rests = generateLogs({ ...plan, count: DIFFERENT }).map(({ _id, log_id, date, ...rest }) =>
    JSON.stringify(rest).slice(1),
  );
  return {
    logs: stubs(plan),
    writeLog: ({ log_id: id, date }) =>
      `{"_id":"${id}","log_id":"${id}","date":"${date}",${rests[Number(id.slice(20, 38)) % DIFFERENT]}`,
  };
}

function* stubs({ count, fromMs, toMs }: { count: number; fromMs: number; toMs: number }): Generator<Log> {
  for (let i = 0; i < count; i++) {
    const ms = Math.floor(fromMs + (i / count) * (toMs - fromMs));
    const id = logIdAt(ms, String(i).padStart(18, '0'));
    yield { _id: id, log_id: id, date: new Date(ms).toISOString(), type: 's' };
  }
}
