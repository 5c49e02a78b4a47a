/** `init`: from nothing to a configuration and a secrets file, each answer checked. */
import type { Command } from 'commander';
import type { InitOptions } from './options.ts';

const HELP = `
The wizard asks for what is not given. Without a terminal, or with --yes or
--json, it asks nothing: an answer that is missing is an error. It checks the
credentials with a real request to Auth0 for a token and for logs, and the
destination with a post without records. Nothing is written before that.

Secrets are never options. Give them in a file that only you can read
(--credentials, --azure-secret), or in the environment: AUTH0_CLIENT_ID,
AUTH0_CLIENT_SECRET or AUTH0_PRIVATE_KEY, AZURE_CLIENT_SECRET or
AZURE_SHARED_KEY. The secrets file gets mode 0600 and is added to .gitignore.

The Azure side comes from a deployment of azure/template.json, which the Azure
CLI reads from --group. If there is none, the wizard deploys it after a yes, or
with --workspace. --outputs reads a file instead.

Exit codes: 0 written; 1 a check failed, nothing is written; 2 wrong usage or
configuration; 130 stopped by Ctrl-C, nothing is written.

Examples:
  $ npx auth0-logs-to-azure init
  $ npx auth0-logs-to-azure init --run
  $ npx auth0-logs-to-azure init --yes --domain acme.eu.auth0.com \\
      --log-retention-days 10 --credentials auth0-secret.json \\
      --group auth0-logs --alarm-email you@example.com`;

/** Adds the command to the program. */
export function addInit(program: Command): void {
  program
    .command('init')
    .summary('write a configuration and a secrets file, with questions')
    .description(
      'Asks for what a pipeline needs, checks each answer, and writes config.json and secrets.json.',
    )
    .option('--domain <domain>', 'domain of the Auth0 tenant')
    .option('--log-retention-days <days>', 'days that Auth0 keeps logs: 1, 5, 10 or 30')
    .option('--credentials <file>', 'JSON: clientId, and clientSecret or privateKey')
    .option('--group <name>', 'Azure resource group, read with the Azure CLI')
    .option('--workspace <name>', 'Log Analytics workspace, to deploy the template')
    .option('--location <region>', 'Azure region of what must be created')
    .option('--outputs <file>', 'instead of --group: outputs of the template, as JSON')
    .option('--azure-secret <file>', 'JSON: the secret of Azure, if one is needed')
    .option('--alarm-email <address...>', 'who gets the alarms, or "none"')
    .option('--name <name>', 'name of the pipeline', 'prod')
    .option('--out <file>', 'the configuration file', 'config.json')
    .option('--secrets <file>', 'the secrets file', 'secrets.json')
    .option('--force', 'replace files that exist')
    .option('--run', 'run the commands that follow')
    .option('--yes', 'ask nothing')
    .option('--json', 'ask nothing, and print the result as one JSON object')
    .addHelpText('after', HELP)
    .action(async (options: InitOptions) => {
      const { runInit } = await import('./run.ts');
      process.exitCode = await runInit(options);
    });
}
