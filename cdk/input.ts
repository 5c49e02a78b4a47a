/** What the user gives to the app: the pipelines and a few switches, from context, checked before anything is built. */
import { readFileSync } from 'node:fs';
import { ConfigError, type PipelineConfig, parsePipelines } from '../lambda/core/config.ts';

/** Reads one context value: from `-c name=value`, cdk.json or ~/.cdk.json; undefined when it is not given. */
export type Context = (name: string) => unknown;

export interface Input {
  readonly pipelines: readonly PipelineConfig[];
  /** Nobody gave a configuration: the pipelines are those of config.example.json. */
  readonly isExample: boolean;
  readonly stackName: string;
  readonly nested: boolean;
  readonly createSecrets: boolean;
  readonly memorySizeMb?: number;
  readonly runbookUrl?: string;
  /** More environment variables of both functions, for tests. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Folder of the bundles, when it is not dist/. */
  readonly dist?: string;
}

const EXAMPLE = new URL('../config.example.json', import.meta.url);

/** `-c config=FILE` wins over the context's `pipelines`; without both it is the example. Throws ConfigError. */
export function readInput(context: Context): Input {
  const file = text(context, 'config');
  const inContext = context('pipelines');
  const runbookUrl = text(context, 'runbookUrl');
  const environment = variables(context);
  const dist = text(context, 'dist');
  const memorySizeMb = megabytes(context, 'memorySizeMb');
  return {
    pipelines: parsePipelines(
      file ? jsonFile(file) : inContext === undefined ? jsonFile(EXAMPLE) : { pipelines: json(inContext) },
    ),
    isExample: !file && inContext === undefined,
    stackName: stackName(context),
    nested: flag(context, 'nested', false),
    createSecrets: flag(context, 'createSecrets', true),
    ...(memorySizeMb && { memorySizeMb }),
    ...(runbookUrl && { runbookUrl }),
    ...(environment && { environment }),
    ...(dist && { dist }),
  };
}

function stackName(context: Context): string {
  const name = text(context, 'stackName') ?? 'Auth0LogsToAzure';
  if (/^[A-Za-z][A-Za-z0-9-]{0,99}$/.test(name)) return name;
  throw new ConfigError([
    `stackName: is ${JSON.stringify(name)}; allowed: letters, digits and -, at most 100, a letter first`,
  ]);
}

function text(context: Context, name: string): string | undefined {
  const value = context(name);
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new ConfigError([`context "${name}": is ${JSON.stringify(value)}; allowed: a text`]);
}

/** The command line gives texts, cdk.json gives booleans. */
function flag(context: Context, name: string, byDefault: boolean): boolean {
  const value = context(name) ?? byDefault;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new ConfigError([`context "${name}": is ${JSON.stringify(value)}; allowed: true, false`]);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
function megabytes(context: Context, name: string): number | undefined {
  const value = context(name);
  if (value === undefined) return undefined;
  const size = Number(value);
  if (Number.isInteger(size) && size >= 128 && size <= 10_240) return size;
  throw new ConfigError([
    `context "${name}": is ${JSON.stringify(value)}; allowed: a whole number of MB, 128 to 10240`,
  ]);
}

function variables(context: Context): Readonly<Record<string, string>> | undefined {
  const value = json(context('environment'));
  if (value === undefined) return undefined;
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
  if (entries?.every(([, one]) => typeof one === 'string')) return Object.fromEntries(entries);
  throw new ConfigError(['context "environment": allowed: a JSON object of texts, {"NAME":"value"}']);
}

/** A list or an object given on the command line is still text. */
function json(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function jsonFile(file: string | URL): unknown {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unreadable';
    throw new ConfigError([
      `${file}: cannot be read (${code}); give the path of a JSON file: -c config=FILE`,
    ]);
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    const where = error instanceof Error ? error.message.replace(/, ".*/s, '') : '';
    throw new ConfigError([`${file}: is no JSON (${where}); allowed: {"pipelines": […]} or one pipeline`]);
  }
}
