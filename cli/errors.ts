/** The one place where an error becomes what the operator reads. */
import { CommanderError } from 'commander';
import { ConfigError } from '../lambda/core/config.ts';

export const EXIT = { ok: 0, fault: 1, usage: 2, interrupted: 130 } as const;

/** What was asked for cannot be done as asked. The message says what, the value, what is allowed, what to do. */
export class UsageError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UsageError';
  }
}

/** Prints the error on standard error, in a line where one is enough, and returns the exit code. */
export function reportError(error: unknown, verbose: boolean): number {
  if (error instanceof CommanderError) return reportCommander(error);
  const expected = error instanceof UsageError || error instanceof ConfigError;
  const message = error instanceof Error ? error.message : String(error);
  if (expected) console.error(`error: ${message}`);
  else {
    const [line = ''] = message.split('\n');
    console.error(
      `error: this should not have happened: ${error instanceof Error ? error.name : ''}: ${line}`,
    );
    if (!verbose) console.error('       run it again with --verbose to see where, and please report it');
  }
  if (verbose && error instanceof Error) console.error(error.stack);
  return expected ? EXIT.usage : EXIT.fault;
}

/** The parser has printed help by itself; of an error it only tells, and its own output is off (main.ts). */
function reportCommander(error: CommanderError): number {
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code !== 'commander.help')
    console.error(`${error.message.replace('\n', ' ')} (--help shows what is allowed)`);
  return EXIT.usage;
}
