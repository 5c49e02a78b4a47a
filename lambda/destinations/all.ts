/** The one table of destinations: a kind is its folder, and its line here. */
import type * as v from 'valibot';
import { queryScope } from './clouds.ts';
import { openDataCollector } from './data-collector/post.ts';
import { dataCollector } from './data-collector/spec.ts';
import { type EntraApplication, entraClientSecret } from './logs-ingestion/entra.ts';
import { openLogsIngestion } from './logs-ingestion/post.ts';
import { logsIngestion } from './logs-ingestion/spec.ts';
import type { CommonSettings, DestinationSpec, Opened, Opening } from './spec.ts';

const DESTINATIONS = {
  'data-collector': { spec: dataCollector, open: openDataCollector },
  'logs-ingestion': { spec: logsIngestion, open: openLogsIngestion },
} as const;

export type DestinationKind = keyof typeof DESTINATIONS;

type SettingsOf<K extends DestinationKind> = v.InferOutput<(typeof DESTINATIONS)[K]['spec']['settings']>;

/** The settings of any of them: `azure` of a pipeline. */
export type DestinationSettings = { [K in DestinationKind]: SettingsOf<K> }[DestinationKind];

interface Entry {
  readonly spec: DestinationSpec<DestinationSettings & CommonSettings>;
  open(settings: DestinationSettings, opening: Opening): Opened;
}

/** The compiler cannot see that settings come to the entry of their own kind only. */
const entryOf = (kind: DestinationKind): Entry => DESTINATIONS[kind] as unknown as Entry;

/** In the order in which documents and errors list them. */
export const KINDS = Object.keys(DESTINATIONS) as readonly DestinationKind[];

export const SPECS: readonly Entry['spec'][] = KINDS.map(kind => entryOf(kind).spec);

/** The schemas of all settings; `kind` selects one. */
export const SETTINGS = Object.values(DESTINATIONS).map(({ spec }) => spec.settings);

export function specOf({ kind }: { readonly kind: DestinationKind }): Entry['spec'] {
  return entryOf(kind).spec;
}

/** Opens the destination that the settings name. Nothing is asked for or posted yet. */
export function openDestination(settings: DestinationSettings, opening: Opening): Opened {
  return entryOf(settings.kind).open(settings, opening);
}

/** A token to query a workspace, for an application of the operator. `secret` names its client secret. */
export function readerToken(
  application: EntraApplication,
  { secrets, clock, fetchToken, tokenBaseUrl }: Omit<Opening, 'identity'>,
): NonNullable<Opened['readToken']> {
  const scope = queryScope(application.cloud);
  const entra = { config: application, scope, clock, fetch: fetchToken, baseUrl: tokenBaseUrl, secrets };
  return entraClientSecret(entra).authorise;
}
