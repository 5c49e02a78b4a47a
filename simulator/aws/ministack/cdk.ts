/** The CDK's own command line on the app of cdk.json, as a user runs it. */
import { readFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { run } from './child.ts';

export interface Cdk {
  /** Each returns what it printed and throws with the end of that when it fails. */
  bootstrap(): Promise<string>;
  deploy(): Promise<string>;
  destroy(): Promise<string>;
  /** Of the last deploy: output key → value. */
  outputs(): Promise<Readonly<Record<string, string>>>;
}

export interface CdkOptions {
  readonly stackName: string;
  /** The app's context: `-c name=value`. */
  readonly context: Readonly<Record<string, string>>;
  /** AWS. */
  readonly env: Readonly<Record<string, string>>;
  readonly nodeFolder: string;
  readonly scratch: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const ROOT = resolve(import.meta.dirname, '../../..');

export function cdk(options: CdkOptions): Cdk {
  const { stackName, context, nodeFolder, scratch, say, signal } = options;
  const outputsFile = join(scratch, 'outputs.json');
  const env = {
    PATH: [nodeFolder, process.env['PATH']].join(delimiter),
    // Nothing of the user's own is read (~/.cdk.json), and nothing is left in the home folder.
    HOME: scratch,
    TMPDIR: scratch,
    NO_COLOR: '1',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    ...options.env,
  };
  const common = [
    '--no-notices',
    '--output',
    join(scratch, 'cdk.out'),
    ...Object.entries({ ...context, stackName }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const call = (command: string, ...args: string[]) => {
    say(`cdk ${command}`);
    return run(join(nodeFolder, 'cdk'), [command, ...args, ...common], { env, cwd: ROOT, signal });
  };
  return {
    bootstrap: () => call('bootstrap', `aws://000000000000/${options.env['AWS_REGION']}`),
    deploy: () => call('deploy', stackName, '--require-approval', 'never', '--outputs-file', outputsFile),
    destroy: () => call('destroy', stackName, '--force'),
    outputs: async () => JSON.parse(await readFile(outputsFile, 'utf8'))[stackName],
  };
}
