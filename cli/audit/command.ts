/** `audit`: is every log of a window accepted by Azure or queued, and if not, which ones are missing? */
import { type Command, Option } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import type { AuditOptions } from './run.ts';

const WORKSPACE = 'What the workspace has stored:';

const HELP = `
Times are UTC: 2026-07-01, 2026-07-01T08:30:00Z, or how long ago: 30m, 2h, 3d.

It changes nothing, and may go on beside a running pipeline, to which it leaves
half of Auth0's rate limit. For each batch the pipeline enters in a ledger which
logs were accepted by Azure, excluded, or put on a queue; a month of it is kept
in the function's log group, or under --state. What "backfill" has shipped from
this machine counts too: for a stack, say with --state where it was.

  settled    some entry of the ledger holds it
  not yet    after the checkpoint, or late: the next run or sweep will take it
  overdue    of those after the checkpoint: older than the lag alarm allows
  not known  older than the ledger, which cannot vouch for it
  unsure     of a batch of which more logs (about 35) are missing, or deleted by
             Auth0 meanwhile, than can be told apart
  missing    no entry holds it: by the ledger it was neither accepted nor queued

The ledger proves that Azure accepted a log. Azure can drop it afterwards: at
the daily cap, into a table of another kind. --stored asks the Log Analytics
workspace for each log of the window. What is "not stored" was accepted longer
ago than --ingestion-delay. It is asked as the application of AZURE_TENANT_ID,
AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or else as the pipeline if it has a
client secret, or else as you: by "az account get-access-token". Whoever asks
needs the role Log Analytics Data Reader.
${TARGET_HELP}

Exit code: 0 nothing is missing, 1 a log is missing, not stored, overdue, or
cannot be vouched for, or the pipeline has never run, 2 wrong usage, or a side
could not be asked, 130 stopped by Ctrl-C.

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
    .summary('count a window at both ends, and name the logs that are missing')
    .description(
      'Compares what Auth0 serves of a window with what the pipeline has accepted or holds of it, and names the ' +
        'logs that are missing, with the command that ships them.',
    )
    .requiredOption('--from <time>', 'where the window begins')
    .option('--to <time>', 'where it ends, itself excluded (default: now)')
    .option('--ids <file>', 'write every missing log id into this file, one a line')
    .option('--json', 'print one JSON document');
  const asking = (flags: string, description: string) => new Option(flags, description).helpGroup(WORKSPACE);
  command
    .addOption(asking('--stored', 'ask the workspace, too: accepted is not yet stored'))
    .addOption(asking('--workspace <id>', 'its id (default: azure.workspaceId)'))
    .addOption(
      asking('--read-as <who>', 'whose identity asks (default: see below)').choices([
        'environment',
        'pipeline',
        'az',
      ]),
    )
    .addOption(asking('--ingestion-delay <time>', 'how long a row may take').default('30m'));
  addTargetOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: AuditOptions) => {
      // Loaded only now: the SDKs take a while, and --help should not.
      const { runAudit } = await import('./run.ts');
      process.exitCode = await runAudit(options);
    });
}
