/**
 * What a user of Microsoft Sentinel knows and the rules do not: lists of what is expected.
 * https://learn.microsoft.com/azure/sentinel/watchlists
 */

export interface Watchlist {
  /** In a detection's header. */
  readonly name: string;
  readonly alias: string;
  readonly displayName: string;
  /** The column that is searched, and the others. */
  readonly key: string;
  readonly columns: readonly string[];
  /** An item that no tenant has. */
  readonly example: string;
  /** The template's parameter that fills it. */
  readonly parameter: string;
  readonly description: string;
  /** What a rule does with a result that is listed. */
  readonly does: 'leaves out' | 'lowers the severity';
}

export const WATCHLISTS: readonly Watchlist[] = [
  {
    name: 'OwnAddresses',
    alias: 'Auth0OwnAddresses',
    displayName: 'Auth0: own addresses',
    key: 'Address',
    columns: ['Note'],
    example: '192.0.2.1',
    parameter: 'ownAddresses',
    description: 'IP addresses that your users share, such as of offices and VPNs.',
    does: 'leaves out',
  },
  {
    name: 'TenantAdministrators',
    alias: 'Auth0TenantAdministrators',
    displayName: 'Auth0: tenant administrators',
    key: 'Email',
    columns: ['Note'],
    example: 'somebody@example.com',
    parameter: 'tenantAdministrators',
    description: 'E-mail addresses of the people who may change the tenant.',
    does: 'lowers the severity',
  },
  {
    name: 'MachineClients',
    alias: 'Auth0MachineClients',
    displayName: 'Auth0: expected machine clients',
    key: 'ClientId',
    columns: ['Note'],
    example: 'ExampleClientId',
    parameter: 'machineClients',
    description: 'Client ids of applications that are meant to have many scopes or changing addresses.',
    does: 'leaves out',
  },
];

export interface Expected {
  readonly watchlist: Watchlist;
  /** The column of the result that is looked up. */
  readonly column: string;
}

/** `OwnAddresses SrcIpAddr, MachineClients ClientId` or `none`. Throws Error naming the part that is not known. */
export function parseExpected(text: string): Expected[] {
  if (text === 'none') return [];
  return text.split(', ').map(part => {
    const [name, column, ...more] = part.split(' ');
    const watchlist = WATCHLISTS.find(one => one.name === name);
    if (!watchlist || !column || more.length > 0) {
      const names = WATCHLISTS.map(one => one.name).join(', ');
      throw new Error(`"${part}" is not expected of anything; allowed: one of ${names} and a column`);
    }
    return { watchlist, column };
  });
}

/** The column of the severity that the watchlist lowers. */
export const SEVERITY_COLUMN = 'AlertSeverity';

/**
 * Reads each watchlist once. Without items a watchlist has the column SearchKey alone, and without Microsoft Sentinel
 * there is not even such a function: both count as an empty list.
 */
export function watchlistKql(expected: readonly Expected[]): string {
  const some = [...new Set(expected.map(one => one.watchlist))];
  const lines = some.map(
    ({ name, alias }) =>
      `let ${name} = toscalar(union isfuzzy=true (datatable(SearchKey:string) []), (_GetWatchlist('${alias}') | project SearchKey) | summarize make_set(tolower(SearchKey)));\n`,
  );
  return lines.join('');
}

/** Steps after the query: what is listed is left out, or gets the lower severity. */
export function expectedKql(expected: readonly Expected[], severity: string, lower: string): string {
  return expected
    .map(({ watchlist: { name, does }, column }) => {
      const listed = `set_has_element(${name}, tolower(${column}))`;
      return does === 'leaves out'
        ? `| where not(${listed})`
        : `| extend ${SEVERITY_COLUMN} = iff(${listed}, '${lower}', '${severity}')`;
    })
    .join('\n');
}
