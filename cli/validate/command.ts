/** `validate`: whether a configuration file is valid, without any account. */
import type { Command } from 'commander';
import type { ValidateOptions } from './run.ts';

const HELP = `
The command reads only the file. It reports every problem at once, and warns of
settings that are valid and probably not meant. "doctor" asks the vendors too.

Exit codes: 0 the file is valid; 2 it is not, or it cannot be read.

Examples:
  $ npx auth0-logs-to-azure validate
  $ npx auth0-logs-to-azure validate pipelines/prod.json
  $ npx auth0-logs-to-azure validate config.json --json | jq .problems`;

/** Adds the command to the program. */
export function addValidate(program: Command): void {
  program
    .command('validate')
    .summary('check a configuration file')
    .description('Checks a configuration file, without an account and without network.')
    .argument('[file]', 'the configuration file', 'config.json')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', HELP)
    .action(async (file: string, options: ValidateOptions) => {
      const { runValidate } = await import('./run.ts');
      process.exitCode = runValidate(file, options, Date.now());
    });
}
