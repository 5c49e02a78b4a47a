/** From the outputs of a deployment of azure/template.json to a configuration. */
import { parsePipelines } from '../../lambda/config/config.ts';
import { KINDS, specOf } from '../../lambda/destinations/all.ts';
import { UsageError } from '../terminal/errors.ts';

/** What the outputs go into. */
export type ConfigurationBase = {
  readonly logRetentionDays?: number;
  readonly alarmEmail?: readonly string[];
} & (
  | { readonly kind: 'new'; readonly domain: string; readonly name: string; readonly verify?: 'repair' }
  | { readonly kind: 'present'; readonly config: unknown; readonly pipeline: string | undefined }
);

type Settings = Readonly<Record<string, unknown>>;

/** What Auth0 keeps on its free plan, as the configuration assumes where it says nothing. */
export const SHORTEST_DAYS = 1;

export const MAKE_OUTPUTS =
  'create it:\n  az deployment group show -g GROUP -n auth0-logs --query properties.outputs -o json > outputs.json';

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
  const { name, domain, logRetentionDays = SHORTEST_DAYS, verify } = base;
  const auth0 = { domain, secret: `auth0-logs/${name}/auth0`, logRetentionDays };
  return {
    pipelines: [
      { name, auth0, azure: azureOf(settings, {}, name), ...(verify && { verify }), ...alarmsOf({}, base) },
    ],
  };
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
  const settings = { ...kept, ...outputs, ...(isWithoutSecret(outputs) ? {} : { secret }) };
  const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => !isEmpty(value)));
}

function isWithoutSecret(outputs: Settings): boolean {
  const kind = KINDS.find(one => one === outputs['kind']);
  return kind !== undefined && specOf({ kind }).isFederated(outputs as never);
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
