/** Which types of logs a query reads. */
import { LOG_TYPES } from '../lambda/core/record/log-types.ts';
import type { Detection } from './detections.ts';
import type { SavedFunction } from './queries.ts';

const CODES: ReadonlySet<string> = new Set(LOG_TYPES.map(({ code }) => code));
/** These name no type of their own, or all. */
const OF_ALL_TYPES = ['Auth0Logs', 'Auth0LogTypes'];

/** The type codes that a query names, itself or in the functions that it calls; none if it reads every type. */
export function typesRead(kql: string, functions: readonly SavedFunction[]): ReadonlySet<string> {
  const called = functions.filter(({ alias }) => !OF_ALL_TYPES.includes(alias) && kql.includes(`${alias}()`));
  const texts = [kql, ...called.map(one => one.kql)];
  const quoted = texts.flatMap(text => [...text.matchAll(/["'](\w+)["']/g)].map(([, word]) => word!));
  return new Set(quoted.filter(word => CODES.has(word)));
}

/** The ids of the detections that read a type. */
export const readersOf = (
  type: string,
  detections: readonly Detection[],
  functions: readonly SavedFunction[],
): string[] => detections.filter(({ kql }) => typesRead(kql, functions).has(type)).map(({ id }) => id);
