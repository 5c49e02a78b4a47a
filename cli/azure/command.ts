/** `azure`: what the template of azure/ made, turned into what the pipeline needs. */
import type { Command } from 'commander';
import { UsageError } from '../terminal/errors.ts';
import type { OutputsOptions } from './outputs.ts';
import type { TrustOptions } from './trust.ts';

const OUTPUTS_HELP = `
The file contains the output of this command:
  az deployment group show -g GROUP -n auth0-logs --query properties.outputs \\
    -o json

With --config, your configuration is printed with the new settings. Only "azure"
of the pipeline changes, and the values of --log-retention-days and
--alarm-email. The name of the secret stays where a secret is needed. Without
--config, a new configuration is printed. Auth0 keeps logs for 1 day on the Free
plan, 5 days on Essentials, 10 on Professional and 30 on Enterprise.

Exit codes: 0 printed; 2 wrong usage, or the file contains no such outputs.

Examples:
  $ npx auth0-logs-to-azure azure outputs outputs.json \\
      --domain acme.eu.auth0.com --log-retention-days 10 \\
      --alarm-email you@example.com --out config.json
  $ npx auth0-logs-to-azure azure outputs outputs.json \\
      --config config.json > moved.json`;

const TRUST_HELP = `
For pipelines whose azure.auth is "federated", after their first deploy. The
command reads the roles of the stack's functions and the issuer of the account's
tokens, and deploys the part of azure/template.json that trusts them. The rest
stays as it is, and so do roles that are trusted already. If the account does
not issue tokens for roles, this is enabled, once for the account.

It needs the Azure CLI, logged in, and asks for confirmation unless --yes is
given. Entra can take 30 minutes to apply it: until then, the pipelines wait.

Exit codes: 0 done; 2 wrong usage, or AWS or Azure refused.

Examples:
  $ npx auth0-logs-to-azure azure trust --group auth0-logs --dry-run
  $ npx auth0-logs-to-azure azure trust --group auth0-logs`;

/** Adds the commands to the program. */
export function addAzure(program: Command): void {
  const azure = program
    .command('azure')
    .summary('work with a deployed azure/template.json')
    .description('Commands for the Azure deployment. See docs/azure.md.');
  azure
    .command('outputs')
    .summary('create a configuration from the outputs of a deployment')
    .description('Prints a configuration with the outputs of a deployment of azure/template.json.')
    .argument('<file>', 'the outputs of the deployment, as JSON')
    .option('--config <file>', 'configuration whose "azure" settings to replace')
    .option('--pipeline <name>', 'pipeline of --config to change, if it has several')
    .option('--domain <domain>', 'for a new configuration: domain of the Auth0 tenant')
    .option('--name <name>', 'for a new configuration: name of the pipeline', 'prod')
    .option('--log-retention-days <days>', 'days that Auth0 keeps logs: 1, 5, 10 or 30', days)
    .option('--alarm-email <address...>', 'email addresses that alarms notify')
    .option('--out <file>', 'write the configuration to this file instead of printing it')
    .option('--json', 'accepted for consistency: the output is always JSON')
    .addHelpText('after', OUTPUTS_HELP)
    .action(async (file: string, options: OutputsOptions) => {
      // Loaded only now: the configuration's checks take a while, and --help should not.
      const { printConfiguration } = await import('./outputs.ts');
      printConfiguration(file, options);
    });
  azure
    .command('trust')
    .summary('let Entra trust the AWS roles of a deployed stack')
    .description('Lets the identity that azure/template.json created trust the roles of the stack.')
    .requiredOption('--group <name>', 'Azure resource group of the deployment')
    .option('--stack <name>', 'name of the deployed stack (default: "Auth0LogsToAzure")')
    .option('--region <region>', 'AWS region (default: as the AWS CLI)')
    .option('--profile <name>', 'AWS profile (default: as the AWS CLI)')
    .option('--dry-run', 'show the roles, and change nothing')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', TRUST_HELP)
    .action(async (options: TrustOptions) => {
      const { runTrust } = await import('./trust.ts');
      process.exitCode = await runTrust(options);
    });
}

/** Throws UsageError for what is not a number; which numbers Auth0's plans have, the configuration's checks say. */
function days(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new UsageError(
    `--log-retention-days is "${text}"; allowed: a whole number of days, such as 1, 5, 10 or 30`,
  );
}
