/** The one table of destinations: a kind is its folder, and its line here. */
import type * as v from 'valibot';
import { authoriserOf } from './authoriser.ts';
import { queryScope } from './clouds.ts';
import { openDataCollector } from './data-collector/post.ts';
import { dataCollector } from './data-collector/spec.ts';
import { CLIENT_SECRET } from './entra-words.ts';
import { openLogsIngestion } from './logs-ingestion/post.ts';
import { logsIngestion } from './logs-ingestion/spec.ts';
import type {
  CommonSettings,
  DestinationSpec,
  EntraIdentity,
  Opened,
  Opening,
  SecretField,
  TokenSource,
} from './spec.ts';

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

/** The identity of these settings, for queries of the workspace. */
export const identityOf = (settings: DestinationSettings): EntraIdentity | undefined =>
  specOf(settings).identity?.(settings);

/** Whether the function proves its identity to Entra with its AWS role, for posts or only for queries. */
export const usesAwsRole = (settings: DestinationSettings): boolean =>
  identityOf(settings)?.auth === 'federated';

/** What its secret must hold; none if there is no secret. */
export function secretFieldsOf(settings: DestinationSettings): readonly SecretField[] {
  const { isFederated, secretField } = specOf(settings);
  const posting = isFederated(settings) ? [] : [secretField];
  const reading = identityOf(settings)?.auth === 'client-secret' ? [CLIENT_SECRET] : [];
  return [...new Set([...posting, ...reading])];
}

/** Tokens to query a workspace. The token is kept across calls. */
export const queryToken = (identity: EntraIdentity, opening: Opening): TokenSource =>
  authoriserOf(identity, opening, queryScope(identity.cloud)).authorise;
