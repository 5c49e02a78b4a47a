/** The operator's command line. A new command is a folder whose command.ts exports its `add…`, and a name in the list below. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAcceptance } from './acceptance/command.ts';
import { addAudit } from './audit/command.ts';
import { addAzure } from './azure/command.ts';
import { addBackfill } from './backfill/command.ts';
import { addCheckpoint } from './checkpoint/command.ts';
import { addCompletion } from './completion/command.ts';
import { addDemo } from './demo/command.ts';
import { addDeploy } from './deploy/command.ts';
import { addDoctor } from './doctor/command.ts';
import { addDryRun } from './dry-run/command.ts';
import { addInit } from './init/command.ts';
import { addReplay } from './replay/command.ts';
import { addRun } from './run/command.ts';
import { addStatus } from './status/command.ts';
import { EXIT, reportError } from './terminal/errors.ts';
import { columnsOf } from './terminal/text.ts';
import { addValidate } from './validate/command.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Light to import: each command loads its dependencies when it is called. */
const COMMANDS: Readonly<Record<string, readonly ((program: Command) => void)[]>> = {
  'Try it:': [addDemo],
  'Inspect, without changes:': [addStatus, addDryRun, addDoctor, addAudit],
  'Repair:': [addReplay, addCheckpoint, addBackfill],
  'Set up, or run without AWS:': [
    addInit,
    addDeploy,
    addValidate,
    addRun,
    addAzure,
    addAcceptance,
    addCompletion,
  ],
};

const HELP = `
Exit codes:
  0    success, and nothing is wrong
  1    a fault, or a finding such as an unhealthy pipeline
  2    wrong usage or configuration, or the state could not be read
  130  interrupted by Ctrl-C or a signal, at a safe point

Examples:
  $ npx auth0-logs-to-azure                # run the demo; no account needed
  $ npx auth0-logs-to-azure status         # is the deployed stack healthy?
  $ npx auth0-logs-to-azure doctor         # find problems and their remedies
  $ npx auth0-logs-to-azure help run       # run without AWS on this machine`;

const program = new Command('auth0-logs-to-azure')
  .description('Ships every Auth0 tenant log to Azure Log Analytics and Microsoft Sentinel, and loses none.')
  .version(version, '--version', 'print the version')
  .option('--verbose', 'show the cause of an error')
  .addHelpText('after', HELP)
  .configureHelp({ showGlobalOptions: true })
  // Errors are thrown, and printed in one place: see errors.ts.
  .exitOverride()
  .configureOutput({ outputError: () => undefined, getOutHelpWidth: () => columnsOf() });
for (const [heading, adds] of Object.entries(COMMANDS)) {
  program.commandsGroup(heading);
  for (const add of adds) add(program);
}
program
  .helpCommand(false)
  .command('help')
  .usage('[command]')
  .summary('show the help of a command')
  .argument('[command]')
  .allowExcessArguments()
  .action((_word, _options, { args }: Command) => commandOf(args).help());

/** The command that these words call. Throws CommanderError for a word that is none. */
function commandOf(words: readonly string[]): Command {
  return words.reduce<Command>((above, word) => {
    const found = above.commands.find(one => one.name() === word);
    if (found) return found;
    // Its own error for a wrong word, which suggests a similar one.
    if (above.commands.length > 0) above.parse([word], { from: 'user' });
    return above.error(`error: unknown command '${[...words].join(' ')}'`, { exitCode: EXIT.usage });
  }, program);
}

/** The first call among the examples of the command's help. */
function exampleFor(args: readonly string[]): string | undefined {
  const called = args.reduce<Command>(
    (above, word) => above.commands.find(one => one.name() === word) ?? above,
    program,
  );
  let help = '';
  called.configureOutput({ writeOut: text => (help += text) }).outputHelp();
  const examples = [...help.matchAll(/^ {2}\$ (npx (?:.*\\\n)*.*)$/gm)].map(([, example]) => example);
  return examples.find(example => example?.includes(`auth0-logs-to-azure ${called.name()} `)) ?? examples[0];
}

/** Adds "demo" when no command is given. As commander's default command, it would accept a mistyped command as its argument. */
function withCommand(args: readonly string[]): readonly string[] {
  const first = args.find(one => one !== '--verbose');
  const isOption = first?.startsWith('-') && !['-h', '--help', '--version'].includes(first);
  return first === undefined || isOption ? ['demo', ...args] : args;
}

// The reader of the output, such as "head", has exited: stop as on SIGTERM.
process.stdout.once('error', () => {
  process.stdout.on('error', () => undefined);
  if (!process.emit('SIGTERM')) process.exit(EXIT.fault);
});
try {
  await program.parseAsync(withCommand(process.argv.slice(2)), { from: 'user' });
} catch (error) {
  process.exitCode = reportError(
    error,
    process.argv.includes('--verbose'),
    exampleFor(process.argv.slice(2)),
  );
}
