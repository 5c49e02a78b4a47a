/** The last chapter: Azure accepts logs and stores none of them; the pipeline notices, and repairs it. */
import type { RunReport } from '../../lambda/core/report.ts';
import { counted, timeText } from '../terminal/words.ts';
import type { Scene } from './scene.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const TOO_FEW_LOGS = 'too few logs, specify a larger --logs';
const BEFORE_RESET_MS = 10 * MINUTE_MS;
/** While nothing newer is proven stored, only some logs an hour are shipped again. */
const MOST_HOURS = 6;
/** A schedule makes no more in an hour. */
const TICKS_AN_HOUR = 60;

/** What is left, where the pipeline cannot verify: nothing is dropped. */
export async function lastLogs({ say, write, catchUp }: Scene): Promise<void> {
  await write(1);
  const { logsAccepted } = await catchUp();
  say(`${counted(logsAccepted, 'log')} shipped; caught up`);
  say('the key of this API cannot query the workspace: another --destination shows a daily cap too');
}

/** Returns how many of the dropped logs got a row in the end. What is accepted and stored is counted at Azure. */
export async function dropAndRepair(scene: Scene): Promise<number> {
  const { world, say, write, catchUp } = scene;
  const { clock, azure } = world;
  const arrive = async (share: number) => {
    const [logs, rows] = [azure.received.records, azure.workspace.stored];
    const written = await write(share);
    await catchUp();
    const text = `${counted(azure.received.records - logs, 'log')} accepted, ${counted(azure.workspace.stored - rows, 'row')} stored`;
    return written > 0 ? text : TOO_FEW_LOGS;
  };
  say(
    'one hour after Azure has accepted logs, a run looks for their rows; the demo moves the clocks of functions and simulators',
  );
  clock.moveTo(nextHour(clock.now() + BEFORE_RESET_MS) - BEFORE_RESET_MS);
  const resetsAtMs = azure.workspace.useUpCap(clock.now());
  say(`${timeText(clock.now())}: other tables have used up the daily cap: ${await arrive(0.95)}`);
  clock.moveTo(resetsAtMs + MINUTE_MS);
  say(`${timeText(clock.now())}: the daily cap is reset: ${await arrive(1)}`);
  return repair(scene);
}

/** Hour after hour, until a run has found every row. */
async function repair({ world, say, tick }: Scene): Promise<number> {
  const dropped = world.notStored();
  for (let hours = 1; hours <= MOST_HOURS; hours++) {
    world.clock.moveTo(world.clock.now() + HOUR_MS + MINUTE_MS);
    const time = timeText(world.clock.now());
    const isComplete = world.notStored() === 0;
    const rows = world.azure.workspace.stored;
    let shipped = 0;
    let report: RunReport;
    let ticks = 0;
    do {
      report = await tick();
      shipped += report.logsRepaired;
    } while (world.notStored() > 0 && ++ticks < TICKS_AN_HOUR);
    if (report.verifyFault !== undefined) say(`${time}: the run cannot compare: ${report.verifyFault}`);
    else if (shipped > 0) {
      const stored = counted(world.azure.workspace.stored - rows, 'row');
      const them = shipped === 1 ? 'it' : 'them';
      say(
        `${time}: a run finds ${counted(shipped, 'log')} without a row, and ships ${them} again ("verify": "repair"): ${stored} stored`,
      );
    } else say(`${time}: a run looks again: ${counted(report.rowsNotStored, 'log')} without a row`);
    if (isComplete && report.verifyFault === undefined) break;
  }
  return dropped - world.notStored();
}

const nextHour = (ms: number): number => Math.ceil(ms / HOUR_MS) * HOUR_MS;
