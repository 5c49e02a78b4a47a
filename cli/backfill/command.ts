/** `backfill`: a past window, shipped beside the running pipeline. */
import type { Command } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import { UsageError } from '../terminal/errors.ts';
import type { BackfillOptions } from './run.ts';

const MOST_HEADROOM = 0.9;

const HELP = `
Times are UTC: 2026-07-01, 2026-07-01T08:30:00Z, or how long ago: 30m, 2h, 3d.

What Azure does not take is put on the pipeline's own retry queue, where its
replay function (or "run") delivers it, or on its dead-letter queue.

It may be stopped or killed at any time: the same command goes on where it
stopped, by its own checkpoint under --state (also for a stack). Once a window
is done it is not shipped again; --again does. ("3d" is another window when it
is asked for tomorrow: then it is shipped.)

Logs of the window that are in Azure already will be there twice, and so may be
those of the minute after it, as Auth0 orders logs by id and not by date. Remove
them when you query: by the function Auth0Logs(), or take_any(*) by LogId.
Azure files a log that is more than two days old under the time of its receipt;
event_date has its own. Auth0 has no logs older than the tenant's retention.

A pipeline with azure.auth "federated" cannot post from here: give --config with
"client-secret" instead.
${TARGET_HELP}

Exit code: 0 every log of the window is in Azure or on a queue, 1 stopped
by a fault, 2 wrong usage or configuration, 130 stopped by Ctrl-C.

Examples:
  $ npx auth0-logs-to-azure backfill --config config.json --from 6h --dry-run
  $ npx auth0-logs-to-azure backfill --config config.json --from 2026-07-01 \\
      --to 2026-07-02
  $ npx auth0-logs-to-azure backfill --stack Auth0LogsToAzure --from 3d \\
      --headroom 0.8`;

/** Adds the command to the program. */
export function addBackfill(program: Command): void {
  const command = program
    .command('backfill')
    .summary('ship a past window once more, beside the running pipeline')
    .description(
      'Ships the logs between two times, beside the running pipeline, whose checkpoint and lease it does not touch.',
    )
    .requiredOption('--from <time>', 'where the window begins')
    .option('--to <time>', 'where it ends, itself excluded (default: now)')
    .option('--headroom <share>', 'of Auth0’s rate limit left to others, 0 to 0.9', headroom, 0.5)
    .option('--dry-run', 'only count what would be shipped')
    .option('--again', 'begin anew, though it is done or half done')
    .option('--yes', 'do not ask before it begins')
    .option('--json', 'print the result as one JSON object');
  addTargetOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: BackfillOptions) => {
      // Loaded only now: the SDKs take a while, and --help should not.
      const { runBackfill } = await import('./run.ts');
      process.exitCode = await runBackfill(options);
    });
}

/** Throws UsageError. */
function headroom(text: string): number {
  const value = /^[\d.]+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= MOST_HEADROOM) return value;
  throw new UsageError(`--headroom is "${text}"; allowed: a share, 0 to ${MOST_HEADROOM}`);
}
