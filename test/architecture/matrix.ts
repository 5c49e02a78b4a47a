/**
 * Who may import whom. What a row does not list is refused, and so is a file that no row fits.
 *
 * `a/b/` stands for the files of that folder, without those below; `*` for anything. The first row that fits a file is
 * its row, and files of one row may import each other. A name in angle brackets stands for one command, one kind of
 * destination, one vendor: `lambda/edges/<vendor>[-…].ts` is sqs.ts, dynamodb.ts and dynamodb-former.ts, of which
 * the last two may import each other. Packages are npm's and Node's.
 */

/** The table of CONTRIBUTING.md, "The house", and the packages of each row. */
const HOUSE = `
| lambda/core/record/          | core                                                            | valibot my-ua-parser node:crypto
| lambda/core/settings/        | core                                                            | valibot
| lambda/core/                 | core                                                            | valibot node:crypto node:util node:zlib
| lambda/destinations/all.ts   | core lambda/destinations/ lambda/destinations/<kind>/           | valibot
| lambda/destinations/<kind>/  | core lambda/destinations/                                       | valibot node:crypto node:util node:zlib
| lambda/destinations/         | core                                                            | valibot
| lambda/config/               | core lambda/destinations/all.ts                                 | valibot
| lambda/edges/<vendor>[-…].ts | core lambda/config/                                             | auth0 jose @aws-sdk/* @aws-lambda-powertools/* node:buffer node:crypto node:http node:https node:stream node:zlib
| lambda/                      | core lambda/config/ lambda/destinations/ lambda/edges/*         | aws-lambda @aws-sdk/* @aws-lambda-powertools/* @smithy/signature-v4
| cdk/                         | lambda/config/ lambda/core/cause.ts lambda/core/contract.ts lambda/core/settings/problems.ts lambda/destinations/all.ts lambda/edges/auth0-causes.ts | aws-cdk-lib constructs cdk-nag node:*
| cli/terminal/                | core lambda/config/                                             | commander picocolors cli-progress node:*
| cli/pipelines/               | lambda cli/terminal/ cli/pipelines/local/ cli/pipelines/stack/  | commander @aws-sdk/* node:*
| cli/pipelines/letters/       | lambda cli/terminal/ cli/pipelines/                             | node:*
| cli/pipelines/local/         | lambda cli/terminal/ cli/pipelines/                             | node:*
| cli/pipelines/stack/         | lambda cli/terminal/ cli/pipelines/ lambda/edges/*              | @aws-sdk/* @smithy/signature-v4 node:*
| cli/window/                  | lambda cli/terminal/ cli/pipelines/                             | cli-table3 node:*
| cli/web/                     | core lambda/config/ cli/terminal/                               | valibot node:*
| cli/web/page/                |                                                                 | preact uplot
| cli/<command>/page/          | cli/web/page/                                                    | preact
| cli/demo/                    | core lambda/destinations/ lambda/*-handler.ts cli/terminal/ cli/web/ cli/demo/live/ cli/demo/page/ simulator/* | commander valibot picocolors cli-progress cli-table3 node:*
| cli/demo/live/               | core cli/terminal/ cli/demo/ cli/demo/page/ simulator/*         | node:*
| cli/checks/                  | lambda cli/terminal/ lambda/edges/*                             | node:*
| cli/doctor/                  | lambda cli/terminal/ cli/pipelines/ cli/window/ cli/checks/ lambda/edges/* | commander node:*
| cli/deploy/                  | lambda cli/terminal/ cli/pipelines/ cli/pipelines/local/ cli/pipelines/stack/ cdk/installed-app.ts | commander @aws-sdk/client-secrets-manager node:*
| cli/azure/                   | lambda cli/terminal/ cli/pipelines/ cli/pipelines/stack/        | commander @aws-sdk/client-iam @aws-sdk/client-lambda node:*
| cli/init/                    | lambda cli/terminal/ cli/pipelines/ cli/pipelines/local/ cli/checks/ lambda/edges/* | commander @clack/prompts node:*
| cli/replay/                  | lambda cli/terminal/ cli/pipelines/ cli/pipelines/letters/ cli/pipelines/stack/ cli/window/ | commander cli-table3 @aws-sdk/client-sqs node:*
| cli/acceptance/              | lambda cli/terminal/ cli/pipelines/ cli/pipelines/local/ cli/pipelines/stack/ lambda/edges/* | commander @aws-sdk/client-cloudwatch node:*
| cli/<command>/               | lambda cli/terminal/ cli/pipelines/ cli/pipelines/letters/ cli/pipelines/local/ cli/window/ cli/web/ cli/<command>/page/ | commander cli-table3 valibot node:*
| cli/                         | cli/terminal/ cli/<command>/command.ts                          | commander node:*
| azure/asim/                  | azure/ lambda/core/record/                                      | node:*
| azure/                       | azure/asim/ lambda/core/record/ lambda/core/contract.ts lambda/core/model.ts lambda/destinations/all.ts | node:*
| simulator/world.ts           | simulator/*                                                     | node:*
| simulator/                   |                                                                 | node:*
| simulator/auth0/             | simulator/                                                      | node:*
| simulator/azure/             | simulator/                                                      | node:*
| simulator/azure/asim/        |                                                                 | node:*
| simulator/azure/log-analytics/ | simulator/azure/ simulator/azure/asim/ azure/ azure/asim/ lambda/core/record/columns.ts lambda/core/stored-kql.ts | @duckdb/node-api @kusto/language-service-next node:*
| simulator/aws/               | simulator/ simulator/azure/entra-federation.ts                  | @aws-sdk/* dynalite fauxqs node:*
| simulator/aws/cloudwatch/    | simulator/                                                      | node:*
| simulator/aws/ministack/     | simulator/                                                      | node:*
| scripts/azure-trials/        | lambda/core/record/ lambda/destinations/all.ts azure/* simulator/* | node:*
| scripts/                     | product simulator/* scripts/azure-trials/                                             | valibot @valibot/to-json-schema yaml esbuild cli-progress playwright-core @stryker-mutator/* vitest node:*
| bench/                       | product simulator/* scripts/build.ts                            | esbuild @aws-sdk/* node:*
| vitest.*                     | test/cdk/folder.ts                                              | vitest node:path
`;

/** The tests may import all but tests, any package, and of the tests only this. */
const TESTS = `
| test/                       | test/destinations/
| test/alarms/                | test/cdk/ test/destinations/ test/world.ts
| test/architecture/          | test/*
| test/azure/                 | test/cli/
| test/azure/asim/            | test/azure/ test/docs/pages.ts
| test/bench/                 |
| test/cdk/                   | test/cli/cli.ts test/destinations/
| test/cli/                   | test/stories/functions.ts test/destinations/
| test/cli/pipelines/         | test/cli/ test/config/ test/destinations/
| test/cli/pipelines/local/   | test/cli/ test/config/ test/destinations/
| test/cli/pipelines/letters/ | test/cli/ test/cli/replay/ test/destinations/
| test/cli/pipelines/stack/   | test/cli/ test/config/
| test/cli/demo/live/         |
| test/cli/demo/              | test/cli/ test/cli/web/ test/cli/demo/live/
| test/cli/azure/             | test/cli/ test/config/ test/azure/
| test/cli/terminal/          | test/cli/
| test/cli/web/               | test/cli/
| test/cli/window/            | test/cli/
| test/cli/remedies/          | test/cli/ test/cli/replay/ test/architecture/sources.ts test/deploy/remedies.ts
| test/cli/status/            | test/cli/ test/cli/replay/ test/cli/web/ test/config/ test/destinations/
| test/cli/demo/              | test/cli/ test/cli/web/ test/config/ test/destinations/ test/world.ts
| test/cli/<command>/         | test/cli/ test/config/ test/destinations/ test/world.ts
| test/config/                | test/destinations/
| test/core/                  | test/core/record/ test/world.ts test/cli/last-run.ts test/edges/server.ts
| test/core/record/           | test/config/
| test/crash/                 |
| test/deploy/                | test/destinations/
| test/destinations/          | test/destinations/<kind>/sample.ts test/edges/server.ts test/simulator/azure/
| test/destinations/<kind>/   | test/azure/ test/cli/ test/cli/doctor/ test/config/ test/destinations/ test/edges/server.ts test/simulator/azure/ test/stories/
| test/docs/                  | test/azure/ test/cli/ test/cli/demo/ test/cli/replay/ test/destinations/ test/scripts/
| test/edges/                 | test/config/ test/destinations/
| test/golden/                |
| test/package/               | test/deploy/
| test/properties/            | test/world.ts test/crash/soak.ts
| test/scripts/               | test/config/ test/destinations/
| test/service/               | test/cli/
| test/simulator/auth0/       |
| test/simulator/aws/         |
| test/simulator/azure/       | test/destinations/
| test/simulator/azure/asim/  |
| test/simulator/azure/log-analytics/ | test/simulator/azure/
| test/stories/               | test/azure/alert-rules.ts test/destinations/ test/edges/tls.ts
| test/upgrade/               | test/cdk/ test/stories/
`;

const SHORT: Readonly<Record<string, readonly string[]>> = {
  core: ['lambda/core/', 'lambda/core/record/', 'lambda/core/settings/'],
  lambda: [
    'lambda/core/',
    'lambda/core/record/',
    'lambda/core/settings/',
    'lambda/config/',
    'lambda/destinations/',
    'lambda/environment.ts',
    'lambda/wiring.ts',
    'lambda/wiring-azure.ts',
  ],
  product: ['lambda/*', 'cdk/*', 'cli/*', 'azure/*'],
};

/** The file of which it is known that a name is one of a command, or of a kind. */
export const NAMED: Readonly<Record<string, (name: string) => string>> = {
  command: name => `cli/${name}/command.ts`,
  kind: name => `lambda/destinations/${name}/post.ts`,
};

export interface Row {
  readonly files: string;
  readonly house: readonly string[];
  readonly packages: readonly string[];
}

const rowsOf = (table: string) => table.trim().split('\n').map(cellsOf);
const rowOf = ([files, house, packages]: readonly (readonly string[])[]): Row => ({
  files: files![0]!,
  house: house!.flatMap(word => SHORT[word] ?? word),
  packages: packages!,
});

/** Folder and what it may import, as written. */
export const HOUSE_AS_WRITTEN: readonly (readonly string[])[] = rowsOf(HOUSE).map(cells =>
  cells.slice(0, 2).map(words => words.join(' ')),
);
export const MATRIX: readonly Row[] = [
  ...rowsOf(HOUSE).map(rowOf),
  ...rowsOf(TESTS).map(([files, tests]) =>
    rowOf([files!, ['product', 'simulator/*', 'scripts/*', 'bench/*', ...tests!], ['*']]),
  ),
];

/** The words of each cell of a table's line. */
export function cellsOf(line: string): readonly (readonly string[])[] {
  return line
    .split('|')
    .slice(1)
    .map(cell => cell.split(' ').filter(word => word !== ''));
}
