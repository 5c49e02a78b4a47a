/** `azure outputs`: from the outputs of a deployment of azure/template.json to a configuration. */
import { writeFileSync } from 'node:fs';
import { parsePipelines } from '../../lambda/config/config.ts';
import { UsageError } from '../terminal/errors.ts';
import { readJsonFile } from '../terminal/json-file.ts';
import { printError } from '../terminal/text.ts';

export interface OutputsOptions {
  readonly config?: string;
  readonly pipeline?: string;
  readonly domain?: string;
  readonly name: string;
  readonly logRetentionDays?: number;
  readonly alarmEmail?: readonly string[];
  /** Written only once the configuration is valid: a redirect of the shell empties the file before. */
  readonly out?: string;
}

/** What the outputs go into. */
export type ConfigurationBase = Pick<OutputsOptions, 'logRetentionDays' | 'alarmEmail'> &
  (
    | { readonly kind: 'new'; readonly domain: string; readonly name: string }
    | { readonly kind: 'present'; readonly config: unknown; readonly pipeline: string | undefined }
  );

type Settings = Readonly<Record<string, unknown>>;

/** What Auth0 keeps on its free plan, as the configuration assumes where it says nothing. */
const SHORTEST_DAYS = 1;

const MAKE_OUTPUTS =
  'create it:\n  az deployment group show -g GROUP -n auth0-logs --query properties.outputs -o json > outputs.json';

/** Prints or writes the configuration, and on standard error what is still to be decided. Throws as `configurationFrom` does, and UsageError for a file that cannot be read. */
export function printConfiguration(file: string, options: OutputsOptions): void {
  const outputs = readJsonFile('outputs file', file, MAKE_OUTPUTS);
  const text = JSON.stringify(configurationFrom(outputs, baseOf(options)), null, 2);
  if (options.out === undefined) console.log(text);
  else writeOut(options.out, `${text}\n`);
  for (const note of undecided(options)) printError(`note: ${note}`);
}

function writeOut(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : 'unknown';
    throw new UsageError(`--out ${file}: cannot be written (${why}); choose another file`, error);
  }
}

/** What a new configuration has by default, a sentence each; one that is there has its own. */
function undecided({ config, logRetentionDays, alarmEmail }: OutputsOptions): string[] {
  if (config !== undefined) return [];
  return [
    logRetentionDays === undefined &&
      `auth0.logRetentionDays is ${SHORTEST_DAYS}, the retention of Auth0’s Free plan. On another plan, specify ` +
        '--log-retention-days: 5 on Essentials, 10 on Professional, 30 on Enterprise',
    alarmEmail === undefined && 'alarms have no recipient. Specify --alarm-email you@example.com',
  ].filter(note => note !== false);
}

function baseOf({ config, pipeline, domain, name, ...settings }: OutputsOptions): ConfigurationBase {
  if (config !== undefined && domain === undefined) {
    const present = readJsonFile('configuration file', config, 'or omit --config and specify --domain');
    return { kind: 'present', config: present, pipeline, ...settings };
  }
  if (domain !== undefined && config === undefined) return { kind: 'new', domain, name, ...settings };
  throw new UsageError(
    `${config === undefined ? 'neither --config nor --domain is' : 'both --config and --domain are'} given; ` +
      'allowed: --config FILE to change a configuration, or --domain DOMAIN for a new one',
  );
}

/**
 * The configuration. The outputs are named as the settings of `azure` are, so that nothing is translated here.
 * Throws UsageError when the outputs are none of the template's or no pipeline is meant, and ConfigError with every
 * problem when what comes out is not a configuration.
 */
export function configurationFrom(outputs: unknown, base: ConfigurationBase): unknown {
  const settings = settingsOf(outputs);
  const config = base.kind === 'new' ? newConfiguration(settings, base) : changed(settings, base);
  parsePipelines(config);
  return config;
}

function newConfiguration(settings: Settings, base: ConfigurationBase & { readonly kind: 'new' }): unknown {
  const { name, domain, logRetentionDays = SHORTEST_DAYS } = base;
  const auth0 = { domain, secret: `auth0-logs/${name}/auth0`, logRetentionDays };
  return { pipelines: [{ name, auth0, azure: azureOf(settings, {}, name), ...alarmsOf({}, base) }] };
}

function changed(settings: Settings, base: ConfigurationBase & { readonly kind: 'present' }): unknown {
  const { config, pipeline } = base;
  // Also before the change: a problem that was there is not to be taken for one of the outputs.
  const names = parsePipelines(config).map(({ name }) => name);
  const name = pipeline ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined || !names.includes(name)) {
    const given = pipeline === undefined ? 'is missing' : `is "${pipeline}"`;
    throw new UsageError(`--pipeline ${given}; allowed in the configuration: ${names.join(', ')}`);
  }
  const { logRetentionDays } = base;
  const change = (one: Settings) => {
    if (one['name'] !== name) return one;
    const auth0 =
      logRetentionDays === undefined ? {} : { auth0: { ...Object(one['auth0']), logRetentionDays } };
    return { ...one, ...auth0, azure: azureOf(settings, Object(one['azure']), name), ...alarmsOf(one, base) };
  };
  const whole = Object(config);
  return Array.isArray(whole.pipelines)
    ? { ...whole, pipelines: whole.pipelines.map(change) }
    : change(whole);
}

/** The pipeline's alarms with these addresses in place of its own; nothing when none are given. */
function alarmsOf(one: Settings, { alarmEmail }: ConfigurationBase): Settings {
  return alarmEmail === undefined ? {} : { alarms: { ...Object(one['alarms']), email: [...alarmEmail] } };
}

/** Settings that Azure knows nothing of are kept; the other kind's are not, and no secret where none is needed. An empty list is left out. */
function azureOf(outputs: Settings, present: Settings, pipeline: string): Settings {
  const { secret = `auth0-logs/${pipeline}/azure`, ...rest } = present;
  const kept = rest['kind'] === outputs['kind'] ? rest : {};
  const settings = { ...kept, ...outputs, ...(outputs['auth'] === 'federated' ? {} : { secret }) };
  const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => !isEmpty(value)));
}

/** Outputs beside the settings: what to do in Microsoft Sentinel. */
const FOR_PEOPLE: readonly string[] = ['asimAttach', 'asimExclude'];

/** `{"kind": {"type": "String", "value": "…"}, …}`, or a whole deployment with such outputs in it. */
function settingsOf(given: unknown): Settings {
  const outputs = Object(Object(Object(given).properties).outputs ?? given);
  const settings = Object.entries(outputs)
    .filter(([name]) => !FOR_PEOPLE.includes(name))
    .map(([name, output]) => [name, Object(output).value] as const);
  const missing =
    settings.length === 0 || settings.some(([, value]) => typeof value !== 'string' && !Array.isArray(value));
  if (missing || !('kind' in outputs)) {
    throw new UsageError(
      'the outputs file contains no outputs of azure/template.json, which look like {"kind": {"value": "…"}, …}; ' +
        MAKE_OUTPUTS,
    );
  }
  return Object.fromEntries(settings);
}
