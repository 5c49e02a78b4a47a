/** The APIs of Azure that a pipeline may post to, by the kind that its configuration names: the one list of them. */
import { DATA_COLLECTOR } from './data-collector.ts';
import { LOGS_INGESTION } from './logs-ingestion.ts';

export const APIS = {
  [DATA_COLLECTOR.kind]: DATA_COLLECTOR,
  [LOGS_INGESTION.kind]: LOGS_INGESTION,
};

export type Kind = keyof typeof APIS;
export const KINDS = Object.keys(APIS) as [Kind, ...Kind[]];

type All<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;
/** The settings of all of them together. */
export type ApiSettings = All<(typeof APIS)[Kind]['defaults']>;
