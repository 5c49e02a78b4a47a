/** Which pipelines can prove that their logs are stored. */
import { specOf } from '../../lambda/destinations/all.ts';
import { KINDS, type Kind } from '../../simulator/azure/apis.ts';

/** Whether what posts to this API has an identity that can query the workspace too. */
export const canVerify = (kind: Kind): boolean => specOf({ kind }).token !== undefined;

/** The first of these, so that the demo shows everything. */
export const DEFAULT_KIND: Kind = KINDS.find(canVerify) ?? KINDS[0];
