/** The options by which every command of the operator finds its pipelines. */
import { type Command, Option } from 'commander';

/** What `--help` of such a command says about them, below its own words. */
export const TARGET_HELP = `
A deployed stack is found by its name, in the region and with the credentials
that the AWS CLI would take.`;

const GROUP = 'Which pipelines:';

/** Adds them; what comes of it goes to openTarget as it is. */
export function addTargetOptions(command: Command): Command {
  const add = (flags: string, description: string, byDefault?: string) =>
    command.addOption(new Option(flags, description).default(byDefault).helpGroup(GROUP));
  add('--stack <name>', 'those of the deployed stack (default: "Auth0LogsToAzure")');
  add('--region <region>', 'its AWS region (default: as the AWS CLI)');
  add('--profile <name>', 'of the AWS configuration (default: as the AWS CLI)');
  add('--config <file>', 'those of this file, which "run" ships from this machine');
  add('--state <directory>', 'with --config: where "run" keeps its state', 'state');
  add('--secrets <file>', 'with --config: secrets as JSON, not the environment');
  return add('--pipeline <name>', 'only this one of several pipelines');
}
