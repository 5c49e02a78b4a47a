/** The ASIM parsers: for each schema one that filters, vim…, and one without parameters for filters, ASim…. */
import { auditEvent } from './audit-event.ts';
import { authentication } from './authentication.ts';
import { SCHEMAS, type Schema } from './codes.ts';
import { userManagement } from './user-management.ts';

export interface Parameter {
  readonly name: string;
  readonly type: 'datetime' | 'dynamic' | 'string' | 'bool';
}

export interface AsimParser {
  /** Its name in KQL. */
  readonly alias: string;
  readonly schema: Schema;
  readonly version: string;
  readonly filtering: boolean;
  readonly displayName: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly kql: string;
}

/** How the names end: Microsoft's own parser of the same table ends with OktaAuth0. */
const SUFFIX = 'Auth0LogsToAzure';

/** ASIM's pages of the schemas name the versions. */
export const VERSIONS: Readonly<Record<Schema, string>> = {
  Authentication: '0.1.4',
  AuditEvent: '0.1.2',
  UserManagement: '0.1.2',
};

const TEXTS: Readonly<Record<Schema, (filtering: boolean) => string>> = {
  Authentication: authentication,
  AuditEvent: auditEvent,
  UserManagement: userManagement,
};

const times: readonly Parameter[] = ['starttime', 'endtime'].map(name => ({ name, type: 'datetime' }));
const lists = (...names: readonly string[]): Parameter[] => names.map(name => ({ name, type: 'dynamic' }));
const result: Parameter = { name: 'eventresult', type: 'string' };
const switches: readonly Parameter[] = ['disabled', 'pack'].map(name => ({ name, type: 'bool' }));

/** The parameters of each schema's filtering parsers, in the order of Microsoft's empty custom unifying parsers. */
const FILTERS: Readonly<Record<Schema, readonly Parameter[]>> = {
  // https://github.com/Azure/Azure-Sentinel/blob/master/ASIM/deploy/EmptyCustomUnifyingParsers/Im_AuthenticationCustom.json
  Authentication: [
    ...times,
    ...lists('username_has_any', 'targetappname_has_any', 'srcipaddr_has_any_prefix', 'srchostname_has_any'),
    ...lists('eventtype_in', 'eventresultdetails_in'),
    result,
  ],
  // The same folder, Im_AuditEventCustom.json
  AuditEvent: [
    ...times,
    ...lists('srcipaddr_has_any_prefix', 'actorusername_has_any', 'operation_has_any', 'eventtype_in'),
    result,
    ...lists('object_has_any', 'newvalue_has_any'),
  ],
  // The same folder, Im_UserManagementCustom.json
  UserManagement: [
    ...times,
    ...lists('srcipaddr_has_any_prefix', 'targetusername_has_any', 'actorusername_has_any', 'eventtype_in'),
  ],
};

const parser = (schema: Schema, filtering: boolean): AsimParser => ({
  alias: `${filtering ? 'vim' : 'ASim'}${schema}${SUFFIX}`,
  schema,
  version: VERSIONS[schema],
  filtering,
  displayName: `ASIM ${schema} ${filtering ? 'filtering ' : ''}parser for Auth0 logs`,
  description: `Auth0 logs as events of ASIM's schema ${schema}, version ${VERSIONS[schema]}${filtering ? ', filtered before they are parsed' : ''}.`,
  parameters: filtering ? [...FILTERS[schema], ...switches] : switches,
  kql: TEXTS[schema](filtering),
});

export const ASIM_PARSERS: readonly AsimParser[] = SCHEMAS.flatMap(schema => [
  parser(schema, true),
  parser(schema, false),
]);

const DEFAULTS = {
  datetime: 'datetime(null)',
  dynamic: 'dynamic([])',
  string: "'*'",
  bool: 'false',
} as const;

/** The default of a parameter, in KQL. */
export const defaultOf = ({ type }: Parameter): string => DEFAULTS[type];

/** The list of parameters as a saved function has it: `starttime:datetime=datetime(null), …`. */
export const parameterList = (parameters: readonly Parameter[]): string =>
  parameters.map(one => `${one.name}:${one.type}=${defaultOf(one)}`).join(', ');

/** A call that hands the parameters on by their names. */
export const callOf = ({ alias, parameters }: AsimParser): string =>
  `${alias}(${parameters.map(({ name }) => `${name}=${name}`).join(', ')})`;
