/**
 * The part of KQL that the queries of ids and counts need, over rows in memory: where, project, extend, summarize, take.
 * It returns the same as Kusto, or throws: https://learn.microsoft.com/kusto/query
 * Integers have 64 bits in Kusto, and are BigInt here.
 */
import { createHash } from 'node:crypto';
import { type Expression, type Item, parseQuery, type Stage } from './kql-parse.ts';

export type Value = string | bigint | boolean | null;
export type KqlRow = Readonly<Record<string, Value>>;

export interface KqlTable {
  /** `any`: a table whose columns are not declared. */
  readonly columns: readonly string[] | 'any';
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What Azure calls a semantic error: the query names a missing table or column. */
export class SemanticError extends Error {}

interface Relation {
  readonly columns: readonly string[] | 'any';
  readonly rows: readonly KqlRow[];
}

/** The rows of a query. Throws KqlSyntaxError and SemanticError, and Error for KQL that is not supported here. */
export function runKql(text: string, tableOf: (name: string) => KqlTable | undefined): KqlRow[] {
  const { table: name, stages } = parseQuery(text);
  const table = tableOf(name);
  const [first] = stages;
  if (!table) {
    const who = first ? `'${first.operator}' operator: ` : '';
    throw new SemanticError(`${who}Failed to resolve table or column expression named '${name}'`);
  }
  let relation: Relation = { columns: table.columns, rows: table.rows.map(valuesOf) };
  for (const stage of stages) relation = apply(relation, stage);
  return [...relation.rows];
}

const valuesOf = (row: Readonly<Record<string, unknown>>): KqlRow =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, kqlValue(value)]));

function kqlValue(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : String(value);
  return value === null || value === undefined ? null : JSON.stringify(value);
}

function apply(relation: Relation, stage: Stage): Relation {
  const { columns, rows } = relation;
  const check = (items: readonly Item[]) => {
    for (const { expression } of items) checkNames(expression, columns, stage.operator);
  };
  switch (stage.operator) {
    case 'where':
      checkNames(stage.condition, columns, 'where');
      return { columns, rows: rows.filter(row => evaluate(stage.condition, row) === true) };
    case 'take':
      return { columns, rows: rows.slice(0, stage.count) };
    case 'project':
      check(stage.items);
      return {
        columns: stage.items.map(one => one.name),
        rows: rows.map(row =>
          Object.fromEntries(stage.items.map(one => [one.name, evaluate(one.expression, row)])),
        ),
      };
    case 'extend':
      check(stage.items);
      return {
        columns: columns === 'any' ? 'any' : [...columns, ...stage.items.map(one => one.name)],
        rows: rows.map(row => ({
          ...row,
          ...Object.fromEntries(stage.items.map(one => [one.name, evaluate(one.expression, row)])),
        })),
      };
    case 'summarize':
      check(stage.by);
      check(stage.items);
      return {
        columns: [...stage.by, ...stage.items].map(one => one.name),
        rows: summarized(rows, stage.items, stage.by),
      };
  }
}

function summarized(rows: readonly KqlRow[], items: readonly Item[], by: readonly Item[]): KqlRow[] {
  const groups = new Map<string, { readonly keys: KqlRow; readonly rows: KqlRow[] }>();
  for (const row of rows) {
    const keys = Object.fromEntries(by.map(one => [one.name, evaluate(one.expression, row)]));
    const key = JSON.stringify(Object.values(keys).map(value => [typeof value, String(value)]));
    const group = groups.get(key) ?? { keys, rows: [] };
    groups.set(key, group);
    group.rows.push(row);
  }
  // "If GroupExpression isn't provided, the output is a single (empty) row": https://learn.microsoft.com/kusto/query/summarize-operator
  if (by.length === 0 && groups.size === 0) groups.set('', { keys: {}, rows: [] });
  return [...groups.values()].map(group => ({
    ...group.keys,
    ...Object.fromEntries(items.map(one => [one.name, aggregate(one.expression, group.rows)])),
  }));
}

function aggregate(expression: Expression, rows: readonly KqlRow[]): Value {
  if (expression.kind !== 'call') throw new Error('summarize is known with aggregates alone');
  const [first] = expression.parameters;
  const values = () => rows.map(row => evaluate(first!, row)).filter(value => value !== null);
  switch (expression.name) {
    case 'count':
      return BigInt(rows.length);
    case 'countif':
      return BigInt(rows.filter(row => evaluate(first!, row) === true).length);
    case 'sum':
      return values().reduce((sum: bigint, value) => sum + BigInt(value as bigint), 0n);
    case 'binary_all_xor':
      return values().reduce((all: bigint, value) => all ^ BigInt(value as bigint), 0n);
    case 'min':
      return values().reduce<Value>(
        (least, value) => (least === null || value < least ? value : least),
        null,
      );
    case 'max':
      return values().reduce<Value>((most, value) => (most === null || value > most ? value : most), null);
    default:
      throw new Error(`the aggregate ${expression.name}() is not known here`);
  }
}

function checkNames(expression: Expression, columns: readonly string[] | 'any', operator: string): void {
  if (expression.kind === 'name' && columns !== 'any' && !columns.includes(expression.name)) {
    const what = `Failed to resolve scalar expression named '${expression.name}'`;
    throw new SemanticError(`'${operator}' operator: ${what}`);
  }
  if (expression.kind === 'call') for (const one of expression.parameters) checkNames(one, columns, operator);
  if (expression.kind === 'binary') {
    checkNames(expression.left, columns, operator);
    checkNames(expression.right, columns, operator);
  }
}

function evaluate(expression: Expression, row: KqlRow): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return row[expression.name] ?? null;
    case 'binary':
      return compared(expression.operator, evaluate(expression.left, row), () =>
        evaluate(expression.right, row),
      );
    case 'call': {
      const values = expression.parameters.map(one => evaluate(one, row));
      // By name, decided by the table: https://learn.microsoft.com/kusto/query/column-ifexists-function
      if (expression.name === 'column_ifexists') return row[String(values[0])] ?? values[1] ?? null;
      return called(expression.name, values);
    }
  }
}

function compared(operator: string, left: Value, rightOf: () => Value): Value {
  if (operator === 'and') return left === true && rightOf() === true;
  const right = rightOf();
  if (left === null || right === null) return operator === '==' && (left ?? '') === (right ?? '');
  if (operator === '==') return left === right;
  // Strings have no order in KQL: https://learn.microsoft.com/kusto/query/strcmp-function
  if (typeof left === 'string')
    throw new SemanticError(`Cannot compare values of types string and ${typeof right}`);
  if (operator === '<') return left < right;
  if (operator === '>') return left > right;
  return left >= right;
}

function called(name: string, parameters: readonly Value[]): Value {
  const [first, second, third] = parameters;
  const text = String(first ?? '');
  switch (name) {
    // https://learn.microsoft.com/kusto/query/isnotempty-function
    case 'isnotempty':
      return text !== '';
    case 'strlen':
      return BigInt(text.length);
    case 'substring':
      return text.slice(Number(second), third === undefined ? undefined : Number(second) + Number(third));
    case 'strcat':
      return parameters.map(one => String(one ?? '')).join('');
    case 'tolong':
      return /^(\d{1,18}|0x[0-9a-f]{1,15})$/i.test(text) ? BigInt(text) : null;
    case 'hash_sha256':
      return createHash('sha256').update(text).digest('hex');
    default:
      throw new Error(`the function ${name}() is not known here`);
  }
}
