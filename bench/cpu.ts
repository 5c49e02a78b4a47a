/** What a log costs in processor time, beside Azure's own library. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LAMBDA_256_MB, median, PLAIN } from './client.ts';
import { LOGS, openRuns, type Rate, shapedRecords } from './cpu-runs.ts';
import type { Mix } from './logs.ts';
import type { Bench, Row } from './report.ts';
import { besideSyslogNg } from './syslog-ng.ts';

const ROUNDS = 5;
const CONCURRENCIES = [1, 3, 5, 10];
const PEER = '@azure/monitor-ingestion';

const REMARKS = [
  'Hostile logs are the simulated tenant’s: two thirds hold other than Latin characters, one in a hundred is 20 to 53 KB long. Everyday logs are those of them that are like the answers of the real API that Auth0 has published: ASCII, 5 KB at most.',
  '"In 256 MB": with the small heap that AWS gives Node in such a function, where both spend more on collecting garbage.',
];

/** Times their best upload, by processor time. */
const WANTED: Readonly<Record<string, number>> = { 'our delivery': 1.5, 'our whole path': 1 };

export const cpu: Bench = async ({ folder, note }) => {
  if (!existsSync(join(process.cwd(), 'node_modules', PEER))) {
    throw new Error(`the peer is not installed; run npm install --no-save ${PEER}@1.2.0 and this again`);
  }
  const rows = [...(await measure(folder, 'hostile', note)), ...(await measure(folder, 'everyday', note))];
  const records = shapedRecords('hostile');
  const lines = Array.from({ length: LOGS }, (_, i) => records[i % records.length]!);
  const peer = await besideSyslogNg(folder, lines, note);
  return {
    title: 'Processor time a log',
    rows: [...rows, ...peer.rows],
    limit: { column: 'of what is wanted', atLeast: 1 },
    remarks: [...REMARKS, peer.remark],
  };
};

/** Ours and theirs by turns, so that both meet the same moments of the machine. */
async function measure(folder: string, mix: Mix, note: (row: Row) => void): Promise<Row[]> {
  const runs = await openRuns(folder, mix);
  const rates = new Map<string, Rate[]>();
  const keep = (name: string, one: Rate) => rates.set(name, [...(rates.get(name) ?? []), one]);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      keep('our delivery', await runs.ours(PLAIN));
      for (const at of CONCURRENCIES) keep(theirs(at), await runs.theirs(PLAIN, at));
      keep('our whole path', await runs.wholePath(PLAIN));
      keep('our delivery, in 256 MB', await runs.ours(LAMBDA_256_MB));
      keep('theirs, 5 at once, in 256 MB', await runs.theirs(LAMBDA_256_MB, 5));
      keep('our whole path, in 256 MB', await runs.wholePath(LAMBDA_256_MB));
    }
  } finally {
    runs.close();
  }
  const rows = rowsOf(mix, rates);
  rows.forEach(note);
  return rows;
}

const theirs = (atOnce: number) => `${PEER}, ${atOnce} at once`;

function rowsOf(mix: Mix, rates: ReadonlyMap<string, readonly Rate[]>): Row[] {
  const middle = (name: string): Rate => ({
    perCpuSecond: median(rates.get(name)!.map(one => one.perCpuSecond)),
    perSecond: median(rates.get(name)!.map(one => one.perSecond)),
  });
  const peers = CONCURRENCIES.map(at => middle(theirs(at)));
  const bestCpu = Math.max(...peers.map(one => one.perCpuSecond));
  const bestWall = Math.max(...peers.map(one => one.perSecond));
  return [...rates.keys()].map((name): Row => {
    const one = middle(name);
    return {
      logs: mix,
      what: name,
      'logs per CPU second': Math.round(one.perCpuSecond),
      'logs a second': Math.round(one.perSecond),
      '÷ their best CPU': one.perCpuSecond / bestCpu,
      '÷ their best wall': one.perSecond / bestWall,
      ...(name in WANTED && { 'of what is wanted': one.perCpuSecond / bestCpu / WANTED[name]! }),
    };
  });
}
