/** `azure`: what the template of azure/ made, turned into what the pipeline needs. */
import type { Command } from 'commander';
import { UsageError } from '../terminal/errors.ts';
import type { OutputsOptions } from './outputs.ts';

const OUTPUTS_HELP = `
The file holds what this prints:
  az deployment group show -g GROUP -n auth0-logs --query properties.outputs

With --config, the settings go into the configuration that you have: only
"azure" of the pipeline changes, and what you give by --log-retention-days and
--alarm-email. The secret's name stays where one is needed. Without it, a new
configuration is printed. Auth0 keeps logs for 1 day on the free plan, 5 on
Essentials, 10 on Professional, 30 on Enterprise.

Exit code: 0 printed, 2 wrong usage, or the file holds no such outputs.

Examples:
  $ npx auth0-logs-to-azure azure outputs outputs.json \\
      --domain acme.eu.auth0.com --log-retention-days 10 \\
      --alarm-email you@example.com > config.json
  $ npx auth0-logs-to-azure azure outputs outputs.json \\
      --config config.json > moved.json`;

/** Adds the commands to the program. */
export function addAzure(program: Command): void {
  program
    .command('azure')
    .summary('make a configuration of what azure/template.json deployed')
    .description('The Azure side: see docs/azure.md.')
    .command('outputs')
    .summary('make a configuration of a deployment’s outputs')
    .description('Prints a configuration, made of the outputs of a deployment of azure/template.json.')
    .argument('<file>', 'the outputs of the deployment, as JSON')
    .option('--config <file>', 'a configuration whose "azure" is to be replaced')
    .option('--pipeline <name>', 'which of its pipelines, when there are several')
    .option('--domain <domain>', 'for a new configuration: the domain of the Auth0 tenant')
    .option('--name <name>', 'for a new configuration: the name of the pipeline', 'prod')
    .option('--log-retention-days <days>', 'how long Auth0 keeps logs: 1, 5, 10 or 30', days)
    .option('--alarm-email <address...>', 'who is notified when an alarm rings')
    .option('--json', 'as every command has it: the configuration is JSON without it, too')
    .addHelpText('after', OUTPUTS_HELP)
    .action(async (file: string, options: OutputsOptions) => {
      // Loaded only now: the configuration's checks take a while, and --help should not.
      const { printConfiguration } = await import('./outputs.ts');
      printConfiguration(file, options);
    });
}

/** Throws UsageError for what is no number; which numbers Auth0's plans have, the configuration's checks say. */
function days(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new UsageError(
    `--log-retention-days is "${text}"; allowed: a whole number of days, such as 1, 5, 10 or 30`,
  );
}
