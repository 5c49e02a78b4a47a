/** How the demo ended: counted at both ends of the way, not by the pipeline itself. */
import Table from 'cli-table3';
import type { Kind } from '../../simulator/azure/apis.ts';
import { counted } from '../terminal/words.ts';
import type { DemoScreen } from './screen.ts';
import type { StoryEnd } from './story.ts';
import type { DemoWorld } from './world.ts';

/** What `--json` prints. */
export interface DemoResult {
  readonly destination: Kind;
  readonly seed: number;
  /** Logs that the tenant wrote. */
  readonly generated: number;
  /** Rows in Azure. */
  readonly accepted: number;
  /** Different logs among them. */
  readonly unique: number;
  readonly duplicates: number;
  readonly deadLettered: { readonly now: number; readonly replayed: number };
  /** Messages on the retry queue. */
  readonly retryQueue: number;
  /** Logs that are neither in Azure nor on a queue. */
  readonly missing: number;
  readonly ticks: number;
  readonly seconds: number;
  /** Every log is in Azure, and no queue holds any. */
  readonly ok: boolean;
}

export async function resultOf(
  world: DemoWorld,
  story: StoryEnd & {
    readonly destination: Kind;
    readonly seed: number;
    readonly seconds: number;
  },
): Promise<DemoResult> {
  const { destination, seed, seconds, ticks, deadLettersReplayed } = story;
  const { received } = world.azure;
  const { retry, 'dead-letter': dead } = await world.aws.queueDepths();
  const held = await world.heldLogIds();
  let missing = 0;
  for (const id of world.auth0.tenant.ids()) if (!received.has(id) && !held.has(id)) missing++;
  return {
    destination,
    seed,
    generated: world.auth0.tenant.ids().size,
    accepted: received.records,
    unique: received.unique,
    duplicates: received.duplicates,
    deadLettered: { now: dead, replayed: deadLettersReplayed },
    retryQueue: retry,
    missing,
    ticks,
    seconds,
    ok: missing === 0 && retry === 0 && dead === 0,
  };
}

/** The table, the verdict and where to read on. */
export function showResult(result: DemoResult, { line, colors }: DemoScreen): void {
  const number = new Intl.NumberFormat('en').format;
  const table = new Table({
    colAligns: ['left', 'right', 'left'],
    // No colours of its own, and no lines between the rows.
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  table.push(
    ['generated', number(result.generated), 'logs written by the simulated tenant'],
    ['accepted', number(result.accepted), 'rows in the simulated workspace'],
    ['  unique', number(result.unique), 'different logs among them'],
    ['  duplicates', number(result.duplicates), 'the same LogId once more'],
    [
      'dead-lettered',
      number(result.deadLettered.now),
      `on that queue now; ${number(result.deadLettered.replayed)} replayed before`,
    ],
    ['retry queue', number(result.retryQueue), 'messages left on it'],
    ['missing', number(result.missing), 'neither in Azure nor on a queue'],
  );
  line('');
  line(table.toString());
  line(verdictOf(result, colors));
  line('');
  line(
    'Read on in README.md and docs/how-it-works.md.\nA real tenant from this machine: npm start -- run --help',
  );
}

function verdictOf(result: DemoResult, colors: DemoScreen['colors']): string {
  const { ok, missing, duplicates, unique, retryQueue, deadLettered, seconds, ticks } = result;
  if (missing > 0)
    return colors.red(
      colors.bold(`LOST: ${counted(missing, 'log')} missing. That is a bug: please report it.`),
    );
  if (!ok) {
    const left = retryQueue + deadLettered.now;
    return colors.yellow(
      `Nothing is lost, but ${counted(left, 'message')} should not be on a queue any more.`,
    );
  }
  const time = `${counted(ticks, 'tick')}, ${seconds.toFixed(1)} s`;
  const repeated =
    duplicates > 0
      ? `\n${counted(duplicates, 'duplicate')}, by the lost answer: to be removed at query time, by LogId.`
      : '';
  return `${colors.green(colors.bold(`Nothing is lost: ${counted(unique, 'log')} in Azure`))} (${time}).${repeated}`;
}
