/**
 * The entities of a detection in Microsoft Sentinel: who and what its alerts are about.
 * https://learn.microsoft.com/azure/sentinel/entities-reference
 */

/** In a detection's header: `Actor` is an Account if a person acted, otherwise the CloudApplication. */
export type EntityKind = 'Account' | 'Actor' | 'IP' | 'CloudApplication' | 'URL';

export interface Entity {
  readonly kind: EntityKind;
  /** Columns of the result; the first that has a value counts. */
  readonly columns: readonly string[];
  /** The column is a list: its first values are entities. */
  readonly isList: boolean;
}

export interface FieldMapping {
  readonly identifier: string;
  readonly columnName: string;
}

export interface EntityMapping {
  readonly entityType: 'Account' | 'IP' | 'CloudApplication' | 'URL';
  readonly fieldMappings: readonly FieldMapping[];
}

export interface Mapped {
  /** Steps after the query that add the columns of the mappings. */
  readonly kql: string;
  readonly mappings: readonly EntityMapping[];
  /** The types that an alert has one of at most, so that alerts can be grouped by them. */
  readonly single: readonly EntityMapping['entityType'][];
  /** The column that names the alert: its first entity. */
  readonly subject: string | undefined;
}

const KINDS: readonly string[] = ['Account', 'Actor', 'IP', 'CloudApplication', 'URL'];
/** Microsoft's check of rules takes no more, although the service takes ten. */
const MAX_MAPPINGS = 5;
const MAX_OF_A_LIST = 3;

/** `Account User, IP Addresses*` or `none`. Throws Error naming the part that is not an entity. */
export function parseEntities(text: string): Entity[] {
  if (text === 'none') return [];
  return text.split(', ').map(part => {
    const [, kind = '', columns = '', star] = /^(\w+) ([\w|]+)(\*?)$/.exec(part) ?? [];
    if (!KINDS.includes(kind)) {
      throw new Error(`"${part}" is not an entity; allowed: one of ${KINDS.join(', ')} and a column`);
    }
    return { kind: kind as EntityKind, columns: columns.split('|'), isList: star === '*' };
  });
}

/** The mappings of these entities, in their order. Lists share what the others leave of the maximum. */
export function mapped(entities: readonly Entity[]): Mapped {
  const parts = partsOf(entities);
  const lines = parts.map(part => `| extend ${part.assign}`);
  const isOnce = (type: string) => parts.filter(({ mapping }) => mapping.entityType === type).length === 1;
  return {
    kql: lines.join('\n'),
    mappings: parts.map(({ mapping }) => mapping),
    single: parts
      .filter(
        ({ isOfList, mapping }) => !isOfList && mapping.entityType !== 'URL' && isOnce(mapping.entityType),
      )
      .map(one => one.mapping.entityType),
    subject: parts[0]?.subject,
  };
}

interface Part {
  readonly assign: string;
  readonly mapping: EntityMapping;
  readonly subject: string;
  readonly isOfList: boolean;
}

function partsOf(entities: readonly Entity[]): Part[] {
  const lists = entities.filter(one => one.isList);
  const slots = entities.reduce((sum, { kind, isList }) => sum + (isList ? 0 : kind === 'Actor' ? 2 : 1), 0);
  const each = Math.min(MAX_OF_A_LIST, Math.floor((MAX_MAPPINGS - slots) / Math.max(1, lists.length)));
  const counts: Record<string, number> = {};
  const next = (type: string) => {
    counts[type] = (counts[type] ?? 0) + 1;
    return `${type}${counts[type] === 1 ? '' : counts[type]}`;
  };
  return entities.flatMap(({ kind, columns, isList }) => {
    const [column = ''] = columns;
    const value = columns.length === 1 ? column : `coalesce(${columns.join(', ')})`;
    if (kind === 'Actor') {
      const person = `${value} contains '@' or ${value} contains '|'`;
      return [
        account(next('Account'), `iff(${person}, ${value}, '')`, column, false),
        named('CloudApplication', next('Application'), `iff(${person}, '', ${value})`, column, false),
      ];
    }
    const values = isList
      ? Array.from({ length: each }, (_, index) => `tostring(${column}[${index}])`)
      : [value];
    return values.map(one =>
      kind === 'Account'
        ? account(next('Account'), one, undefined, isList)
        : named(kind, next(kind === 'CloudApplication' ? 'Application' : kind), one, undefined, isList),
    );
  });
}

/** Sentinel drops an account with one of these names, whatever its domain. */
const GENERIC = `'admin', 'administrator', 'system', 'root', 'anonymous', 'network', 'null', 'localsystem'`;

/**
 * The name of an account ends before the "@". Where that would be a generic name, it is the whole address.
 * https://learn.microsoft.com/azure/sentinel/entities-reference#account
 */
function account(name: string, value: string, subject: string | undefined, isOfList: boolean): Part {
  const [whole, first, suffix] = [`${name}Entity`, `${name}EntityName`, `${name}EntitySuffix`];
  return {
    assign: `${whole} = ${value}
| extend ${first} = tostring(split(${whole}, '@')[0]), ${suffix} = tostring(split(${whole}, '@')[1])
| extend ${first} = iff(tolower(${first}) in (${GENERIC}), ${whole}, ${first})`,
    mapping: {
      entityType: 'Account',
      fieldMappings: [
        { identifier: 'Name', columnName: first },
        { identifier: 'UPNSuffix', columnName: suffix },
      ],
    },
    subject: subject ?? whole,
    isOfList,
  };
}

const IDENTIFIER = { IP: 'Address', CloudApplication: 'Name', URL: 'Url' } as const;

function named(
  entityType: 'IP' | 'CloudApplication' | 'URL',
  name: string,
  value: string,
  subject: string | undefined,
  isOfList: boolean,
): Part {
  const column = `${name}Entity`;
  return {
    assign: `${column} = ${value}`,
    mapping: { entityType, fieldMappings: [{ identifier: IDENTIFIER[entityType], columnName: column }] },
    subject: subject ?? column,
    isOfList,
  };
}
