/** Apart from the world: its emulators are not installed where only other commands run. */
import { specOf } from '../../lambda/destinations/all.ts';
import { KINDS, type Kind } from '../../simulator/azure/apis.ts';

/** The first API of which no end is announced. */
export const DEFAULT_KIND: Kind = KINDS.find(kind => !specOf({ kind }).notice) ?? KINDS[0];
