/** The input of the app: the configuration and a few switches from the context, validated before anything is built. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { ConfigError, type DeploymentConfig, parseDeployment } from '../lambda/config/config.ts';
import type { StackConfig } from '../lambda/config/stack.ts';
import { isClose } from '../lambda/core/settings/problems.ts';

/** All of the context: from `-c name=value`, cdk.json, cdk.context.json and ~/.cdk.json. */
export type Context = Readonly<Record<string, unknown>>;

export interface Input extends Pick<DeploymentConfig, 'pipelines' | 'removed'> {
  /** Switches override `stack` of the configuration. */
  readonly stack: StackConfig & { readonly name: string };
  readonly isExample: boolean;
  /** The given switches, as typed: see PipelineOutput. */
  readonly deployWith: readonly string[];
  /** More environment variables of both functions, for tests. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Folder of the bundles, when it is not dist/. */
  readonly dist?: string;
}

const EXAMPLE = 'config.example.json';
/** Switches of `-c` that the next deploy of the stack needs again. */
const LASTING = ['config', 'stackName', 'nested', 'createSecrets', 'memorySizeMb', 'runbookUrl'] as const;
const SWITCHES = [...LASTING, 'pipelines', 'stack', 'removed', 'environment', 'dist'];
/** What CDK itself keeps in the context: settings, flags and lookups. */
const OF_CDK = /^(@?aws-cdk(-\w+)*\/|aws:cdk:|aws-cdk:|[a-z-]+:account=|acknowledged-issue-numbers$)/;

/**
 * The configuration is the file of `-c config=FILE`, or else `pipelines` in the context of cdk.json. Without either
 * it throws ConfigError: a default would deploy the example over a real stack.
 */
export function readInput(context: Context): Input {
  refuseUnknown(context);
  const file = text(context, 'config');
  const environment = variables(context);
  const dist = text(context, 'dist');
  const { pipelines, removed, stack } = parseDeployment(
    file ? jsonFile(file) : inContext(context),
    Date.now(),
  );
  return {
    pipelines,
    removed,
    stack: { ...stack, ...switches(context), name: stackName(context) ?? stack.name ?? 'Auth0LogsToAzure' },
    isExample: file !== undefined && relative('', file) === EXAMPLE,
    deployWith: LASTING.flatMap(name => {
      const given = context[name];
      if (given === undefined) return [];
      return [`${name}=${name === 'config' ? relative('', String(given)) : given}`];
    }),
    ...(environment && { environment }),
    ...(dist && { dist }),
  };
}

/** Rejects misspelled switches. Values are not shown. */
function refuseUnknown(context: Context): void {
  const unknown = Object.keys(context).filter(name => !SWITCHES.includes(name) && !OF_CDK.test(name));
  if (unknown.length === 0) return;
  throw new ConfigError(
    unknown.map(name => {
      const meant = SWITCHES.find(one => isClose(name, one));
      return `context "${name}": unknown switch${meant ? `, did you mean "${meant}"?` : ''}; allowed: ${SWITCHES.join(', ')}`;
    }),
  );
}

function inContext(context: Context): unknown {
  if (context['pipelines'] !== undefined) {
    const parts = ['pipelines', 'stack', 'removed'].filter(name => context[name] !== undefined);
    return Object.fromEntries(parts.map(name => [name, json(context[name])]));
  }
  throw new ConfigError([
    'the configuration is missing; use the one with which the stack was deployed: -c config=config.json ' +
      `("doctor" prints the complete command), or the example, to look at it: -c config=${EXAMPLE}`,
  ]);
}

function switches(context: Context): StackConfig {
  const runbookUrl = webAddress(context, 'runbookUrl');
  const memorySizeMb = megabytes(context, 'memorySizeMb');
  const nested = flag(context, 'nested');
  const createSecrets = flag(context, 'createSecrets');
  return {
    ...(nested !== undefined && { nested }),
    ...(createSecrets !== undefined && { createSecrets }),
    ...(memorySizeMb && { memorySizeMb }),
    ...(runbookUrl && { runbookUrl }),
  };
}

function stackName(context: Context): string | undefined {
  const name = text(context, 'stackName');
  if (name === undefined || /^[A-Za-z][A-Za-z0-9-]{0,99}$/.test(name)) return name;
  throw new ConfigError([
    `stackName: is ${JSON.stringify(name)}; allowed: at most 100 letters, digits and -, beginning with a letter`,
  ]);
}

function text(context: Context, name: string): string | undefined {
  const value = context[name];
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new ConfigError([`context "${name}": is ${JSON.stringify(value)}; allowed: a string`]);
}

function webAddress(context: Context, name: string): string | undefined {
  const value = text(context, name);
  if (value === undefined || /^https?:\/\/\S+$/.test(value)) return value;
  throw new ConfigError([
    `context "${name}": is ${JSON.stringify(value)}; allowed: a web address, "https://…"`,
  ]);
}

/** The command line passes strings, cdk.json booleans. */
function flag(context: Context, name: string): boolean | undefined {
  const value = context[name];
  if (value === undefined) return undefined;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new ConfigError([`context "${name}": is ${JSON.stringify(value)}; allowed: true, false`]);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
function megabytes(context: Context, name: string): number | undefined {
  const value = context[name];
  if (value === undefined) return undefined;
  const size = Number(value);
  if (Number.isInteger(size) && size >= 128 && size <= 10_240) return size;
  throw new ConfigError([
    `context "${name}": is ${JSON.stringify(value)}; allowed: a whole number of MB, 128 to 10240`,
  ]);
}

function variables(context: Context): Readonly<Record<string, string>> | undefined {
  const value = json(context['environment']);
  if (value === undefined) return undefined;
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
  if (entries?.every(([, one]) => typeof one === 'string')) return Object.fromEntries(entries);
  throw new ConfigError(['context "environment": allowed: a JSON object of strings, {"NAME":"value"}']);
}

/** Parses a list or an object from the command line, which is a string. */
function json(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function jsonFile(file: string): unknown {
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
    throw new ConfigError([`${file}: invalid JSON (${where}); allowed: {"pipelines": […]} or one pipeline`]);
  }
}
