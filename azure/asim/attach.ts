/**
 * How the parsers reach Microsoft's unifying parsers, such as _Im_Authentication: these call a workspace's own
 * `Im_<Schema>Custom` and `ASim_<Schema>Custom` if it has them, and skip what the watchlist ASimDisabledParsers names.
 * https://learn.microsoft.com/azure/sentinel/normalization-manage-parsers
 */
import { SCHEMAS, type Schema } from './codes.ts';
import { ASIM_PARSERS, type AsimParser, callOf, parameterList } from './parsers.ts';

/** The workspace's own unifying parser that Microsoft's one calls. */
export const customOf = ({ schema, filtering }: AsimParser): string =>
  `${filtering ? 'Im' : 'ASim'}_${schema}Custom`;

export interface CustomParser {
  readonly alias: string;
  readonly displayName: string;
  readonly parameters: string;
  readonly kql: string;
}

/** The workspace's own unifying parsers, with nothing in them but these parsers. */
export const CUSTOM_PARSERS: readonly CustomParser[] = ASIM_PARSERS.map(parser => ({
  alias: customOf(parser),
  displayName: `ASIM ${parser.schema} custom ${parser.filtering ? 'filtering ' : ''}parser`,
  parameters: parameterList(parser.parameters),
  kql: `union isfuzzy=true\n    ${callOf(parser)}\n`,
}));

/** For a workspace that has such functions already: what to add to which. */
export const ATTACH_LINES: readonly string[] = ASIM_PARSERS.map(
  parser => `${customOf(parser)}: ${callOf(parser)}`,
);

/** Microsoft's own parser of the table Auth0Logs_CL, by schema. */
const BUILT_IN: Partial<Readonly<Record<Schema, string>>> = { Authentication: 'Authentication_OktaAuth0' };

/**
 * The items of the watchlist ASimDisabledParsers that exclude Microsoft's parser of the same table, without which each
 * sign-in counts twice. They do nothing as long as Microsoft has no such parser.
 */
export const EXCLUDE_LINES: readonly string[] = [
  'CallerContext,SourceSpecificParser',
  ...SCHEMAS.flatMap(schema => {
    const name = BUILT_IN[schema];
    return name ? ['Im', 'ASim'].map(kind => `Exclude_${kind}_${schema},Exclude_${kind}_${name}`) : [];
  }),
];
