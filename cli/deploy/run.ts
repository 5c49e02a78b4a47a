/** Checks both files, has the CDK deploy, and stores the secrets. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, type DeploymentConfig, parseDeployment } from '../../lambda/config/config.ts';
import { usesAwsRole } from '../../lambda/destinations/all.ts';
import { afterDeploy, INIT, templateAlone } from '../pipelines/remedy.ts';
import { accessProblem } from '../pipelines/stack/access.ts';
import { stackClients } from '../pipelines/stack/clients.ts';
import { DEFAULT_STACK } from '../pipelines/stack/target.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { isPipe, readJsonFile } from '../terminal/json-file.ts';
import { printError } from '../terminal/text.ts';
import { type CdkCall, cdk } from './cdk.ts';
import { dryRun } from './dry-run.ts';
import { neededSecrets, type Stored, storeSecrets } from './secrets.ts';

export interface DeployOptions {
  readonly config: string;
  readonly secrets?: string;
  readonly dryRun?: true;
  readonly bootstrap?: true;
  readonly revertDrift?: true;
  /** Switches of the CDK's context, such as "createSecrets=false". */
  readonly context?: readonly string[];
  readonly stack?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly yes?: true;
  readonly json?: true;
}

/** Returns the exit code. Throws UsageError before anything is deployed, and for a secret that AWS refuses. */
export async function runDeploy(options: DeployOptions): Promise<number> {
  const { config, secrets, stack, profile, json } = options;
  const deployment = configIn(config);
  const values = secrets === undefined ? undefined : neededSecrets(secrets, deployment.pipelines);
  const stackName = stack ?? deployment.stack.name ?? DEFAULT_STACK;
  const region = options.region ?? deployment.stack.region;
  const context = {
    ...switches(options.context),
    config,
    ...(stack !== undefined && { stackName: stack }),
  };
  const call = (words: CdkCall['words']) => cdk({ words, context, region, profile, isQuiet: json === true });
  const where = { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) };
  const elsewhere = options.dryRun ? {} : { elsewhere: templateAlone(config) };
  const noAccess = await accessProblem({ ...where, ...elsewhere }, stackName);
  // A proxy may be known to the CDK alone.
  const isHopeless = noAccess !== undefined && noAccess.obstacle !== 'unreachable';
  // To write the template alone needs no access: then something else is wrong.
  const besides = options.dryRun && isHopeless ? undefined : noAccess?.error.message;
  const failed = (code: number, consequence: string) => told(code, consequence, besides);

  if (options.dryRun) {
    if (values) printError(`would store: ${[...values.keys()].join(', ')}`);
    return dryRun({ stackName, noAccess: isHopeless ? noAccess : undefined, json, call, failed });
  }
  if (isHopeless) throw noAccess.error;
  if (options.bootstrap) {
    const code = await call(['bootstrap']);
    if (code !== EXIT.ok) return failed(code, 'the account was not prepared, and nothing was deployed');
  }
  const folder = await mkdtemp(join(tmpdir(), 'auth0-logs-'));
  try {
    const file = join(folder, 'outputs.json');
    const more = [
      ...(options.yes ? ['--require-approval', 'never'] : []),
      ...(options.revertDrift ? ['--revert-drift'] : []),
    ];
    const code = await call(['deploy', stackName, '--outputs-file', file, ...more]);
    if (code !== EXIT.ok) return failed(code, 'the stack was not deployed, and no secret was stored');
    const stored = values ? await storeSecrets(values, await stackClients(where, process.env)) : [];
    show(
      options,
      deployment,
      stackName,
      stored,
      Object(JSON.parse(await readFile(file, 'utf8')))[stackName] ?? {},
    );
    return EXIT.ok;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Which of them there are, the app knows. Throws UsageError for what has no value. */
function switches(given: readonly string[] = []): Readonly<Record<string, string>> {
  const pairs = given.map(one => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(one) ?? [];
    if (name !== undefined && value !== undefined) return [name, value] as const;
    throw new UsageError(
      `--context is "${one}"; allowed: NAME=VALUE, such as createSecrets=false; docs/setup-details.md lists the switches`,
    );
  });
  return Object.fromEntries(pairs);
}

/** The CDK has said why, and we say what we know besides; its exit code is not one of ours. */
function told(code: number, consequence: string, besides: string | undefined): number {
  if (code === EXIT.ok || code === EXIT.interrupted) return code;
  const more = besides === undefined ? '' : `; ${besides}`;
  printError(`error: ${consequence}; the CDK’s message is above${more}`);
  return EXIT.fault;
}

function configIn(file: string): DeploymentConfig {
  if (isPipe(file)) {
    throw new UsageError(
      `--config: ${file} is not a regular file, and the CDK reads it again; save it, and specify --config config.json`,
    );
  }
  const content = readJsonFile(
    'configuration file',
    file,
    `specify its path with --config, or write one:\n  ${INIT}`,
  );
  try {
    return parseDeployment(content, Date.now());
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(`${file}: ${error.message}`, error);
    throw error;
  }
}

function show(
  options: DeployOptions,
  { pipelines }: DeploymentConfig,
  stackName: string,
  stored: readonly Stored[],
  outputs: unknown,
): void {
  const { secrets, region, profile } = options;
  const isFederated = pipelines.some(({ azure }) => usesAwsRole(azure));
  const about = { ...(stackName !== DEFAULT_STACK && { stack: stackName }), region, profile };
  const next = afterDeploy(about, isFederated);
  if (options.json) {
    console.log(JSON.stringify({ stack: stackName, outputs, secrets: stored, next }, undefined, 2));
    return;
  }
  console.log(`\nstack ${stackName} is deployed`);
  for (const { secret, result } of stored) console.log(`secret ${secret}: ${result}`);
  if (secrets === undefined)
    console.log('no secret was stored: specify --secrets FILE, unless they are filled in already');
  console.log(`\nWhat follows:\n${next.map(one => `  ${one}`).join('\n')}`);
  if (stored.length > 0) console.log(`When status reports healthy pipelines, delete ${secrets}.`);
}
