/** `audit`: is every log of a window accepted by Azure or queued, and if not, which ones are missing? */
import { type Command, Option } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import type { AuditOptions } from './run.ts';

const WORKSPACE = 'What the workspace has stored:';

const HELP = `
Times are UTC: 2026-07-01, 2026-07-01T08:30:00Z, or how long ago: 30m, 2h, 3d.

The audit changes nothing, and you can run it while the pipeline runs. It leaves
half of Auth0's rate limit to the pipeline. For each batch, the pipeline writes
a ledger entry: the logs that Azure accepted, that were excluded, and that were
queued. The ledger is kept for a month, in the function's log group or under
--state. Logs that "backfill" shipped from this machine count too; for a stack,
specify the state directory of the backfill with --state.

  settled    in a ledger entry
  not yet    after the checkpoint, or late: the next run or sweep ships it
  overdue    of those after the checkpoint: older than the threshold of the
             alarm "lag"
  not known  older than the ledger, which cannot verify it
  unsure     in a batch with so many logs missing, or deleted by Auth0 since
             (more than about 35), that the audit cannot identify them
  missing    in no ledger entry: neither accepted nor queued

The ledger proves that Azure accepted a log. Azure can drop an accepted log: at
the daily cap, for example. --stored looks for each log of the window in the Log
Analytics workspace. A log is "not stored" if Azure accepted it longer ago than
--ingestion-delay. For the table of a data collection rule, it also compares
how many rows have a value in each column. The query runs as the application of
AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET if all three are set.
Otherwise it runs as the pipeline if that has a client secret, or else as you,
with a token from "az account get-access-token". The identity needs the role Log
Analytics Data Reader.
${TARGET_HELP}

Exit codes: 0 nothing is missing; 1 a log is missing, not stored, overdue, a
dead letter or unverified, rows lack values, a part of the window is older than
Auth0's retention, or the pipeline has never run; 2 wrong usage, or Auth0, the
ledger or the workspace could not be read; 130 stopped by Ctrl-C.

Examples:
  $ npx auth0-logs-to-azure audit --from 1d
  $ npx auth0-logs-to-azure audit --from 2026-07-01 --to 2026-07-02 \\
      --ids missing.txt
  $ npx auth0-logs-to-azure audit --from 2d --to 1d --stored
  $ npx auth0-logs-to-azure audit --config config.json --from 6h --json`;

/** Adds the command to the program. */
export function addAudit(program: Command): void {
  const command = program
    .command('audit')
    .summary('compare a time window with the ledger, and list missing logs')
    .description(
      'Compares the logs that Auth0 serves for a time window with the logs that the pipeline has settled. Lists ' +
        'the missing logs, and prints the command that ships them.',
    )
    .requiredOption('--from <time>', 'start of the window')
    .option('--to <time>', 'end of the window, exclusive (default: now)')
    .option('--ids <file>', 'write every missing log id to this file, one per line')
    .option('--json', 'print one JSON document');
  const asking = (flags: string, description: string) => new Option(flags, description).helpGroup(WORKSPACE);
  command
    .addOption(asking('--stored', 'also check that the logs are in the workspace'))
    .addOption(asking('--workspace <id>', 'workspace id (default: azure.workspaceId)'))
    .addOption(
      asking('--read-as <who>', 'identity that reads it (default: see below)').choices([
        'environment',
        'pipeline',
        'az',
      ]),
    )
    .addOption(asking('--ingestion-delay <time>', 'how long a row may take to appear').default('30m'));
  addTargetOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: AuditOptions) => {
      // Loaded only now: the SDKs take a while, and --help should not.
      const { runAudit } = await import('./run.ts');
      process.exitCode = await runAudit(options);
    });
}
