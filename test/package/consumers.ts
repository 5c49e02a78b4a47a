/** First chapter: every kind of app type checks and synthesizes with nothing but the tarball. */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mustBe } from '../deploy/checks.ts';
import { APPS, type AppKind, templateIn, writeFiles } from './apps.ts';
import { install, type Stage, type } from './stage.ts';

/** Of a pipeline `prod` in an app's own stack: what holds its state, whoever synthesizes it. */
const STATE = {
  prodCheckpointTableC94748CE: 'AWS::DynamoDB::Table',
  prodDeadLetterQueue5573EB3F: 'AWS::SQS::Queue',
  prodRetryQueue4A234420: 'AWS::SQS::Queue',
};

/** Returns the folder of the app that `cdk init` makes today. */
export async function consumers(stage: Stage): Promise<string> {
  for (const app of APPS) await consumer(stage, app);
  await installedApp(stage, join(stage.scratch, APPS.at(-1)!.folder));
  return join(stage.scratch, APPS.find(({ init }) => init)!.folder);
}

async function consumer(stage: Stage, kind: AppKind): Promise<void> {
  const folder = join(stage.scratch, kind.folder);
  await stage.checks.check(`installs: ${kind.name}`, async () => {
    await mkdir(folder);
    if (kind.init)
      await type(stage, folder, 'cdk', 'init', 'app', '--language', 'typescript', '--generate-only');
    await writeFiles(folder, kind.files);
    await install(stage, folder, ...kind.install);
    return 'npm install of the tarball';
  });
  if (kind.typeCheck) {
    const [program, ...args] = kind.typeCheck;
    await stage.checks.check(`type checks: ${kind.name}`, async () => {
      await type(stage, folder, program!, ...args);
      return (await type(stage, folder, program!, '--version')).trim();
    });
  }
  if (kind.tests) {
    await stage.checks.check(`jest with the setting of docs/construct.md: ${kind.name}`, async () => {
      const env = { ...stage.env, ...settingOf('docs/construct.md') };
      const printed = await type({ ...stage, env }, folder, 'jest', '--ci');
      mustBe(/Tests: +1 passed, 1 total/.test(printed), printed);
      return JSON.stringify(settingOf('docs/construct.md'));
    });
  }
  await stage.checks.check(`synthesizes: ${kind.name}`, async () => {
    const app = kind.app ? ['--app', kind.app] : [];
    await type(stage, folder, 'cdk', 'synth', '--quiet', ...app);
    const { Resources, Outputs = {} } = await templateIn(folder);
    for (const [id, of] of Object.entries(STATE)) {
      mustBe(
        Resources[id]?.Type === of,
        `${id} is ${Resources[id]?.Type}, not ${of}: ${Object.keys(Resources)}`,
      );
    }
    mustBe('PipelineProd' in Outputs, `its outputs are ${Object.keys(Outputs)}`);
    return `${Object.keys(Resources).length} resources, the output PipelineProd`;
  });
}

/** The variable that the page's script sets for jest. */
function settingOf(page: string): Readonly<Record<string, string>> {
  const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8');
  const [, name = '', value = ''] = /"test": "(\w+)=(\S+) jest"/.exec(text) ?? [];
  return { [name]: value };
}

/** The package's own app, for who has none: what its command `deploy` drives. */
async function installedApp(stage: Stage, folder: string): Promise<void> {
  await stage.checks.check("synthesizes: the package's own app", async () => {
    const app = 'node node_modules/auth0-logs-to-azure/cdk/installed-app.js';
    const example = 'node_modules/auth0-logs-to-azure/config.example.json';
    const options = ['--output', 'own.out', '-c', `config=${example}`, '-c', 'stackName=AppStack'];
    await type(stage, folder, 'cdk', 'synth', '--quiet', '--app', app, ...options);
    const { Resources } = await templateIn(folder, 'own.out');
    mustBe(
      Object.keys(Resources).some(id => id.startsWith('PipelineGuard')),
      'it has no guard',
    );
    return `${Object.keys(Resources).length} resources, with the guard`;
  });
}
