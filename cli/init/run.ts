/** `init`: asks, checks, writes, and names the commands that follow. Nothing is written before every check has passed. */
import { spawn } from 'node:child_process';
import { parsePipelines } from '../../lambda/config/config.ts';
import { usesAwsRole } from '../../lambda/destinations/all.ts';
import { type Following, following } from '../pipelines/remedy.ts';
import { EXIT } from '../terminal/errors.ts';
import { printError } from '../terminal/text.ts';
import { auth0Answers } from './auth0-answers.ts';
import { azureAnswers } from './azure-answers.ts';
import { hasError } from './checked.ts';
import { mayReplace, writeFiles } from './files.ts';
import { initJson } from './json.ts';
import { refuseOptions } from './option-problems.ts';
import type { InitOptions, Session } from './options.ts';
import { questions, StoppedByUser } from './questions.ts';

/** Returns the exit code. Throws UsageError and ConfigError for answers that cannot be. */
export async function runInit(options: InitOptions): Promise<number> {
  const ask = options.yes || options.json ? undefined : questions();
  const say = (text: string) => (options.json ? undefined : console.log(text));
  const session: Session = { options, env: process.env, ask, say };
  refuseOptions(session);
  try {
    return await wizard(session);
  } catch (error) {
    if (!(error instanceof StoppedByUser)) throw error;
    printError('stopped; nothing was written');
    return EXIT.interrupted;
  }
}

async function wizard(session: Session): Promise<number> {
  const { options, ask, say } = session;
  await mayReplace(session);
  const auth0 = await auth0Answers(session);
  if (hasError(auth0.findings)) return refused(session, auth0.findings);
  const azure = await azureAnswers(session, auth0.answers);
  const findings = [...auth0.findings, ...azure.findings];
  if (hasError(findings)) return refused(session, findings);
  const { config, secret, group } = azure.answers;
  const [pipeline] = parsePipelines(config);
  const { auth0: tenant, azure: destination } = pipeline!;
  await writeFiles(session, config, {
    [tenant.secret]: auth0.answers.credentials,
    ...(destination.secret !== undefined && secret && { [destination.secret]: secret }),
  });
  const isFederated = usesAwsRole(destination);
  const next = following({ config: options.out, secrets: options.secrets, isFederated, group });
  if (options.json) console.log(JSON.stringify(initJson(options, findings, next), undefined, 2));
  say(`\n${options.out} and ${options.secrets} are written. What follows:\n`);
  for (const { command, why } of next) say(`  ${command}\n      ${why}`);
  const wanted = options.run || (ask && (await ask.yes('Run them now?', false)));
  return wanted ? runAll(next) : EXIT.ok;
}

function refused({ options }: Session, findings: Parameters<typeof initJson>[1]): number {
  if (options.json) console.log(JSON.stringify(initJson(options, findings, []), undefined, 2));
  printError('error: a check failed, so nothing was written; correct it, and run init again');
  return EXIT.fault;
}

/** One after the other, each at this terminal; the first that fails is the last. Returns its exit code. */
async function runAll(commands: readonly Following[]): Promise<number> {
  for (const { command, words } of commands) {
    console.log(`\n$ ${command}`);
    // As this process was started: in a checkout, Node runs TypeScript.
    const args = [...process.execArgv, process.argv[1] ?? '', ...words];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    const code = await new Promise<number>(done => {
      child.once('error', () => done(EXIT.fault));
      child.once('close', status => done(status ?? EXIT.interrupted));
    });
    if (code !== EXIT.ok) {
      printError(`error: it ended with ${code}; correct the cause, and continue with:\n  ${command}`);
      return code;
    }
  }
  return EXIT.ok;
}
