/** `npm run generate`: writes all generated files that are committed; `npm run generate -- NAME` one of them. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

interface Generator {
  readonly script: string;
  readonly writes: string;
  /** Why it runs only if it is named. */
  readonly onlyNamed?: string;
}

export const GENERATORS: Readonly<Record<string, Generator>> = {
  configuration: { script: 'scripts/config-docs.ts', writes: 'the tables of docs/configuration.md' },
  schema: { script: 'scripts/config-schema.ts', writes: 'config.schema.json' },
  causes: { script: 'scripts/cause-docs.ts', writes: 'the tables of causes in docs/runbook.md' },
  questions: { script: 'scripts/question-docs.ts', writes: 'the tables of docs/acceptance.md' },
  template: { script: 'azure/write-template.ts', writes: 'azure/template.json and docs/schema.md' },
  sentinel: { script: 'scripts/sentinel-files.ts', writes: 'the files of azure/sentinel/' },
  queries: { script: 'scripts/azure-docs.ts', writes: 'docs/queries.md and docs/detections.md' },
  records: { script: 'scripts/golden-records.ts', writes: 'the records of test/golden' },
  sql: {
    script: 'scripts/azure-sql.ts',
    writes: 'queries.sql and asim.sql of simulator/azure/log-analytics/',
  },
  asim: { script: 'scripts/asim-docs.ts', writes: 'docs/asim.md' },
  workbook: {
    script: 'scripts/workbook-page.ts',
    writes: 'the workbook as a page',
    onlyNamed: 'name a file too: docs/images/workbook.png needs Chromium and pngquant, an .html file neither',
  },
  incidents: {
    script: 'scripts/incident-pages.ts',
    writes: 'incidents of the simulated tenant as two pages',
    onlyNamed: 'name two files too, docs/images/sentinel-incidents.png and sentinel-incident.png',
  },
  screens: {
    script: 'scripts/status-pictures.ts',
    writes: 'pictures of the page of status --web',
    onlyNamed: 'name a folder too; needs Chromium. docs/images/status-web.png is one of them, after pngquant',
  },
  page: {
    script: 'scripts/demo-page-picture.ts',
    writes: 'docs/images/demo-page.png',
    onlyNamed: 'it opens the page of the live demo, and needs Chromium and pngquant',
  },
  picture: {
    script: 'scripts/demo-picture.ts',
    writes: 'docs/images/demo.svg',
    onlyNamed: 'it runs the demo, needs `script` of util-linux, and differs each time',
  },
};

const HELP = `npm run generate [-- NAME [OPTION...]]

Without a name, all but those that say "only".

${Object.entries(GENERATORS)
  .map(([name, { writes, onlyNamed }]) => {
    const only = onlyNamed ? `\n${' '.repeat(16)}only by name: ${onlyNamed}` : '';
    return `  ${name.padEnd(14)}${writes}${only}`;
  })
  .join('\n')}

"sql" needs a Python with duckdb-kql: that of .venv/kql or python3, or -- sql --python PYTHON.
`;

/** A Python that can translate KQL; undefined if there is none. */
function translator(): string | undefined {
  const pythons = [resolve(ROOT, '.venv/kql/bin/python'), 'python3'].filter(
    one => !one.includes('/') || existsSync(one),
  );
  return pythons.find(one => spawnSync(one, ['-c', 'import duckdb_kql'], { stdio: 'ignore' }).status === 0);
}

/** Returns the exit code. */
function generate(name: string, given: readonly string[] = []): number {
  const { script, writes } = GENERATORS[name]!;
  const options = [...given];
  if (name === 'sql' && given.length === 0) {
    const python = translator();
    if (python) options.push('--python', python);
    else {
      console.log(
        'sql: skipped, since no Python has duckdb-kql, and a test fails when a query or a column has changed; do\n' +
          '  python3 -m venv .venv/kql && .venv/kql/bin/pip install duckdb-kql==1.1.2',
      );
      return 0;
    }
  }
  console.log(`${name}: ${writes}`);
  return spawnSync(process.execPath, [script, ...options], { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

function main([name, ...options]: readonly string[]): number {
  if (name === undefined) {
    const all = Object.keys(GENERATORS).filter(one => !GENERATORS[one]!.onlyNamed);
    return Math.max(...all.map(one => generate(one)));
  }
  if (name in GENERATORS) return generate(name, options);
  if (name === '--help') {
    console.log(HELP);
    return 0;
  }
  console.error(`"${name}" is not generated; allowed: ${Object.keys(GENERATORS).join(', ')}`);
  return 2;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
