/** Apps of people who install the package: how each is made, and how it is synthesized. Their folders are outside of the project. */
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PEERS } from '../../scripts/package-manifest.ts';

export interface AppKind {
  readonly name: string;
  readonly folder: string;
  /** Its files, before packages are installed; what `cdk init` makes is there already. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether `cdk init app --language typescript` begins it. */
  readonly init?: true;
  /** Packages that are installed with the tarball. */
  readonly install: readonly string[];
  /** What checks its types, by a name of node_modules/.bin. */
  readonly typeCheck?: readonly string[];
  /** Whether it has the jest of `cdk init`. */
  readonly tests?: true;
  /** For `cdk --app`; that of its cdk.json without it. */
  readonly app?: string;
}

/** The oldest that the package allows. */
const OLDEST_CDK = `aws-cdk-lib@${PEERS['aws-cdk-lib'].slice(1)}`;

const IMPORT = `import { Auth0LogsToAzure, parsePipeline } from 'auth0-logs-to-azure';`;
/** Configuration and addresses of the simulators come from the test. */
const PIPELINE = `new Auth0LogsToAzure(STACK, 'prod', {
    config: parsePipeline(JSON.parse(process.env['PIPELINE'] ?? '')),
    environment: JSON.parse(process.env['ADDRESSES'] ?? '{}'),
  });`;
const STACK = `import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Auth0LogsToAzure, type Auth0LogsToAzureProps, parsePipeline, type PipelineConfig } from 'auth0-logs-to-azure';

export class AppStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props?: cdk.StackProps) {
    super(scope, id, props);
    const config: PipelineConfig = parsePipeline(JSON.parse(process.env['PIPELINE'] ?? ''));
    const environment: Auth0LogsToAzureProps['environment'] = JSON.parse(process.env['ADDRESSES'] ?? '{}');
    const pipeline = new Auth0LogsToAzure(this, 'prod', { config, environment });
    pipeline.alarms['lag']?.node.addMetadata('seen', true);
    // @ts-expect-error: the types are known, not any.
    pipeline.shipFunction.nothing;
  }
}
`;
const BIN = `import * as cdk from 'aws-cdk-lib';
import { AppStack } from '../lib/app-stack';

const app = new cdk.App();
new AppStack(app, 'AppStack');
`;
/** In the place of the test that `cdk init` writes. */
const TEST = `import * as cdk from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AppStack } from '../lib/app-stack';

test('the stack has the functions of the pipeline', () => {
  const template = Template.fromStack(new AppStack(new cdk.App(), 'Tested'));
  template.hasOutput('PipelineProd', {});
});
`;
/** As \`cdk init\` wrote it until 2025. */
const FORMER_TSCONFIG = {
  compilerOptions: {
    target: 'ES2020',
    module: 'commonjs',
    lib: ['es2020', 'dom'],
    declaration: true,
    strict: true,
    noImplicitAny: true,
    strictNullChecks: true,
    noImplicitThis: true,
    alwaysStrict: true,
    noImplicitReturns: true,
    inlineSourceMap: true,
    inlineSources: true,
    experimentalDecorators: true,
    strictPropertyInitialization: false,
    typeRoots: ['./node_modules/@types'],
  },
  exclude: ['node_modules', 'cdk.out'],
};
const json = (value: object) => JSON.stringify(value, undefined, 2);

/** The example of a page, which must compile. */
function page(file: string): string {
  const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
  return /^```ts\n([\s\S]*?)^```/m.exec(text)![1]!;
}

export const APPS: readonly AppKind[] = [
  {
    name: 'TypeScript, as cdk init makes it',
    folder: 'app',
    init: true,
    files: {
      'lib/app-stack.ts': STACK,
      'lib/page.ts': page('docs/construct.md'),
      'test/app.test.ts': TEST,
    },
    install: [],
    typeCheck: ['tsc', '--noEmit'],
    tests: true,
  },
  {
    name: 'TypeScript of an older template: CommonJS, node10, ts-node, the oldest aws-cdk-lib',
    folder: 'former',
    files: {
      'package.json': json({ name: 'former', private: true }),
      'tsconfig.json': json(FORMER_TSCONFIG),
      'cdk.json': json({ app: 'npx ts-node --prefer-ts-exts bin/app.ts' }),
      'lib/app-stack.ts': STACK,
      'bin/app.ts': BIN,
    },
    install: [OLDEST_CDK, 'constructs@10.4.2', 'typescript@5.6.3', 'ts-node@10.9.2', '@types/node@22.7.9'],
    typeCheck: ['tsc', '--noEmit'],
  },
  {
    name: 'JavaScript, CommonJS',
    folder: 'common',
    files: {
      'package.json': json({ name: 'common', private: true }),
      'app.js': `const { App, Stack } = require('aws-cdk-lib');
const { Auth0LogsToAzure, parsePipeline } = require('auth0-logs-to-azure');
${PIPELINE.replace('STACK', "new Stack(new App(), 'AppStack')")}
`,
    },
    install: ['aws-cdk-lib', 'constructs'],
    app: 'node app.js',
  },
  {
    name: 'JavaScript, ES modules',
    folder: 'modules',
    files: {
      'package.json': json({ name: 'modules', private: true, type: 'module' }),
      'app.js': `import { App, Stack } from 'aws-cdk-lib';
${IMPORT}
${PIPELINE.replace('STACK', "new Stack(new App(), 'AppStack')")}
`,
    },
    install: ['aws-cdk-lib', 'constructs'],
    app: 'node app.js',
  },
];

/** Writes the files of an app into `folder`, over what is there. */
export async function writeFiles(folder: string, files: AppKind['files']): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** The template that the last synth of an app left. */
export async function templateIn(folder: string, output = 'cdk.out'): Promise<Template> {
  return JSON.parse(await readFile(join(folder, output, 'AppStack.template.json'), 'utf8'));
}
