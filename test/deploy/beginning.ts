/** From an empty folder to the first log, with the command line alone: `init`, `deploy`, `status`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { generateLogs } from '../../simulator/auth0/tenant.ts';
import { runToEnd } from '../../simulator/aws/ministack/child.ts';
import type { MiniStack } from '../../simulator/aws/ministack/server.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { startEnds } from '../../simulator/world.ts';
import { type Checks, mustBe, until } from './checks.ts';

export interface Beginning {
  readonly checks: Checks;
  readonly aws: MiniStack;
  readonly scratch: string;
  readonly nodeFolder: string;
  readonly signal: AbortSignal;
  /** The command line; that of the checkout when absent. */
  readonly main?: string;
}

const MAIN = resolve(import.meta.dirname, '../../cli/main.ts');
const STACK = 'Beginning';
/** Its secrets are called after it: in the same account, no other pipeline has it. */
const NAME = 'begin';
const LOGS = 300;
const TICK_SECONDS = 150;
const CLIENT = { clientId: 'beginning-client', clientSecret: 'beginning-client-secret' };

/** Its own tenant, its own Azure, and a stack of its own, in the same account. */
export async function beginning(stage: Beginning): Promise<void> {
  const { checks, aws, scratch, nodeFolder, signal, main = MAIN } = stage;
  const home = join(scratch, 'beginning');
  await mkdir(home);
  const toMs = Date.now() - 60_000;
  const logs = generateLogs({ seed: 5, count: LOGS, fromMs: toMs - 3_600_000, toMs });
  const ends = await startEnds({ name: 'beginning', auth0: { logs } });
  try {
    const { config, secrets } = ends.pipeline(KINDS.at(-1) ?? KINDS[0], NAME);
    const { secret: _, ...azure } = config.azure;
    const outputs = Object.entries(azure).map(([name, value]) => [name, { type: 'String', value }]);
    await writeFile(join(home, 'outputs.json'), JSON.stringify(Object.fromEntries(outputs)));
    for (const [name, fields] of [
      ['auth0.json', CLIENT],
      ['azure.json', secrets.azure],
    ] as const) {
      await writeFile(join(home, name), JSON.stringify(fields), { mode: 0o600 });
    }
    // The CDK reads it from there, and gives it to the app: the functions find the simulators by it.
    const context = { environment: JSON.stringify(ends.addresses) };
    await writeFile(join(home, '.cdk.json'), JSON.stringify({ context }));
    const env = {
      ...aws.env,
      ...ends.addresses,
      ...(aws.env['AWS_CA_BUNDLE'] && { NODE_EXTRA_CA_CERTS: aws.env['AWS_CA_BUNDLE'] }),
      PATH: [nodeFolder, process.env['PATH']].join(delimiter),
      HOME: home,
      TMPDIR: scratch,
      NO_COLOR: '1',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    };
    const type = async (...words: readonly string[]) => {
      checks.say(words.slice(0, 3).join(' '));
      const { end, output, stdout } = await runToEnd(join(nodeFolder, 'node'), [main, ...words], {
        env,
        cwd: home,
        signal,
      });
      mustBe(end === 0, `${words.join(' ')}\nended with ${end}:\n${output.slice(-3_000)}`);
      for (const value of [CLIENT.clientSecret, ...Object.values(secrets.azure)]) {
        mustBe(!output.includes(value), `${words.join(' ')} prints a secret`);
      }
      return { output, stdout };
    };
    const startedAtMs = Date.now();
    await checks.check('init writes configuration and secrets in an empty folder', async () => {
      const answers = [
        '--domain',
        'beginning.eu.auth0.com',
        '--log-retention-days',
        '1',
        '--alarm-email',
        'none',
      ];
      const files = [
        '--credentials',
        'auth0.json',
        '--outputs',
        'outputs.json',
        '--azure-secret',
        'azure.json',
      ];
      await type('init', '--name', NAME, ...answers, ...files);
      const { pipelines } = JSON.parse(await readFile(join(home, 'config.json'), 'utf8'));
      return `pipeline ${pipelines[0].name} to ${pipelines[0].azure.kind}`;
    });
    await checks.check('deploy --dry-run shows what would be created, and creates nothing', async () => {
      const { output } = await type('deploy', '--dry-run', '--stack', STACK, '--secrets', 'secrets.json');
      mustBe(/AWS::Lambda::Function/.test(output), `it shows no function:\n${output.slice(-2_000)}`);
      return `${output.match(/^\[\+\]/gm)?.length} resources`;
    });
    await checks.check(
      'deploy --bootstrap deploys without an app of one’s own, and stores both secrets',
      async () => {
        const { stdout } = await type(
          'deploy',
          '--bootstrap',
          '--yes',
          '--stack',
          STACK,
          '--secrets',
          'secrets.json',
          '--json',
        );
        const { secrets: stored } = JSON.parse(stdout);
        mustBe(
          stored.length === 2 && stored.every((one: { result: string }) => one.result === 'stored'),
          stdout,
        );
        return stored.map((one: { secret: string }) => one.secret).join(', ');
      },
    );
    await checks.check('the first logs arrive, and status says that the pipeline is healthy', async () => {
      const arrived = async () => ends.azure.received.unique === LOGS;
      await until(TICK_SECONDS, arrived, async () => `${ends.azure.received.unique} of ${LOGS} logs`);
      const firstMs = Date.now() - startedAtMs;
      const healthy = async () => {
        const status = await runToEnd(join(nodeFolder, 'node'), [main, 'status', '--stack', STACK], {
          env,
          cwd: home,
          signal,
        });
        return status.output.includes(`${NAME}: healthy`) && status.output;
      };
      await until(60, healthy, async () => 'no healthy pipeline');
      return `${LOGS} of ${LOGS} logs, ${Math.round(firstMs / 1000)} s and three commands after the empty folder`;
    });
    await checks.check('a second deploy stores nothing again', async () => {
      const { stdout } = await type(
        'deploy',
        '--yes',
        '--stack',
        STACK,
        '--secrets',
        'secrets.json',
        '--json',
      );
      const results = JSON.parse(stdout).secrets.map((one: { result: string }) => one.result);
      mustBe(
        results.every((one: string) => one === 'unchanged'),
        stdout,
      );
      return results.join(', ');
    });
  } finally {
    await ends.close();
  }
}
