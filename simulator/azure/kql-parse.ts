/** Parses the KQL that kql.ts runs. */

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | bigint }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly parameters: readonly Expression[] }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    };

/** A column of a result. */
export interface Item {
  readonly name: string;
  readonly expression: Expression;
}

export type Stage =
  | { readonly operator: 'where'; readonly condition: Expression }
  | { readonly operator: 'take'; readonly count: number }
  | { readonly operator: 'project' | 'extend'; readonly items: readonly Item[] }
  | { readonly operator: 'summarize'; readonly items: readonly Item[]; readonly by: readonly Item[] };

export interface Query {
  readonly table: string;
  readonly stages: readonly Stage[];
}

export class KqlSyntaxError extends Error {}

const TOKEN = /\s*('(?:[^'\\]|\\.)*'|\d+|[A-Za-z_]\w*|==|>=|[<>=(),|])/y;

/** Throws KqlSyntaxError. */
export function parseQuery(text: string): Query {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = () => tokens[at] ?? '';
  const next = () => tokens[at++] ?? '';
  const expect = (token: string) => {
    if (next() !== token) throw new KqlSyntaxError(`"${token}" was expected`);
  };
  const word = () => {
    const token = next();
    if (!/^[A-Za-z_]/.test(token)) throw new KqlSyntaxError(`a name was expected, and "${token}" came`);
    return token;
  };

  const primary = (): Expression => {
    const token = next();
    if (token.startsWith("'"))
      return { kind: 'literal', value: token.slice(1, -1).replaceAll(/\\(.)/g, '$1') };
    if (/^\d/.test(token)) return { kind: 'literal', value: BigInt(token) };
    if (!/^[A-Za-z_]/.test(token)) throw new KqlSyntaxError(`"${token}" is not an expression`);
    if (peek() !== '(') return { kind: 'name', name: token };
    next();
    const parameters: Expression[] = [];
    while (peek() !== ')') {
      parameters.push(expression());
      if (peek() === ',') next();
      else if (peek() !== ')') throw new KqlSyntaxError('")" was expected');
    }
    next();
    return { kind: 'call', name: token, parameters };
  };
  const comparison = (): Expression => {
    const left = primary();
    if (!['==', '>=', '<', '>'].includes(peek())) return left;
    return { kind: 'binary', operator: next(), left, right: primary() };
  };
  const expression = (): Expression => {
    let left = comparison();
    while (peek() === 'and') left = { kind: 'binary', operator: next(), left, right: comparison() };
    return left;
  };
  const items = (): Item[] => {
    const all: Item[] = [];
    do {
      if (peek() === ',') next();
      const name = tokens[at + 1] === '=' ? word() : '';
      if (name !== '') expect('=');
      const one = expression();
      if (name === '' && one.kind !== 'name') throw new KqlSyntaxError('only named columns are known here');
      all.push({ name: name || (one as { name: string }).name, expression: one });
    } while (peek() === ',');
    return all;
  };
  const stage = (): Stage => {
    const operator = word();
    if (operator === 'where') return { operator, condition: expression() };
    if (operator === 'take') return { operator, count: Number(next()) };
    if (operator === 'project' || operator === 'extend') return { operator, items: items() };
    if (operator !== 'summarize') throw new KqlSyntaxError(`the operator ${operator} is not known here`);
    const aggregates = items();
    if (peek() !== 'by') return { operator, items: aggregates, by: [] };
    next();
    return { operator, items: aggregates, by: items() };
  };

  const table = word();
  const stages: Stage[] = [];
  while (at < tokens.length) {
    expect('|');
    stages.push(stage());
  }
  return { table, stages };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const whole = text.trimEnd();
  while (TOKEN.lastIndex < whole.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(whole);
    if (!match) throw new KqlSyntaxError(`"${whole.slice(from, from + 20)}" is not understood`);
    tokens.push(match[1]!);
  }
  return tokens;
}
