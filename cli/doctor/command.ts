/** `doctor`: everything that a pipeline needs, looked at once. */
import type { Command } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import type { DoctorOptions } from './run.ts';

const HELP = `
The command changes nothing. It requests a token and a few pages of logs from
Auth0, and sends Azure a post without records. Every token request leaves a log
of type "seccft" at Auth0, which is shipped like any other log. It asks the Log
Analytics workspace for dropped rows, with the same identity as
"audit --stored", or else with your login of the Azure CLI.

The checks use the pipeline's own secrets, from this machine. A check that
cannot be made from here is "not checked", with the reason, and is not an error.
${TARGET_HELP}

To check the columns of a data collection rule, read it with your own account:
  $ az monitor data-collection rule list -o json > dcr.json
  $ npx auth0-logs-to-azure doctor --dcr dcr.json

  ✓ ok   ! warning   ✗ error   – not checked   → what to do

Exit codes: 0 no error; 1 an error was found, or a pipeline is unhealthy;
2 wrong usage or configuration, or nothing could be read; 130 interrupted.

Examples:
  $ npx auth0-logs-to-azure doctor
  $ npx auth0-logs-to-azure doctor --stack MyLogs --region eu-west-1 \\
      --pipeline prod
  $ npx auth0-logs-to-azure doctor --config config.json --secrets secrets.json
  $ npx auth0-logs-to-azure doctor --json | jq .errors`;

/** Adds the command to the program. */
export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .summary('find what is wrong, and how to fix it')
    .description(
      'Checks everything that a pipeline needs, from its secrets to Azure’s answer, and\nprints what to do about each problem. Changes nothing.',
    );
  addTargetOptions(command)
    .option('--dcr <file>', 'output of "az monitor data-collection rule list"')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', HELP)
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('./run.ts');
      process.exitCode = await runDoctor(options);
    });
}
