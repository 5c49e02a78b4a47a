/**
 * The parsers as files: ARM JSON as Sentinel's feature Repositories takes it, with one parameter, and the YAML form of
 * Microsoft's ASIM repository.
 * https://learn.microsoft.com/azure/sentinel/ci-cd-custom-content and https://github.com/SentinelCICD/RepositoriesSampleContent
 * https://learn.microsoft.com/azure/sentinel/normalization-develop-parsers
 */
import { TEMPLATE_SCHEMA } from '../arm.ts';
import type { Schema } from './codes.ts';
import { ASIM_PARSERS, type AsimParser, defaultOf, parameterList } from './parsers.ts';

/** A file of azure/sentinel/, which scripts/sentinel-files.ts writes. */
export interface ParserFile {
  readonly path: string;
  readonly text: string;
}

/** Of the parsers, and the date of their last change. */
const VERSION = '0.1.0';
const LAST_UPDATED = 'Nov 29, 2026';

/** Titles and links that Microsoft's check wants: .script/tests/asimParsersTest/VerifyASimParserTemplate.py of Azure/Azure-Sentinel */
const SCHEMA_PAGES: Readonly<Record<Schema, readonly [title: string, link: string]>> = {
  Authentication: ['ASIM Authentication Schema', 'https://aka.ms/ASimAuthenticationDoc'],
  AuditEvent: ['ASIM Audit Event Schema', 'https://aka.ms/ASimAuditEventDoc'],
  UserManagement: ['ASIM User Management Schema', 'https://aka.ms/ASimUserManagementDoc'],
};

/** Both forms of each parser. */
export const parserFiles = (): readonly ParserFile[] =>
  ASIM_PARSERS.flatMap(parser => [
    { path: `repository/Parsers/${parser.alias}.json`, text: `${JSON.stringify(armOf(parser), null, 2)}\n` },
    { path: `asim/${parser.alias}.yaml`, text: yamlOf(parser) },
  ]);

function armOf({ alias, displayName, description, parameters, kql }: AsimParser): object {
  return {
    $schema: TEMPLATE_SCHEMA,
    contentVersion: '1.0.0.0',
    parameters: { workspace: { type: 'string' } },
    resources: [
      {
        type: 'Microsoft.OperationalInsights/workspaces/savedSearches',
        apiVersion: '2020-08-01',
        name: `[concat(parameters('workspace'), '/${alias.toLowerCase()}')]`,
        properties: {
          etag: '*',
          category: 'ASIM',
          displayName,
          functionAlias: alias,
          functionParameters: parameterList(parameters),
          query: `// ${description}\n${kql}`,
          version: 2,
        },
      },
    ],
  };
}

/** A text of JSON is one of YAML, too. */
const quoted = (text: string) => JSON.stringify(text);

function yamlOf({
  alias,
  schema,
  version,
  filtering,
  displayName,
  description,
  parameters,
  kql,
}: AsimParser): string {
  const product = alias.replace(/^(vim|ASim)/, '').slice(schema.length);
  const [title, link] = SCHEMA_PAGES[schema];
  const references = [
    [title, link],
    ['ASIM', 'https://aka.ms/AboutASIM'],
    ['Auth0 log event type codes', 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes'],
  ];
  const block = (text: string) => text.trimEnd().replace(/^(?=.)/gm, '  ');
  return `Parser:
  Title: ${quoted(displayName)}
  Version: '${VERSION}'
  LastUpdated: ${quoted(LAST_UPDATED)}
Product:
  Name: Auth0
Normalization:
  Schema: ${schema}
  Version: '${version}'
References:
${references.map(([name, page]) => `- Title: ${name}\n  Link: ${page}`).join('\n')}
Description: ${quoted(description)}
ParserName: ${alias}
EquivalentBuiltInParser: _${filtering ? 'Im' : 'ASim'}_${schema}_${product}
ParserParams:
${parameters.map(one => `- Name: ${one.name}\n  Type: ${one.type}\n  Default: ${defaultOf(one)}`).join('\n')}
ParserQuery: |
${block(kql)}
`;
}
