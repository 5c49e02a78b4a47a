/** The parsers as saved functions of the template. */
import { type Json, literal, type Output, type Parameter, type Resource } from '../arm.ts';
import { BULK_MARK } from '../function-auth0-logs.ts';
import { HUNTING_LOOP } from '../sentinel-content.ts';
import { ATTACH_LINES, CUSTOM_PARSERS, EXCLUDE_LINES } from './attach.ts';
import { ASIM_PARSERS, parameterList } from './parsers.ts';
import { asimBulkSource } from './source.ts';

export const ASIM_PARAMETERS: Readonly<Record<string, Parameter>> = {
  attachAsimParsers: {
    type: 'bool',
    defaultValue: false,
    metadata: {
      description:
        'With deploySentinel: whether to write the functions Im_…Custom and ASim_…Custom, by which Microsoft’s unifying ASIM parsers find the parsers of Auth0 logs. They replace functions of these names: if the workspace has any, add the lines of the output asimAttach to them instead.',
    },
  },
};

export const ASIM_VARIABLES: Readonly<Record<string, Json>> = {
  asimParsers: literal(
    ASIM_PARSERS.map(({ alias, displayName, description, parameters, filtering, kql }) => ({
      alias,
      displayName,
      parameters: parameterList(parameters),
      kql: `// ${description}\n${kql}`,
      bulkRows: asimBulkSource(filtering),
    })),
  ),
  asimCustom: literal(CUSTOM_PARSERS.map(one => ({ ...one }))),
  asimAttachLines: [...ATTACH_LINES],
  asimExcludeLines: [...EXCLUDE_LINES],
  asimAttached: "[and(variables('sentinel'), parameters('attachAsimParsers'))]",
};

/** Copies are written one at a time, after the queries: a workspace refuses concurrent writes of saved searches. */
const savedFunction = (list: string, after: string, condition: string, query: string): Resource => ({
  type: 'Microsoft.OperationalInsights/workspaces/savedSearches',
  apiVersion: '2020-08-01',
  name: `[format('{0}/{1}', parameters('workspaceName'), toLower(replace(variables('${list}')[copyIndex()].alias, '_', '-')))]`,
  condition,
  copy: { name: list, count: `[length(variables('${list}'))]`, mode: 'serial', batchSize: 1 },
  dependsOn: [after],
  properties: {
    etag: '*',
    category: 'ASIM',
    displayName: `[variables('${list}')[copyIndex()].displayName]`,
    functionAlias: `[variables('${list}')[copyIndex()].alias]`,
    functionParameters: `[variables('${list}')[copyIndex()].parameters]`,
    query,
    version: 2,
  },
});

const parserField = (field: string) => `variables('asimParsers')[copyIndex()].${field}`;

export const ASIM_RESOURCES: readonly Resource[] = [
  savedFunction(
    'asimParsers',
    HUNTING_LOOP,
    "[variables('sentinel')]",
    `[replace(${parserField('kql')}, '${BULK_MARK}', if(equals(parameters('bulkTablePlan'), 'Analytics'), ${parserField('bulkRows')}, '${BULK_MARK}'))]`,
  ),
  savedFunction(
    'asimCustom',
    'asimParsers',
    "[variables('asimAttached')]",
    "[variables('asimCustom')[copyIndex()].kql]",
  ),
];

/** Outputs that are for people: `azure outputs` leaves them out of the configuration. */
export const ASIM_OUTPUTS: Readonly<Record<string, Output>> = {
  asimAttach: {
    type: 'array',
    condition: "[and(variables('sentinel'), not(parameters('attachAsimParsers')))]",
    value: "[variables('asimAttachLines')]",
  },
  asimExclude: {
    type: 'array',
    condition: "[variables('sentinel')]",
    value: "[variables('asimExcludeLines')]",
  },
};
