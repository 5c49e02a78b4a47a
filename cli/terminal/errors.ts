/** The one place where an error becomes what the operator reads. */

import { CommanderError } from 'commander';
import { ConfigError } from '../../lambda/config/config.ts';
import { printError } from './text.ts';

export const EXIT = { ok: 0, fault: 1, usage: 2, interrupted: 130 } as const;

/** The request cannot be fulfilled. The message names the problem, the value, what is allowed and what to do. */
export class UsageError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UsageError';
  }
}

/**
 * Prints the error on standard error, in one line if possible, and returns the exit code. `verbose` adds the causes,
 * and the stack of an unexpected error.
 * @param example a call of the command, for what it lacks
 */
export function reportError(error: unknown, verbose: boolean, example?: string): number {
  if (error instanceof CommanderError) return reportCommander(error, example);
  const expected = error instanceof UsageError || error instanceof ConfigError;
  const message = error instanceof Error ? error.message : String(error);
  if (expected) printError(`error: ${message}`);
  else {
    const [line = ''] = message.split('\n');
    printError(`error: unexpected error: ${error instanceof Error ? error.name : ''}: ${line}`);
    if (!verbose) printError('       run the command again with --verbose for details, and please report it');
    else if (error instanceof Error) console.error(error.stack);
  }
  if (verbose) for (const cause of causesOf(error)) printError(`       caused by ${cause}`);
  return expected ? EXIT.usage : EXIT.fault;
}

/** The chain of causes, a sentence each: name, message, code, HTTP status, the request's id. */
export function causesOf(error: unknown): string[] {
  const sentences: string[] = [];
  const seen = new Set<unknown>([error]);
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && !seen.has(cause)) {
    seen.add(cause);
    sentences.push(sentenceOf(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return sentences;
}

function sentenceOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code, $metadata: answer } = cause as Error & {
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  };
  const details = [
    typeof code === 'string' && code !== cause.name && `code ${code}`,
    answer?.httpStatusCode && `HTTP status ${answer.httpStatusCode}`,
    answer?.requestId && `request ${answer.requestId}`,
  ].filter(Boolean);
  const message = cause.message.replaceAll(/\s*\n\s*/g, ' ');
  return `${cause.name}: ${message}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
}

/** The parser prints help itself, but not errors: main.ts disables that output. */
function reportCommander(error: CommanderError, example: string | undefined): number {
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code !== 'commander.help')
    printError(`${error.message.replace('\n', ' ')} ${hintOf(error, example)}`);
  return EXIT.usage;
}

const LACKS = ['commander.missingArgument', 'commander.missingMandatoryOptionValue'];

const hintOf = ({ code }: CommanderError, example: string | undefined): string =>
  LACKS.includes(code) && example !== undefined
    ? `(--help shows what is allowed), such as:\n  ${example}`
    : '(--help shows what is allowed)';
