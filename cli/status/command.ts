/** `status`: the health of the pipelines, for the operator on call. */
import { type Command, Option } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import { UsageError } from '../terminal/errors.ts';
import { portOf } from '../web/port.ts';
import type { StatusOptions } from './run.ts';

const WATCH_LEAST_SECONDS = 2;
const WATCH_MOST_SECONDS = 3600;

const HELP = `${TARGET_HELP}

A pipeline is one of:
  healthy    it ships logs
  degraded   it needs attention: dead letters, failed batches that are an hour
             old, lag above alarms.lagMinutes, a suspected gap, no run yet or
             no recent run on this machine
  unhealthy  a fault stopped the last run, a deployed pipeline has had no run
             for three ticks, an alarm is in ALARM state, Auth0 will soon
             delete unshipped logs, the disk of the state directory is full
  unknown    some of the state could not be read
The output shows the reasons, and the section of the runbook to read.

Lag is the time since the date of the checkpoint, or since Auth0 last had no
newer log, whichever is shorter. The age of the oldest message is an estimate by
AWS.

Exit codes: 0 all are healthy; 1 one is degraded or unhealthy; 2 one is unknown;
130 --watch or --web was stopped.

Examples:
  $ npx auth0-logs-to-azure status
  $ npx auth0-logs-to-azure status --stack Auth0LogsToAzure \\
      --region eu-west-1 --watch
  $ npx auth0-logs-to-azure status --config config.json --web
  $ npx auth0-logs-to-azure status --json | jq '.pipelines[].findings'`;

/** Adds the command to the program. */
export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .summary('show health, lag, last run, queues and alarms')
    .description(
      'Shows whether each pipeline is healthy and, if not, why and what to read: lag, checkpoint, lease, last run, ' +
        'queues, alarms, Auth0’s rate limit. Changes nothing, and needs no secret.',
    );
  addTargetOptions(command)
    .option('--watch [seconds]', 'repeat; every 10 s by default', seconds)
    .addOption(
      new Option('--web [port]', 'serve a page on this machine alone; on any port by default')
        .argParser(portOf)
        .conflicts(['watch', 'json']),
    )
    .option('--json', 'print one JSON document; with --watch, one per line')
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
