/** `backfill`: a past window, shipped beside the running pipeline. */
import type { Command } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import { UsageError } from '../terminal/errors.ts';
import type { BackfillOptions } from './run.ts';

const MOST_HEADROOM = 0.9;

const HELP = `
Times are UTC: 2026-07-01, 2026-07-01T08:30:00Z, or how long ago: 30m, 2h, 3d.

Batches that Azure does not accept go to the queues of the pipeline. Its replay
function (or "run") delivers those on the retry queue.

You can stop or kill the command at any time. The same command continues where
it stopped, from its own checkpoint under --state (also for a stack). A complete
window is not shipped again; --again ships it again. ("3d" is a different window
tomorrow, which is shipped.)

Logs of the window that are already in Azure become duplicates. So may logs of
the minute after the window, because Auth0 orders logs by id and not by date.
Remove duplicates at query time: with the function Auth0Logs(), or with
take_any(*) by LogId. If a log is more than two days old, Azure sets its
TimeGenerated to the time of receipt; event_date keeps the original time. Auth0
has no logs older than the tenant's retention.

A pipeline with azure.auth "federated" cannot post from this machine. Specify
--config with "client-secret" instead.
${TARGET_HELP}

Exit codes: 0 every log of the window is in Azure or on a queue; 1 stopped
by a fault; 2 wrong usage or configuration; 130 stopped by Ctrl-C.

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
    .summary('ship a past window again, beside the running pipeline')
    .description(
      'Ships the logs between two times. The pipeline can keep running: its checkpoint and lease are not touched.',
    )
    .requiredOption('--from <time>', 'start of the window')
    .option('--to <time>', 'end of the window, exclusive (default: now)')
    .option('--headroom <share>', 'share of Auth0’s rate limit to leave to others, 0 to 0.9', headroom, 0.5)
    .option('--dry-run', 'only count the logs that would be shipped')
    .option('--again', 'start over, even if the window is (partly) complete')
    .option('--yes', 'do not ask for confirmation')
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
