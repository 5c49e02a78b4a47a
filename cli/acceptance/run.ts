/** Opens what there is of the account, asks, and leaves the report. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ENV } from '../../lambda/core/contract.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { baseUrlOf } from '../../lambda/environment.ts';
import { listed, neededFields } from '../pipelines/local/needed-secrets.ts';
import { secretProblems } from '../pipelines/local/secrets.ts';
import { onlyPipeline, openTarget } from '../pipelines/open.ts';
import type { Operated, TargetOptions } from '../pipelines/operated.ts';
import { confirm, terminal } from '../terminal/confirm.ts';
import { ignoreMissing, replaceFile } from '../terminal/durable-file.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { liveLine } from '../terminal/live-line.ts';
import { stopOnSignals, stoppableClock } from '../terminal/stoppable.ts';
import { wrapped } from '../terminal/text.ts';
import { askAll } from './ask.ts';
import { auth0Asked } from './auth0.ts';
import { acceptanceJson, questionJson } from './json.ts';
import { postsAsked } from './posts.ts';
import type { Asking, Outcome, Question } from './question.ts';
import { QUESTIONS } from './questions.ts';
import { reportText, subjectOf } from './report.ts';
import { showAnswers, showQuestions } from './show.ts';
import { stackAsked } from './stack.ts';
import { type WorkspaceOptions, workspaceAsked } from './workspace.ts';

export interface AcceptanceOptions extends TargetOptions, WorkspaceOptions {
  readonly list?: true;
  readonly only?: readonly string[];
  readonly yes?: true;
  readonly watchMinutes: number;
  readonly roleMinutes: number;
  readonly report: string;
  readonly json?: true;
}

/**
 * Returns the exit code. Throws UsageError before anything is asked.
 * @param version of this program
 */
export async function runAcceptance(options: AcceptanceOptions, version: string): Promise<number> {
  const questions = chosen(options.only);
  if (options.list) {
    if (options.json) console.log(JSON.stringify(questions.map(questionJson), undefined, 2));
    else showQuestions(questions);
    return EXIT.ok;
  }
  const one = onlyPipeline(await openTarget(options));
  const path = resolve(options.report);
  await refuseReport(path);
  await refuseSecrets(one, options);
  const stop = stopOnSignals('stopping after the current question');
  const asking = await askingOf(one, options, stop);
  const screen = liveLine(process.stderr, Date.now);
  const answers = await askAll(questions, asking, {
    agrees: async ({ id, writes }) => {
      if (options.yes) return true;
      screen.clear();
      return (await asking.person?.(`“${id}” ${writes}. Ask it?`)) ?? false;
    },
    begin: ({ id }) => screen.update(`asking ${id}`),
  });
  screen.clear();
  const subject = subjectOf(one, version, Date.now());
  await replaceFile(path, reportText(subject, answers));
  if (options.json) console.log(JSON.stringify(acceptanceJson(subject, answers), undefined, 2));
  else showAnswers(answers, path);
  if (stop.aborted) return EXIT.interrupted;
  const has = (wanted: Outcome) => answers.some(({ outcome }) => outcome === wanted);
  return has('refuted') || !has('confirmed') ? EXIT.fault : EXIT.ok;
}

/** Throws UsageError for a report that could not be written once everything has been asked. */
async function refuseReport(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
    if (!(await stat(dirname(path))).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    if ((await stat(path).catch(ignoreMissing))?.isDirectory())
      throw Object.assign(new Error(), { code: 'EISDIR' });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : 'unknown';
    throw new UsageError(
      `--report ${path}: cannot be written (${why}); choose a file in a folder that is there`,
      error,
    );
  }
}

/** Without the pipeline's own secrets no question has an answer. Throws UsageError with all that are missing here. */
async function refuseSecrets({ config, secrets }: Operated, options: AcceptanceOptions): Promise<void> {
  if (options.config === undefined) return;
  const needed = neededFields(config).map(({ secret }) => secrets.read(secret));
  // A field that one question needs does not cost the answers of the others.
  if ((await Promise.all(needed)).every(({ kind }) => kind === 'secret')) return;
  const problems = await secretProblems(config, secrets, options.secrets);
  if (problems.length > 0) throw new UsageError(listed(problems));
}

/** Throws UsageError for the id of no question. */
function chosen(only: readonly string[] | undefined): readonly Question[] {
  const ids = QUESTIONS.map(({ id }) => id);
  const unknown = only?.find(one => !ids.includes(one));
  if (unknown !== undefined) throw new UsageError(`--only has "${unknown}"; allowed: ${ids.join(', ')}`);
  return QUESTIONS.filter(({ id }) => only?.includes(id) ?? true);
}

async function askingOf(one: Operated, options: AcceptanceOptions, stop: AbortSignal): Promise<Asking> {
  const { config, secrets, env } = one;
  const clock = stoppableClock(stop);
  const fetch = httpClient();
  const { auth0, settleSeconds } = config;
  const baseUrl = baseUrlOf(env, ENV.auth0BaseUrl);
  const posts = postsAsked(one, fetch, clock);
  const asked = terminal();
  return {
    clock,
    stop,
    auth0: auth0Asked({ config: auth0, settleSeconds, secrets, clock, fetch, baseUrl }),
    posts,
    workspace: await workspaceAsked(one, options, posts),
    stack: await stackOf(one, options),
    watchMs: options.watchMinutes * 60_000,
    roleMs: options.roleMinutes * 60_000,
    ...(asked && { person: question => confirm(asked, wrapped(question), stop) }),
  };
}

async function stackOf(one: Operated, { config, ...options }: AcceptanceOptions): Promise<Asking['stack']> {
  if (config !== undefined) return 'no stack: it is asked without --config';
  return stackAsked(one, options);
}
