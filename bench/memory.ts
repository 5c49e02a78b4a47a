/** Whether memory depends on how many logs there are. */
import type { RunReport } from '../lambda/core/report.ts';
import { KINDS, type Kind } from '../simulator/azure/apis.ts';
import { median, mustBeCaughtUp, once, shipTask } from './client.ts';
import { openWorld } from './open-world.ts';
import type { Bench, Row } from './report.ts';

const FEW = 10_000;
/** The short run is over before its memory has settled: the median of several. */
const FEW_ROUNDS = 9;
const MANY = 1_000_000;
const MIB = 2 ** 20;

export const memory: Bench = async ({ folder, note }) => {
  const rows: Row[] = [];
  for (const kind of KINDS) {
    const peaks: number[] = [];
    while (peaks.length < FEW_ROUNDS) peaks.push(await peakMiB(folder, kind, FEW));
    const few = median(peaks);
    const many = await peakMiB(folder, kind, MANY);
    rows.push({ destination: kind, '10,000 logs MiB': few, '1,000,000 logs MiB': many, ratio: many / few });
    note(rows.at(-1)!);
  }
  return { title: 'Memory', rows, limit: { column: 'ratio', atMost: 1.15 } };
};

async function peakMiB(folder: string, kind: Kind, logs: number): Promise<number> {
  const world = await openWorld({ kind, logs });
  try {
    const taken = await once<RunReport>(folder, world.env, shipTask(folder, 1_800_000));
    mustBeCaughtUp(taken.result, logs);
    return taken.peakBytes / MIB;
  } finally {
    await world.close();
  }
}
