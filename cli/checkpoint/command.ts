/** `checkpoint get` and `checkpoint set`: the place in Auth0's logs from which the next run goes on. */
import type { Command } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import type { CheckpointGetOptions } from './get.ts';
import type { CheckpointSetOptions } from './set.ts';

const GET_HELP = `
The checkpoint is the last log that is accepted by Azure or queued, with all
logs before it. Nothing is changed.
${TARGET_HELP}

Exit codes: 0 shown; 2 wrong usage, or it cannot be read.

Examples:
  $ npx auth0-logs-to-azure checkpoint get
  $ npx auth0-logs-to-azure checkpoint get --pipeline prod --json
  $ npx auth0-logs-to-azure checkpoint get --config config.json`;

const SET_HELP = `
<where> is a log id ("after this log"), a UTC date ("2026-07-01"), a time with
its zone ("2026-07-01T08:30:00Z"), how long ago ("2h", "3d"), "oldest" (all that
Auth0 still has) or "now" (after the newest log). A place in the future, or
beyond the tenant's newest log, is refused, whatever the options: nothing would
be shipped from there.

It shows how many logs Auth0 has between the old place and the new, and asks:
  back     they are sent again; the same LogId is then in Azure more than once
  forward  they are SKIPPED: never sent, unless "backfill" sends them later. It
           is the one thing here that breaks the promise to lose none, so the
           name of the pipeline has to be typed; a script gives --yes and
           --skip-logs

It is refused while a run holds the lease, and when a run has moved the
checkpoint since it was shown. Where runs are long or frequent, disable the
schedule for the time being (EventBridge Scheduler in the AWS console). Who set
it, when, from where and to where is kept: "checkpoint get" shows it.
${TARGET_HELP}

Exit codes: 0 set, or already there, or not confirmed; 1 refused, since a run
holds the lease or has moved it; 2 wrong usage, or it cannot be done; 130
interrupted.

Examples:
  $ npx auth0-logs-to-azure checkpoint set 6h --dry-run
  $ npx auth0-logs-to-azure checkpoint set 2026-07-01T08:30:00Z --pipeline prod
  $ npx auth0-logs-to-azure checkpoint set oldest --yes
  $ npx auth0-logs-to-azure checkpoint set now --yes --skip-logs`;

/** Adds the commands to the program. */
export function addCheckpoint(program: Command): void {
  const checkpoint = program
    .command('checkpoint')
    .summary('show or set the place from which the next run goes on')
    .description('The place in Auth0’s logs from which the next run of a pipeline goes on.');

  const get = checkpoint
    .command('get')
    .summary('show it, the lease and the last run')
    .description('Shows each pipeline’s checkpoint, who holds its lease, and how its last run went.')
    .option('--json', 'print one JSON document');
  addTargetOptions(get)
    .addHelpText('after', GET_HELP)
    .action(async (options: CheckpointGetOptions) => {
      const { getCheckpoint } = await import('./get.ts');
      process.exitCode = await getCheckpoint(options);
    });

  const set = checkpoint
    .command('set')
    .summary('move it back or forward')
    .description('Moves the checkpoint of one pipeline, after showing what that would do.')
    .argument('<where>', 'a log id, a date, how long ago, "oldest" or "now"')
    .option('--dry-run', 'show what it would do, and do nothing')
    .option('--yes', 'do not ask')
    .option('--skip-logs', 'with --yes: even when that skips logs')
    .option('--json', 'print one JSON document');
  addTargetOptions(set)
    .addHelpText('after', SET_HELP)
    .action(async (where: string, options: CheckpointSetOptions) => {
      const { setCheckpoint } = await import('./set.ts');
      process.exitCode = await setCheckpoint(where, options);
    });
}
