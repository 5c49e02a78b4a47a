/** The operator's command line. A new command is a file that exports its `add…`, and a name in the list below. */
import { Command } from 'commander';
import { addDemo } from './demo.ts';
import { reportError } from './errors.ts';
import { addRun } from './run.ts';

const COMMANDS = [addDemo, addRun];

const HELP = `
Examples:
  $ npm start                                      the demo: everything simulated, no account needed
  $ npm start -- run --config pipeline.json        a real tenant, from this machine
  $ npm start -- run --help                        what that needs`;

const program = new Command('auth0-logs-to-azure')
  .description('Ships every Auth0 tenant log to Azure Log Analytics and Microsoft Sentinel, and loses none.')
  .option('--verbose', 'on an unexpected error, show where it happened')
  .addHelpText('after', HELP)
  // Errors are thrown, and told in one place: see errors.ts.
  .exitOverride()
  .configureOutput({ outputError: () => undefined });
for (const add of COMMANDS) add(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, program.opts()['verbose'] === true);
}
