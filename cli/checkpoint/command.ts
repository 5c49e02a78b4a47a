/** `checkpoint get` and `checkpoint set`: the place in Auth0's logs from which the next run goes on. */
import type { Command } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import type { CheckpointGetOptions } from './get.ts';
import type { CheckpointSetOptions } from './set.ts';

const GET_HELP = `
The checkpoint is the last settled log: this log and all logs before it are
accepted by Azure or queued. The command changes nothing.
${TARGET_HELP}

Exit codes: 0 shown; 2 wrong usage, or the state cannot be read.

Examples:
  $ npx auth0-logs-to-azure checkpoint get
  $ npx auth0-logs-to-azure checkpoint get --pipeline prod --json
  $ npx auth0-logs-to-azure checkpoint get --config config.json`;

const SET_HELP = `
<where> is a log id ("after this log"), a UTC date ("2026-07-01"), a time with
its zone ("2026-07-01T08:30:00Z"), how long ago ("2h", "3d"), "oldest" (all that
Auth0 still has) or "now" (after the newest log). A place in the future, or
after the tenant's newest log, is always refused: no log would be shipped from
there.

The command shows how many logs Auth0 has between the old place and the new
place, and asks for confirmation:
  back     they are sent again; Azure then has the same LogId more than once
  forward  they are SKIPPED: never sent, unless "backfill" sends them later.
           No other command breaks the promise to lose no log, so you must type
           the name of the pipeline. In a script, specify --yes and --skip-logs

The command is refused while a run holds the lease, and when a run has moved the
checkpoint since it was shown. If runs are long or frequent, disable the
schedule temporarily (EventBridge Scheduler in the AWS console). "checkpoint
get" shows who set the checkpoint, when, from where and to where.
${TARGET_HELP}

Exit codes: 0 set, or already there, or not confirmed; 1 refused, because
a run holds the lease or has moved the checkpoint; 2 wrong usage, or the
checkpoint cannot be set; 130 interrupted.

Examples:
  $ npx auth0-logs-to-azure checkpoint set 6h --dry-run
  $ npx auth0-logs-to-azure checkpoint set 2026-07-01T08:30:00Z --pipeline prod
  $ npx auth0-logs-to-azure checkpoint set oldest --yes
  $ npx auth0-logs-to-azure checkpoint set now --yes --skip-logs`;

/** Adds the commands to the program. */
export function addCheckpoint(program: Command): void {
  const checkpoint = program
    .command('checkpoint')
    .summary('show or set where the next run continues')
    .description('The place in Auth0’s logs where the next run of a pipeline continues.');

  const get = checkpoint
    .command('get')
    .summary('show the checkpoint, the lease and the last run')
    .description('Shows each pipeline’s checkpoint, the owner of its lease, and the result of its last run.')
    .option('--json', 'print one JSON document');
  addTargetOptions(get)
    .addHelpText('after', GET_HELP)
    .action(async (options: CheckpointGetOptions) => {
      const { getCheckpoint } = await import('./get.ts');
      process.exitCode = await getCheckpoint(options);
    });

  const set = checkpoint
    .command('set')
    .summary('move the checkpoint back or forward')
    .description(
      'Shows the effect of moving the checkpoint of one pipeline, and moves it after confirmation.',
    )
    .argument('<where>', 'a log id, a date, how long ago, "oldest" or "now"')
    .option('--dry-run', 'show the effect, and change nothing')
    .option('--yes', 'do not ask for confirmation')
    .option('--skip-logs', 'with --yes: allow it to skip logs')
    .option('--json', 'print one JSON document');
  addTargetOptions(set)
    .addHelpText('after', SET_HELP)
    .action(async (where: string, options: CheckpointSetOptions) => {
      const { setCheckpoint } = await import('./set.ts');
      process.exitCode = await setCheckpoint(where, options);
    });
}
