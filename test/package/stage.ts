/** Where the apps of users are made, and how what they type is run. */
import { mkdir } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { run } from '../../simulator/aws/ministack/child.ts';
import type { Checks } from '../deploy/checks.ts';

export interface Stage {
  readonly checks: Checks;
  readonly tarball: string;
  /** Outside of the project, so that nothing of its node_modules is found. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** For apps: PIPELINE, the configuration, and more. */
  readonly env: Readonly<Record<string, string>>;
}

/** The project's own Node and the CDK's command line. */
export const PROGRAMS = resolve(import.meta.dirname, '../../node_modules/.bin');

/** Types a command in a folder; the programs of its node_modules come first. Returns what it printed, throws with it on failure. */
export async function type(
  stage: Stage,
  folder: string,
  command: string,
  ...args: string[]
): Promise<string> {
  const path = [join(folder, 'node_modules/.bin'), PROGRAMS, process.env['PATH']].join(delimiter);
  const env = { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true', NO_COLOR: '1', ...stage.env, PATH: path };
  return run(command, args, { env, cwd: folder, signal: stage.signal });
}

/** As a user types `npm install auth0-logs-to-azure aws-cdk-lib constructs`, with the tarball for our name. */
export async function install(stage: Stage, folder: string, ...packages: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await type(stage, folder, 'npm', 'install', '--no-audit', '--no-fund', stage.tarball, ...packages);
}
