/**
 * Expressions of ARM templates, read and evaluated here, since no Azure can be asked. It knows only the functions that
 * our template uses and throws at any other.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions
 */
import { createHash } from 'node:crypto';

export type Node =
  | { readonly kind: 'value'; readonly value: string | number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'property'; readonly of: Node; readonly name: string }
  | { readonly kind: 'index'; readonly of: Node; readonly at: Node };

/** What only a deployment knows. */
export interface Scope {
  parameter(name: string): unknown;
  variable(name: string): unknown;
  /** The state of a resource by its id. */
  reference(id: string): unknown;
  /** The round of a copy loop; undefined outside of it. */
  copyIndex(loop?: string): number | undefined;
  readonly location: string;
  readonly tenantId: string;
  readonly environment: string;
}

export const SUBSCRIPTION = '/subscriptions/5ca1ab1e-0000-4000-8000-00000000000a';
export const GROUP = `${SUBSCRIPTION}/resourceGroups/logs`;

/** The expression in a text of a template; undefined when it is a literal. Throws for one that does not parse. */
export function expressionIn(text: string): Node | undefined {
  if (!text.startsWith('[') || text.startsWith('[[') || !text.endsWith(']')) return undefined;
  return parse(text.slice(1, -1));
}

function parse(source: string): Node {
  const tokens = source.match(/\s*('(?:[^']|'')*'|-?\d+|[A-Za-z_]\w*|[()[\].,])/g)?.map(t => t.trim()) ?? [];
  if (tokens.join('') !== source.replaceAll(/\s+(?=(?:[^']*'[^']*')*[^']*$)/g, '')) {
    throw new Error(`a character that no expression has, in: ${source}`);
  }
  let at = 0;
  const take = (wanted?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (wanted !== undefined && token !== wanted)) {
      throw new Error(`${token ?? 'the end'} instead of ${wanted ?? 'something'} in: ${source}`);
    }
    return token;
  };
  const primary = (): Node => {
    const token = take();
    if (token.startsWith("'")) return { kind: 'value', value: token.slice(1, -1).replaceAll("''", "'") };
    if (/^-?\d+$/.test(token)) return { kind: 'value', value: Number(token) };
    if (!/^[A-Za-z_]/.test(token)) throw new Error(`${token} where a value should be, in: ${source}`);
    take('(');
    const args: Node[] = [];
    while (tokens[at] !== ')') {
      if (args.length > 0) take(',');
      args.push(whole());
    }
    take(')');
    return { kind: 'call', name: token, args };
  };
  const whole = (): Node => {
    let node = primary();
    while (tokens[at] === '.' || tokens[at] === '[') {
      if (take() === '.') node = { kind: 'property', of: node, name: take() };
      else {
        node = { kind: 'index', of: node, at: whole() };
        take(']');
      }
    }
    return node;
  };
  const node = whole();
  if (at < tokens.length) throw new Error(`${tokens[at]} after the end of: ${source}`);
  return node;
}

/** Every call in an expression, from the outside in. */
export function callsIn(node: Node): { readonly name: string; readonly args: readonly Node[] }[] {
  if (node.kind === 'value') return [];
  if (node.kind === 'call') return [node, ...node.args.flatMap(callsIn)];
  return [...callsIn(node.of), ...(node.kind === 'index' ? callsIn(node.at) : [])];
}

export function evaluate(node: Node, scope: Scope): unknown {
  if (node.kind === 'value') return node.value;
  if (node.kind === 'property') return memberOf(evaluate(node.of, scope), node.name);
  if (node.kind === 'index') return memberOf(evaluate(node.of, scope), evaluate(node.at, scope));
  // As Azure does, only the branch that is taken is looked at.
  if (node.name === 'if') {
    const [condition, yes, no] = node.args;
    return evaluate(bool(evaluate(condition!, scope)) ? yes! : no!, scope);
  }
  const work = FUNCTIONS[node.name];
  if (!work) throw new Error(`function ${node.name} is not known here`);
  return work(
    scope,
    node.args.map(arg => evaluate(arg, scope)),
  );
}

function memberOf(of: unknown, name: unknown): unknown {
  const value = Object(of)[String(name)];
  if (value === undefined) throw new Error(`${JSON.stringify(of)} has no ${name}`);
  return value;
}

function bool(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new Error(`${JSON.stringify(value)} is no bool`);
}

const hash = (parts: readonly unknown[]) => createHash('sha256').update(parts.join('\n')).digest('hex');

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  throw new Error(`${JSON.stringify(value)} has no length`);
}

/** `type/subtype` and their names make `…/type/name/subtype/name2`. */
export function resourceId(type: string, ...names: readonly string[]): string {
  const [provider, ...types] = type.split('/');
  if (types.length !== names.length)
    throw new Error(`${type} has ${types.length} names, not ${names.length}`);
  return `${GROUP}/providers/${provider}/${types.map((one, i) => `${one}/${names[i]}`).join('/')}`;
}

const FUNCTIONS: Readonly<Record<string, (scope: Scope, args: readonly unknown[]) => unknown>> = {
  parameters: (scope, [name]) => scope.parameter(String(name)),
  variables: (scope, [name]) => scope.variable(String(name)),
  reference: (scope, [id]) => scope.reference(String(id)),
  copyIndex: (scope, [loop]) => {
    const round = scope.copyIndex(loop === undefined ? undefined : String(loop));
    if (round === undefined) throw new Error(`copyIndex(${loop ?? ''}) outside of its loop`);
    return round;
  },
  resourceId: (_, [type, ...names]) => resourceId(String(type), ...names.map(String)),
  subscriptionResourceId: (_, [type, name]) => {
    const [provider, kind] = String(type).split('/');
    return `${SUBSCRIPTION}/providers/${provider}/${kind}/${name}`;
  },
  subscription: scope => ({ id: SUBSCRIPTION, tenantId: scope.tenantId }),
  resourceGroup: scope => ({ id: GROUP, location: scope.location }),
  environment: scope => ({ name: scope.environment }),
  equals: (_, [a, b]) => a === b,
  and: (_, args) => args.every(bool),
  or: (_, args) => args.some(bool),
  not: (_, [value]) => !bool(value),
  createObject: (_, args) =>
    Object.fromEntries(args.flatMap((key, i) => (i % 2 === 0 ? [[String(key), args[i + 1]]] : []))),
  union: (_, objects) => Object.assign({}, ...objects),
  null: () => null,
  empty: (_, [value]) => lengthOf(value) === 0,
  length: (_, [value]) => lengthOf(value),
  intersection: (_, [one, other]) => (one as unknown[]).filter(value => (other as unknown[]).includes(value)),
  concat: (_, parts) => (parts.some(Array.isArray) ? parts.flat() : parts.join('')),
  createArray: (_, values) => values,
  join: (_, [list, delimiter]) => (list as unknown[]).join(String(delimiter)),
  contains: (_, [list, value]) => (list as unknown[]).includes(value),
  replace: (_, [text, from, to]) => String(text).replaceAll(String(from), String(to)),
  toLower: (_, [text]) => String(text).toLowerCase(),
  format: (_, [pattern, ...values]) =>
    String(pattern).replaceAll(/\{(\d+)\}/g, (_match, i) => {
      if (values[Number(i)] === undefined) throw new Error(`${pattern} has no value for {${i}}`);
      return String(values[Number(i)]);
    }),
  guid: (_, parts) => hash(parts).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5'),
  uniqueString: (_, parts) => hash(parts).slice(0, 13),
};
