/** `run`: the same job against a real tenant and workspace, from one machine. */
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ConfigError, type PipelineConfig, parsePipelines } from '../lambda/core/config.ts';
import { ENV } from '../lambda/core/contract.ts';
import type { Journal } from '../lambda/core/model.ts';
import { EXIT, UsageError } from './errors.ts';
import { readJsonFile } from './json-file.ts';
import { type LiveLine, liveLine } from './live-line.ts';
import { type LocalPipeline, localPipeline } from './local-pipeline.ts';
import { environmentSecrets, fileSecrets, secretProblems, secretsFileWarning } from './local-secrets.ts';
import { readState } from './local-state.ts';
import { runForever, runOnce, type Told } from './run-loop.ts';
import { tickEveryMs } from './schedule.ts';
import { counted, dateText, duration, replaySentence, runSentence, runWarnings } from './words.ts';

interface RunOptions {
  readonly config: string;
  readonly once?: true;
  readonly state: string;
  readonly secrets?: string;
  readonly pipeline?: string;
}

const HELP = `
Secrets are never in the configuration file, which only names them. They come from the environment,
  AUTH0_CLIENT_ID, and AUTH0_CLIENT_SECRET or AUTH0_PRIVATE_KEY (PEM)
  AZURE_SHARED_KEY (data-collector) or AZURE_CLIENT_SECRET (logs-ingestion)
  AUTH0_REDACTION_KEY, if a "redact" rule says "hash"
or from a JSON file, name of the secret to its fields, as in AWS Secrets Manager:
  {"auth0-logs/prod/auth0": {"clientId": "…", "clientSecret": "…"},
   "auth0-logs/prod/azure": {"sharedKey": "…"}}

State (checkpoint, retry queue, dead-letter queue) is kept in the directory --state. Keep it: without it,
the next run begins at auth0.startFrom. It may be killed at any time; no log is lost by that.

Exit code with --once: 0 caught up, 1 stopped by a fault, 2 wrong usage or configuration.

Examples:
  $ npm start -- run --config pipeline.json
  $ npm start -- run --config pipeline.json --secrets secrets.json --once
  $ npm start -- run --config pipelines.json --pipeline prod --state /var/lib/auth0-logs`;

/** Adds the command to the program. */
export function addRun(program: Command): void {
  program
    .command('run')
    .summary('ship a real tenant’s logs from this machine')
    .description('Ships the logs of a real Auth0 tenant to a real Azure workspace, from this machine.')
    .requiredOption('--config <file>', 'the pipeline, or {"pipelines": […]}, as JSON')
    .option('--once', 'ship what is new and end, instead of going on at the schedule’s rate')
    .option('--state <directory>', 'where checkpoint and queues are kept', 'state')
    .option('--secrets <file>', 'take secrets from this JSON file, not from the environment')
    .option('--pipeline <name>', 'only this one of several pipelines')
    .addHelpText('after', HELP)
    .action(async (options: RunOptions) => {
      process.exitCode = await run(options);
    });
}

async function run(options: RunOptions): Promise<number> {
  const configs = readConfigs(options);
  const stop = stopOnSignals();
  const screen = liveLine(process.stdout, Date.now);
  const secretsOf = await secretsFor(configs, options);
  const rates = options.once ? [] : configs.map(tickEveryMs);
  const stateDirectory = await usableDirectory(options.state);
  const pipelines: LocalPipeline[] = [];
  for (const config of configs) {
    await readState(stateDirectory, config.name);
    const { name } = config;
    const onProgress = (read: number, reachedMs: number | undefined) =>
      screen.update(
        `${name}: ${counted(read, 'log')} read${reachedMs === undefined ? '' : `, shipped up to ${dateText(reachedMs)}`}`,
      );
    const journal = journalOn(screen, name);
    const secrets = secretsOf(config);
    pipelines.push(
      await localPipeline({ config, secrets, env: process.env, stateDirectory, journal, stop, onProgress }),
    );
  }
  for (const [index, config] of configs.entries()) {
    screen.print(`${config.name}: ${introduction(config)}; ${pace(rates[index])}`);
  }
  screen.print(`state in ${stateDirectory}`);
  const codes = await Promise.all(
    pipelines.map((pipeline, index) => {
      const told = tellerOn(screen, pipeline, stop);
      const everyMs = rates[index];
      return everyMs === undefined
        ? runOnce(pipeline, told, stop)
        : runForever(pipeline, told, stop, everyMs);
    }),
  );
  return Math.max(...codes);
}

function readConfigs({ config: file, pipeline }: RunOptions): readonly PipelineConfig[] {
  const input = readJsonFile('configuration file', file, 'give its path with --config');
  let configs: readonly PipelineConfig[];
  try {
    configs = parsePipelines(input);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(`${file}: ${error.message}`, error);
    throw error;
  }
  const chosen = pipeline === undefined ? configs : configs.filter(({ name }) => name === pipeline);
  if (chosen.length === 0) {
    const names = configs.map(({ name }) => `"${name}"`).join(', ');
    throw new UsageError(`--pipeline is "${pipeline}"; allowed, by ${file}: ${names}`);
  }
  const federated = chosen.find(({ azure }) => azure.kind === 'logs-ingestion' && azure.auth === 'federated');
  if (federated) {
    throw new UsageError(
      `pipeline "${federated.name}": azure.auth is "federated", which needs the identity of a Lambda; ` +
        'allowed here: "client-secret" with a "secret"',
    );
  }
  return chosen;
}

/** Where the secrets of each pipeline come from, once they are all known to be there. */
async function secretsFor(configs: readonly PipelineConfig[], { secrets: file }: RunOptions) {
  if (file === undefined && configs.length > 1) {
    throw new UsageError(
      `environment variables hold the secrets of one pipeline, and there are ${configs.length}; ` +
        'choose one with --pipeline, or give --secrets FILE',
    );
  }
  const warning = file === undefined ? undefined : secretsFileWarning(file);
  if (warning !== undefined) console.error(`warning: ${warning}`);
  const ofFile = file === undefined ? undefined : fileSecrets(file);
  const secretsOf = (config: PipelineConfig) => ofFile ?? environmentSecrets(config, process.env);
  const problems: string[] = [];
  for (const config of configs) problems.push(...(await secretProblems(config, secretsOf(config), file)));
  if (problems.length > 0) throw new UsageError(problems.join('\n       '));
  return secretsOf;
}

/** The directory's whole path. Throws UsageError when it cannot be made or written to. */
async function usableDirectory(given: string): Promise<string> {
  const path = resolve(given);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.W_OK);
    return path;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new UsageError(`the state directory ${path} cannot be used (${code}); choose another with --state`);
  }
}

/** The first signal asks for the end, the second ends at once: no log is lost by that either. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort();
    console.error('stopping after the current step (once more ends it at once; no log is lost either way)');
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return stop.signal;
}

function tellerOn(screen: LiveLine, { name, retentionMs }: LocalPipeline, stop: AbortSignal): Told {
  const print = (text: string) => screen.print(`${dateText(Date.now())} ${name}: ${text}`);
  return {
    replay: report => print(replaySentence(report)),
    run: report => {
      print(runSentence(report, stop.aborted));
      for (const warning of runWarnings(report, retentionMs)) print(`warning: ${warning}`);
    },
    queues: ({ retry, 'dead-letter': dead }) => {
      const waiting = [
        retry > 0 && `${counted(retry, 'failed batch', 'failed batches')} on the retry queue`,
        dead > 0 && `${counted(dead, 'message')} on the dead-letter queue`,
      ].filter(Boolean);
      if (waiting.length > 0) print(waiting.join(', '));
    },
  };
}

/** What the core has to say between the lines of a run. Its fields hold ids, counts and reasons only. */
function journalOn(screen: LiveLine, name: string): Journal {
  const write = (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    const { message: why, verdict: _, ...rest } = fields;
    const details = Object.entries(rest).map(([key, value]) => `${key} ${value}`);
    const shown = details.length > 0 ? ` (${details.join(', ')})` : '';
    screen.print(`${dateText(Date.now())} ${name}: ${message}${shown}${why === undefined ? '' : `: ${why}`}`);
  };
  return { info: write, warn: write, error: write };
}

function introduction({ auth0, azure }: PipelineConfig): string {
  const destination =
    azure.kind === 'data-collector'
      ? `workspace ${azure.workspaceId}, table ${azure.logType}_CL (Data Collector API)`
      : `${azure.endpoint}, ${azure.stream} (Logs Ingestion API)`;
  const redirected = [ENV.auth0BaseUrl, ENV.azureBaseUrl, ENV.entraBaseUrl].filter(name => process.env[name]);
  const notice = redirected.length > 0 ? `; redirected by ${redirected.join(', ')}` : '';
  return `${auth0.domain} → ${destination}${notice}`;
}

function pace(everyMs: number | undefined): string {
  return everyMs === undefined ? 'once' : `every ${duration(everyMs)}, Ctrl-C stops`;
}
