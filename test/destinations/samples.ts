/** The samples of all kinds. */
import { type DestinationKind, specOf } from '../../lambda/destinations/all.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { SAMPLE as dataCollector } from './data-collector/sample.ts';
import { SAMPLE as logsIngestion } from './logs-ingestion/sample.ts';
import type { Sample } from './sample.ts';

export const SAMPLES: Readonly<Record<DestinationKind, Sample>> = {
  'data-collector': dataCollector,
  'logs-ingestion': logsIngestion,
};

/** The destination of a test that needs some destination. */
export const SOME = SAMPLES[KINDS[0]];
/** A destination whose workspace can be asked, for `verify`. */
export const VERIFIABLE = {
  ...SAMPLES[KINDS.find(kind => specOf({ kind }).token !== undefined)!].azure,
  workspaceId: '01234567-89ab-cdef-0123-456789abcdef',
};
/** The field of its secret. */
export const SOME_SECRET = specOf({ kind: KINDS[0] }).secretField;
