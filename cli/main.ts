/** The operator's command line. A new command is a file that exports its `add…`, and a name in the list below. */
import { Command } from 'commander';
import { addAzure } from './azure.ts';
import { addDemo } from './demo.ts';
import { EXIT, reportError } from './errors.ts';
import { addRun } from './run.ts';

const COMMANDS = [addDemo, addRun, addAzure];

const HELP = `
Examples:
  $ npm start                                 the demo: no account is needed
  $ npm start -- run --config config.json     a real tenant, from this machine
  $ npm start -- run --help                   what that needs`;

const program = new Command('auth0-logs-to-azure')
  .description('Ships every Auth0 tenant log to Azure Log Analytics and Microsoft Sentinel, and loses none.')
  .option('--verbose', 'on an unexpected error, show where it happened')
  .addHelpText('after', HELP)
  // Errors are thrown, and told in one place: see errors.ts.
  .exitOverride()
  .configureOutput({ outputError: () => undefined });
for (const add of COMMANDS) add(program);

// Whoever read the output, such as "head", has gone: that is as good as a wish to end.
process.stdout.once('error', () => {
  process.stdout.on('error', () => undefined);
  if (!process.emit('SIGTERM')) process.exit(EXIT.fault);
});
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, program.opts()['verbose'] === true);
}
