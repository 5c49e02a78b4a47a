/** `dry-run`: what the next runs would ship, by real logs, with nothing posted. */
import type { Command } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import { UsageError } from '../terminal/errors.ts';
import type { DryRunOptions } from './run.ts';

const MOST_LOGS = 1_000_000;

const HELP = `
It begins after the pipeline's checkpoint, or where the first run would begin if
there is none. It changes nothing: nothing is posted or written, and no lease is
taken, so that it may go on beside a running pipeline. It needs the secret of
Auth0 (and the redaction key in it), and none of Azure. The samples are real
logs, redacted as the configuration says.
${TARGET_HELP}

Exit code: 0 done, 1 Auth0 could not be read, 2 wrong usage or configuration,
130 stopped by Ctrl-C.

Examples:
  $ npx auth0-logs-to-azure dry-run --config config.json
  $ npx auth0-logs-to-azure dry-run --config config.json --from 3h --max 5000
  $ npx auth0-logs-to-azure dry-run --stack Auth0LogsToAzure \\
      --region eu-west-1 --full
  $ npx auth0-logs-to-azure dry-run --config config.json --json`;

/** Adds the command to the program. */
export function addDryRun(program: Command): void {
  const command = program
    .command('dry-run')
    .summary('show what would be shipped: real logs, and nothing posted')
    .description(
      'Reads, shapes and batches real logs as a run would, and posts nothing. Prints how many would go, in which ' +
        'batches, types and columns, and three sample records.',
    );
  addTargetOptions(command)
    .option('--from <time>', 'begin there instead: 2026-07-01, or how long ago: 3h, 2d')
    .option('--max <count>', 'logs to read, 1 to 1,000,000', wholeMax, 1000)
    .option('--full', 'show the sample records whole')
    .option('--json', 'print the result as one JSON object, samples whole')
    .addHelpText('after', HELP)
    .action(async (options: DryRunOptions) => {
      // Loaded only now: the SDKs take a while, and --help should not.
      const { runDryRun } = await import('./run.ts');
      process.exitCode = await runDryRun(options);
    });
}

/** Throws UsageError. */
function wholeMax(text: string): number {
  const value = /^[\d,_]+$/.test(text) ? Number(text.replaceAll(/[,_]/g, '')) : Number.NaN;
  if (value >= 1 && value <= MOST_LOGS) return value;
  throw new UsageError(`--max is "${text}"; allowed: a whole number, 1 to 1,000,000`);
}
