/** `dry-run`: what the next runs would ship, by real logs, with nothing posted. */
import type { Command } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import { UsageError } from '../terminal/errors.ts';
import type { DryRunOptions } from './run.ts';

const MOST_LOGS = 1_000_000;

const HELP = `
The dry run begins after the pipeline's checkpoint or, if there is none, where
the first run would begin. It posts and writes nothing and takes no lease, so
you can use it while the pipeline runs. It needs the Auth0 secret (and the
redaction key in it), but not the Azure secret. The samples are real logs,
redacted as configured.
${TARGET_HELP}

Exit codes: 0 done; 1 Auth0 could not be read; 2 wrong usage or configuration;
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
    .summary('show what would be shipped, without posting')
    .description(
      'Reads, shapes and batches real logs like a run, but posts nothing. Prints the number of logs, their batches, ' +
        'types and columns, and three sample records.',
    );
  addTargetOptions(command)
    .option('--from <time>', 'begin at this time: 2026-07-01, or how long ago: 3h, 2d')
    .option('--max <count>', 'number of logs to read, 1 to 1,000,000', wholeMax, 1000)
    .option('--full', 'show the complete sample records')
    .option('--json', 'print the result as one JSON object, with complete samples')
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
