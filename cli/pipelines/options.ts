/** The options by which every command of the operator finds its pipelines. */
import { type Command, Option } from 'commander';

/** The part of `--help` about them, below the command's own text. */
export const TARGET_HELP = `
Without --config, the command works on a deployed CloudFormation stack, in the
same region and with the same credentials as the AWS CLI.`;

const GROUP = 'Which pipelines:';

/** Adds them; what comes of it goes to openTarget as it is. */
export function addTargetOptions(command: Command): Command {
  const add = (flags: string, description: string, byDefault?: string) =>
    command.addOption(new Option(flags, description).default(byDefault).helpGroup(GROUP));
  add('--stack <name>', 'name of the deployed stack (default: "Auth0LogsToAzure")');
  add('--region <region>', 'AWS region (default: as the AWS CLI)');
  add('--profile <name>', 'AWS profile (default: as the AWS CLI)');
  add('--config <file>', 'instead of a stack: the configuration file of "run"');
  add('--state <directory>', 'with --config: the state directory of "run"', 'state');
  add('--secrets <file>', 'with --config: read secrets from this JSON file');
  return add('--pipeline <name>', 'only this pipeline');
}
