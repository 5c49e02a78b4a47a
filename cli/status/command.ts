/** `status`: how the pipelines are, for whoever was woken. */
import type { Command } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import { UsageError } from '../terminal/errors.ts';
import type { StatusOptions } from './run.ts';

const WATCH_LEAST_SECONDS = 2;
const WATCH_MOST_SECONDS = 3600;

const HELP = `${TARGET_HELP}

A pipeline is one of:
  healthy    it ships
  degraded   it needs a look: dead letters, failed batches that are an hour old,
             lag above alarms.lagMinutes, a suspected gap, no run yet or lately
             on this machine
  unhealthy  a fault stopped the last run, a deployed pipeline has had no run
             for three ticks, an alarm is in ALARM state, Auth0 will soon
             delete unshipped logs, the disk of the state directory is full
  unknown    part of it could not be asked
The reasons follow, with the section of the runbook.

Lag is counted from the later of the checkpoint's date and the last time that
Auth0 had nothing newer. The age of the oldest message is AWS's estimate.

Exit code: 0 all are healthy, 1 one is degraded or unhealthy, 2 one is unknown,
130 --watch was ended.

Examples:
  $ npx auth0-logs-to-azure status
  $ npx auth0-logs-to-azure status --stack Auth0LogsToAzure \\
      --region eu-west-1 --watch
  $ npx auth0-logs-to-azure status --config config.json
  $ npx auth0-logs-to-azure status --json | jq '.pipelines[].findings'`;

/** Adds the command to the program. */
export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .summary('how the pipelines are: lag, last run, queues, alarms')
    .description(
      'Says of each pipeline whether it is healthy, and if not, why and where to read on: lag, checkpoint, lease, last ' +
        'run, queues, alarms, Auth0’s rate limit. It changes nothing, and needs no secret.',
    );
  addTargetOptions(command)
    .option('--watch [seconds]', 'look again and again, every 10 s if not given', seconds)
    .option('--json', 'one JSON document; with --watch, one a line')
    .addHelpText('after', HELP)
    .action(async (options: StatusOptions) => {
      const { runStatus } = await import('./run.ts');
      process.exitCode = await runStatus(options);
    });
}

function seconds(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= WATCH_LEAST_SECONDS && value <= WATCH_MOST_SECONDS) return value;
  throw new UsageError(
    `--watch is "${text}"; allowed: whole seconds, ${WATCH_LEAST_SECONDS} to ${WATCH_MOST_SECONDS}`,
  );
}
