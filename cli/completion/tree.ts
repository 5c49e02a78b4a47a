/** What can be typed, of commander's own commands. */
import type { Command, Option } from 'commander';

export interface Completed {
  /** The words that lead to the command: none for the program itself. */
  readonly path: readonly string[];
  readonly summary: string;
  /** What may follow: names of commands, or what an argument may be. */
  readonly words: readonly string[];
  readonly options: readonly Option[];
}

/** The program and every command below it, as `--help` shows them. */
export function treeOf(command: Command, path: readonly string[] = []): readonly Completed[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const own: Completed = {
    path,
    summary: help.subcommandDescription(command),
    words: [
      ...commands.map(one => one.name()),
      ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    ],
    options: [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)].filter(
      ({ long }) => long !== undefined,
    ),
  };
  return [own, ...commands.flatMap(one => treeOf(one, [...path, one.name()]))];
}
