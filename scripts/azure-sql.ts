/**
 * `npm run generate -- sql`: translates the KQL of azure/ to SQL for simulator/azure/, after a change of a query. Needs Python
 * with duckdb-kql; the tests themselves do not. With `--only asim.sql`, one file alone.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { asimTranslations } from '../simulator/azure/log-analytics/asim-translations.ts';
import {
  formatGenerated,
  type GeneratedQuery,
  parseGenerated,
} from '../simulator/azure/log-analytics/generated.ts';
import {
  hashOf,
  type Translation,
  translations,
  withoutStandIns,
} from '../simulator/azure/log-analytics/translations.ts';

const FOLDER = resolve(import.meta.dirname, '../simulator/azure/log-analytics');
const TRANSLATOR = 'duckdb-kql==1.1.2';

const { values } = parseArgs({
  options: { python: { type: 'string', default: 'python3' }, only: { type: 'string' } },
});

function main(): void {
  checkTranslator();
  const files = { 'queries.sql': translations, 'asim.sql': asimTranslations };
  for (const [file, all] of Object.entries(files)) {
    if (values.only === undefined || values.only === file) write(file, all());
  }
}

function write(file: string, all: readonly Translation[]): void {
  const work = mkdtempSync(join(tmpdir(), 'azure-sql-'));
  try {
    // What a translation depends on is in its hash.
    const before = new Map(madeBefore(file).map(one => [one.hash, one.sql]));
    const stale = all.filter(one => !before.has(hashOf(one)));
    const written = new Map(
      groups(stale).flatMap((group, index) => translate(group, join(work, `${index}`))),
    );
    const queries = all.map(one => {
      const hash = hashOf(one);
      return [one.name, { hash, sql: before.get(hash) ?? written.get(one.name)! }] as const;
    });
    writeFileSync(join(FOLDER, file), formatGenerated(new Map(queries), TRANSLATOR));
    console.log(`translated ${stale.length} of ${all.length} queries into ${file}`);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** The queries of the file, unless another translator made it. */
function madeBefore(file: string): readonly GeneratedQuery[] {
  const path = join(FOLDER, file);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text.split('\n', 1)[0]!.includes(`with ${TRANSLATOR};`) ? [...parseGenerated(text).values()] : [];
}

function checkTranslator(): void {
  try {
    execFileSync(
      values.python,
      [
        '-c',
        `import importlib.metadata as m; assert "duckdb-kql==" + m.version("duckdb-kql") == "${TRANSLATOR}"`,
      ],
      { stdio: 'ignore' },
    );
  } catch {
    console.error(`${values.python} has no ${TRANSLATOR}. Make an environment that has, and name its Python:
  python3 -m venv .venv/kql && .venv/kql/bin/pip install ${TRANSLATOR}
  npm run generate -- sql --python .venv/kql/bin/python`);
    process.exit(1);
  }
}

/** The translator takes many files, but one schema per call. */
function groups(all: readonly Translation[]): Translation[][] {
  return Object.values(Object.groupBy(all, one => JSON.stringify(one.schema))).map(group => group!);
}

function translate(group: readonly Translation[], folder: string): [name: string, sql: string][] {
  const [input, output, schema] = ['kql', 'sql', 'schema.json'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(input, { recursive: true });
  mkdirSync(output);
  writeFileSync(schema, JSON.stringify(group[0]!.schema));
  for (const { name, kql } of group) writeFileSync(join(input, `${name}.kql`), kql);
  const command = ['-m', 'duckdb_kql', 'translate', '--no-header', '--schema', schema, '-o', output, input];
  execFileSync(values.python, command, { stdio: 'inherit' });
  return group.map(({ name }) => [name, withoutStandIns(readFileSync(join(output, `${name}.sql`), 'utf8'))]);
}

main();
