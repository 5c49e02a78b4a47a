/** `deploy`: the stack of a configuration file, without a CDK app of one's own, and its secrets. */
import type { Command } from 'commander';
import type { DeployOptions } from './run.ts';

const HELP = `
The command runs the CDK's command line on the app of this project. It deploys
as "cdk deploy" does: it shows new permissions and asks for confirmation, unless
--yes is given.

--dry-run shows the difference to what is deployed instead. It changes nothing
in AWS, and writes the template to the folder cdk.out. Without AWS credentials
it checks the configuration, writes the template, and compares nothing.

With --secrets, it then stores each secret of the file that the configuration
names in Secrets Manager. A value that is there already is not stored again. The
values do not pass through a command line.

An account and Region need --bootstrap once; later it changes nothing.

Exit codes: 0 deployed, or the dry run is done; 1 the CDK failed; 2 wrong usage
or configuration, no credentials, or AWS refused them or a secret.

Examples:
  $ npx auth0-logs-to-azure deploy --dry-run
  $ npx auth0-logs-to-azure deploy --bootstrap --secrets secrets.json
  $ npx auth0-logs-to-azure deploy --config config.json --yes \\
      --region eu-west-1`;

/** Adds the command to the program. */
export function addDeploy(program: Command): void {
  program
    .command('deploy')
    .summary('deploy the stack into AWS, and store its secrets')
    .description('Deploys the pipelines of a configuration file with the CDK, and stores their secrets.')
    .option('--config <file>', 'the configuration file', 'config.json')
    .option('--secrets <file>', 'then store the secrets of this JSON file')
    .option('--dry-run', 'write the template, and show what would change')
    .option('-c, --context <name=value...>', 'switches of docs/setup-details.md')
    .option('--revert-drift', 'also restore what was changed or deleted by hand')
    .option('--bootstrap', 'prepare the account and Region for the CDK first')
    .option('--stack <name>', 'name of the stack, instead of that of the configuration')
    .option('--region <region>', 'AWS region (default: as the AWS CLI)')
    .option('--profile <name>', 'AWS profile (default: as the AWS CLI)')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print the result as one JSON object; the CDK prints to standard error')
    .addHelpText('after', HELP)
    .action(async (options: DeployOptions) => {
      const { runDeploy } = await import('./run.ts');
      process.exitCode = await runDeploy(options);
    });
}
