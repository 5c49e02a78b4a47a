/** `run`: the same job against a real tenant and workspace, from one machine. */
import type { Command } from 'commander';
import type { RunOptions } from './run.ts';

const HELP = `
The configuration file contains only the names of secrets. The secrets come from
a JSON file that contains the fields of each secret under its name:
  {"auth0-logs/prod/auth0": {"clientId": "…", "clientSecret": "…"},
   "auth0-logs/prod/azure": {"clientSecret": "…"}}
or, for one pipeline and without --secrets, from environment variables:
  AUTH0_CLIENT_ID, and AUTH0_CLIENT_SECRET or AUTH0_PRIVATE_KEY (PEM)
  AZURE_CLIENT_SECRET (of Entra) or AZURE_SHARED_KEY (of the workspace)
  AUTH0_REDACTION_KEY, if a "redact" rule says "hash"

The state directory contains a SQLite file for each pipeline, with the
checkpoint, the retry queue and the dead-letter queue. It must be on a local
disk. Keep it: without it, the next run begins at auth0.startFrom. You can stop
or kill the command at any time; no log is lost.

Exit codes with --once: 0 caught up; 1 stopped by a fault; 2 wrong usage or
configuration.

Examples:
  $ npx auth0-logs-to-azure init       # writes config.json and secrets.json
  $ npx auth0-logs-to-azure run --config config.json --secrets secrets.json \\
      --once
  $ npx auth0-logs-to-azure run --config config.json --secrets secrets.json \\
      --pipeline prod --state /var/lib/logs`;

/** Adds the command to the program. */
export function addRun(program: Command): void {
  program
    .command('run')
    .summary('ship a real tenant’s logs from this machine')
    .description('Ships the logs of a real Auth0 tenant to a real Azure workspace, from this machine.')
    .requiredOption('--config <file>', 'a pipeline, or {"pipelines": […]}, as JSON')
    .option('--once', 'ship what is new and exit, instead of running on the schedule')
    .option('--state <directory>', 'directory of the checkpoint and the queues', 'state')
    .option('--secrets <file>', 'read secrets from this JSON file, not from the environment')
    .option('--pipeline <name>', 'only this pipeline')
    .option('--json', 'print one JSON object per line for each run, and text on standard error')
    .addHelpText('after', HELP)
    .action(async (options: RunOptions) => {
      // Loaded only now: the SDKs take a while, and --help should not.
      const { runPipelines } = await import('./run.ts');
      process.exitCode = await runPipelines(options);
    });
}
