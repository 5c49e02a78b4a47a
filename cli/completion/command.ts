/** `completion`: a script that completes the commands and options of this program in a shell. */
import { Argument, type Command } from 'commander';
import { SCRIPTS } from './scripts.ts';
import { treeOf } from './tree.ts';

const HELP = `
The name auth0-logs-to-azure must be a command of the shell: "npm link" in this
project's folder makes it one.

Exit codes: 0 printed; 2 wrong usage.

Examples:
  $ eval "$(auth0-logs-to-azure completion bash)"        # in ~/.bashrc
  $ source <(auth0-logs-to-azure completion zsh)         # after compinit
  $ auth0-logs-to-azure completion fish | source`;

/** Adds the command to the program, whose commands it reads when it is called: by then all are there. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .summary('print a shell completion script')
    .description('Prints a shell completion script for the commands and options of this program.')
    .addArgument(new Argument('<shell>', 'name of the shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', HELP)
    .action((shell: keyof typeof SCRIPTS) => console.log(SCRIPTS[shell](program.name(), treeOf(program))));
}
