/** The saved functions and queries: azure/functions/ and azure/queries/. */
import { LOG_TYPES } from '../lambda/core/record/log-types.ts';
import { auth0Logs } from './function-auth0-logs.ts';
import { readKqlFiles } from './kql-file.ts';

export interface SavedFunction {
  /** Its name in KQL: `Auth0Logs()`. */
  readonly alias: string;
  readonly displayName: string;
  readonly description: string;
  readonly kql: string;
}

export interface SavedQuery {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly category: string;
  /** Of MITRE ATT&CK, if the query is also a hunting query of Microsoft Sentinel. */
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly kql: string;
}

/** Each function comes after those that it calls. */
export const FUNCTIONS: readonly SavedFunction[] = [
  {
    alias: 'Auth0LogTypes',
    displayName: 'Auth0 log types',
    description: 'The name, level and category of each type code.',
    kql: logTypesTable(),
  },
  {
    alias: 'Auth0Logs',
    displayName: 'Auth0 logs',
    description:
      'Every Auth0 log, once: from this pipeline with either API, from Microsoft Sentinel’s connectors and from Auth0’s former extension.',
    kql: auth0Logs(),
  },
  ...readKqlFiles('functions', ['displayName', 'description']).map(({ name, header, kql }) => ({
    alias: name,
    ...header,
    kql,
  })),
];

export const SAVED_QUERIES: readonly SavedQuery[] = readKqlFiles('queries', [
  'displayName',
  'category',
  'tactics',
  'techniques',
  'description',
]).map(({ name, header, kql }) => ({
  name,
  ...header,
  tactics: listOf(header.tactics),
  techniques: listOf(header.techniques),
  kql,
}));

/** Those that look for an attack rather than at the pipeline. */
export const huntingQueries = (queries: readonly SavedQuery[]): SavedQuery[] =>
  queries.filter(one => one.tactics.length > 0);

function listOf(text: string): string[] {
  return text === 'none' ? [] : text.split(', ');
}

function logTypesTable(): string {
  const rows = LOG_TYPES.map(({ code, name, level, levelName, category }) =>
    [quote(code), quote(name), level, quote(levelName), quote(category)].join(', '),
  );
  return `datatable(EventType:string, TypeName:string, TypeLevel:int, TypeLevelName:string, TypeCategory:string) [
    ${rows.join(',\n    ')}
]
`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
