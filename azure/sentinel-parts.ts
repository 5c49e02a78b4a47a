/** What the files of azure/sentinel/ are made of. */
import type { Detection } from './detections.ts';
import type { SavedQuery } from './queries.ts';

/** A saved function, also one of ASIM. */
export interface ParserFile {
  /** Its name in KQL. */
  readonly alias: string;
  readonly displayName: string;
  readonly description: string;
  readonly category: string;
  /** As `a:string='',b:bool=false`; empty if there are none. */
  readonly parameters: string;
  readonly kql: string;
}

export interface SentinelContent {
  readonly detections: readonly Detection[];
  readonly queries: readonly SavedQuery[];
  /** Each comes after those that it calls. */
  readonly parsers: readonly ParserFile[];
  readonly workbook: object;
}
