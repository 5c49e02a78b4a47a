/** `doctor`: everything that a pipeline needs, looked at once. */
import type { Command } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import type { DoctorOptions } from './run.ts';

const HELP = `
It changes nothing: it asks Auth0 for a token and a few pages of logs, and sends
Azure a post without a record in it. As every token does, this one leaves a log
of type "seccft" at Auth0, which is shipped like any other.

It asks with the pipeline's own secrets, from this machine. What cannot be known
from here is "not checked", with the reason, and is no error.
${TARGET_HELP}

The columns of a data collection rule can only be read with your own rights:
  $ az monitor data-collection rule list -o json > dcr.json
  $ npx auth0-logs-to-azure doctor --dcr dcr.json

  ✓ ok   ! warning   ✗ error   – not checked   → what to do

Exit codes: 0 no error; 1 an error was found, or a pipeline is unhealthy;
2 wrong usage or configuration, or nothing could be asked; 130 interrupted.

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
    .summary('find what is wrong, with what to do about it')
    .description(
      'Looks at everything that a pipeline needs, from its secrets to Azure’s answer,\nand says of each whether it is in order and what to do if not. Changes nothing.',
    );
  addTargetOptions(command)
    .option('--dcr <file>', 'the rule, as "az monitor data-collection rule" tells it')
    .option('--json', 'the findings as JSON')
    .addHelpText('after', HELP)
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('./run.ts');
      process.exitCode = await runDoctor(options);
    });
}
