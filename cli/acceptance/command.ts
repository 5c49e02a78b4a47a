/** `acceptance`: asks real vendors what documents and simulators only assume. */
import { type Command, Option } from 'commander';
import { addTargetOptions, TARGET_HELP } from '../pipelines/options.ts';
import { UsageError } from '../terminal/errors.ts';
import type { AcceptanceOptions } from './run.ts';

const HELP = `
Each answer confirms or refutes an assumption, and names the fact and the
setting of the simulators that depends on it. --list shows all questions.

Before a question that writes or disturbs something, the command asks you;
without a terminal, it does not ask such a question unless --yes is given.
Everything together costs less than a dollar. The report names no tenant,
workspace, account or user and quotes no log: check it, then attach it to an
issue.
${TARGET_HELP}

Exit codes: 0 nothing was refuted; 1 an assumption was refuted, or none was
confirmed; 2 wrong usage or configuration; 130 stopped by Ctrl-C, with a report
of what was asked.

Examples:
  $ npx auth0-logs-to-azure acceptance --list
  $ npx auth0-logs-to-azure acceptance --stack Auth0LogsToAzure \\
      --region eu-west-1 --workspace 00000000-0000-0000-0000-000000000000
  $ npx auth0-logs-to-azure acceptance --config config.json \\
      --secrets secrets.json --only from-future,from-expired
  $ npx auth0-logs-to-azure acceptance --config config.json --only role-flaps \\
      --role-minutes 35`;

/** Adds the command to the program. */
export function addAcceptance(program: Command): void {
  const command = program
    .command('acceptance')
    .summary('ask real accounts what is only assumed')
    .description(
      'Asks a real tenant, workspace and stack every question that the documents and simulators mark as not proven, ' +
        'and writes a report for an issue.',
    );
  addTargetOptions(command)
    .option('--list', 'show the questions, and ask none')
    .option('--only <ids>', 'only these questions, separated by commas', words)
    .option('--yes', 'agree to every question that writes')
    .option(
      '--watch-minutes <count>',
      'how long to watch for late ids, 1 to 1440',
      minutes('--watch-minutes', 1),
      10,
    )
    .option(
      '--role-minutes <count>',
      'how long to watch a new role, 0 to 1440',
      minutes('--role-minutes', 0),
      0,
    )
    .option('--workspace <id>', 'workspace id (default: azure.workspaceId)')
    .addOption(
      new Option('--read-as <who>', 'identity that reads the workspace').choices([
        'environment',
        'pipeline',
        'az',
      ]),
    )
    .option('--report <file>', 'where to write the report', 'acceptance-report.md')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP)
    .action(async (options: AcceptanceOptions) => {
      // Loaded only now: the SDKs take a while, and --help should not.
      const { runAcceptance } = await import('./run.ts');
      process.exitCode = await runAcceptance(options, program.version() ?? 'unknown');
    });
}

const words = (text: string) => text.split(',').map(one => one.trim());

function minutes(option: string, least: number): (text: string) => number {
  return text => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= 1440) return value;
    throw new UsageError(`${option} is "${text}"; allowed: a whole number, ${least} to 1440`);
  };
}
