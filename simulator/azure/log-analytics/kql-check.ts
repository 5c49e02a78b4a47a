/** Parses KQL and checks it against declared tables and functions, with Microsoft's own language service. */
import { createRequire } from 'node:module';

export interface Problem {
  /** Such as KS142, an unknown name. */
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly line: number;
}

export interface Checked {
  readonly problems: readonly Problem[];
  /** Columns of the result. */
  readonly columns: readonly ColumnOf[];
}

export interface Workspace {
  readonly tables: Readonly<Record<string, readonly ColumnOf[]>>;
  /** By the columns of their results: a function's text is checked separately. */
  readonly functions: Readonly<Record<string, readonly ColumnOf[]>>;
}

export interface ColumnOf {
  readonly name: string;
  /** As KQL has it, such as `bool`. */
  readonly type: string;
}

/** What is used of the language service, which is .NET compiled to JavaScript and has globals instead of exports. */
interface LanguageService {
  readonly KustoCode: {
    ParseAndAnalyze(
      text: string,
      globals: unknown,
    ): {
      GetDiagnostics(): NetList<{ Code: string; Severity: string; Message: string; Start: number }>;
      ResultType?: { Columns?: NetList<{ Name: string; Type: { Name: string } }> };
    };
  };
  readonly GlobalState: { Default: { WithDatabase(database: unknown): unknown } };
  readonly Symbols: {
    TableSymbol: { $ctor7: new (name: string, schema: string, description: string) => unknown };
    FunctionSymbol: {
      $ctor5: new (name: string, returns: unknown, parameters: readonly unknown[]) => unknown;
    };
    Parameter: { $ctor2: new (name: string, type: unknown) => unknown };
    ScalarTypes: { String: unknown };
    DatabaseSymbol: { ctor: new (name: string, members: unknown[]) => unknown };
  };
}

interface NetList<T> {
  readonly Count: number;
  getItem(index: number): T;
}

const list = <T>(some: NetList<T> | undefined): T[] =>
  Array.from({ length: some?.Count ?? 0 }, (_, index) => some!.getItem(index));

/** A checker for one workspace. Loading the language service takes half a second. */
export function checker(workspace: Workspace): (kql: string) => Checked {
  const { KustoCode, GlobalState, Symbols } = languageService();
  const table = (name: string, columns: readonly ColumnOf[]) =>
    new Symbols.TableSymbol.$ctor7(name, `(${columns.map(one => `${one.name}:${one.type}`).join(', ')})`, '');
  // https://learn.microsoft.com/azure/sentinel/watchlists-queries
  const watchlist = new Symbols.FunctionSymbol.$ctor5(
    '_GetWatchlist',
    table('_GetWatchlist', [{ name: 'SearchKey', type: 'string' }]),
    [new Symbols.Parameter.$ctor2('watchlistAlias', Symbols.ScalarTypes.String)],
  );
  const members = [
    watchlist,
    ...Object.entries(workspace.tables).map(([name, columns]) => table(name, columns)),
    ...Object.entries(workspace.functions).map(
      ([name, columns]) => new Symbols.FunctionSymbol.$ctor5(name, table(name, columns), []),
    ),
  ];
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('workspace', members));
  return kql => {
    const code = KustoCode.ParseAndAnalyze(kql, globals);
    return {
      problems: list(code.GetDiagnostics()).map(({ Code, Severity, Message, Start }) => ({
        code: Code,
        severity: Severity,
        message: Message,
        line: kql.slice(0, Start).split('\n').length,
      })),
      columns: list(code.ResultType?.Columns).map(({ Name, Type }) => ({ name: Name, type: Type.Name })),
    };
  };
}

function languageService(): LanguageService {
  const require = createRequire(import.meta.url);
  require('@kusto/language-service-next/bridge.min.js');
  require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
  return (globalThis as unknown as { Kusto: { Language: LanguageService } }).Kusto.Language;
}
