/** What is wrong with the options, all of it at once, before anybody is asked. */
import { existsSync } from 'node:fs';
import { refuseAzureName } from '../pipelines/azure-template.ts';
import { MAKE_OUTPUTS } from '../pipelines/from-outputs.ts';
import { openFileWarning } from '../pipelines/local/secrets.ts';
import { UsageError } from '../terminal/errors.ts';
import { readJsonFile } from '../terminal/json-file.ts';
import { printError } from '../terminal/text.ts';
import { problemWith } from './answer-problem.ts';
import { daysProblem, domainProblem, secretIn } from './auth0-answers.ts';
import { emailProblem } from './azure-answers.ts';
import { filesThere } from './files.ts';
import { missingAnswers, type Session } from './options.ts';

/** Throws UsageError with every option that cannot be, and, without a terminal, every answer that is missing. */
export function refuseOptions({ options, env, ask }: Session): void {
  const { name, domain, logRetentionDays, credentials, azureSecret, outputs, alarmEmail = [] } = options;
  const missing = ask ? [] : missingAnswers(options, env);
  const wrong = [
    named('--name', problemWith('name', { name })),
    domain !== undefined && named('--domain', domainProblem(domain)),
    logRetentionDays !== undefined && named('--log-retention-days', daysProblem(logRetentionDays)),
    ...alarmEmail.map(address => named('--alarm-email', emailProblem(address))),
    credentials !== undefined && thrownBy(() => secretIn('--credentials', credentials)),
    azureSecret !== undefined && thrownBy(() => secretIn('--azure-secret', azureSecret)),
    outputs !== undefined && thrownBy(() => readJsonFile('outputs file', outputs, MAKE_OUTPUTS)),
    ...(['group', 'workspace', 'location'] as const).map(option => {
      const value = options[option];
      return value !== undefined && thrownBy(() => refuseAzureName(`--${option}`, value));
    }),
    !ask && thrownBy(() => filesThere(options)),
  ].filter(one => one !== undefined && one !== false);
  const all = [...wrong, ...missing];
  if (all.length === 1 && missing.length === 0) throw new UsageError(all.join(''));
  if (all.length > 0) throw new UsageError(`${headingOf(wrong, missing)}:${all.map(listItem).join('')}`);
  for (const file of [credentials, azureSecret]) warn(file);
}

/** A command in it stays on a line of its own. */
const listItem = (one: string) => `\n  - ${one.replaceAll('\n', '\n    ')}`;

function headingOf(wrong: readonly string[], missing: readonly string[]): string {
  const cannot = `${wrong.length} options cannot be used`;
  if (missing.length === 0) return cannot;
  const why = 'there is no terminal to ask at, or --yes or --json is given, and';
  return wrong.length === 0
    ? `${why} these answers are missing`
    : `${why} of these, ${wrong.length} cannot be used and ${missing.length} are missing`;
}

const named = (option: string, problem: string | undefined) => problem && `${option}: ${problem}`;

function thrownBy(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function warn(file: string | undefined): void {
  const warning = file !== undefined && existsSync(file) && openFileWarning(file);
  if (warning) printError(`warning: ${warning}`);
}
