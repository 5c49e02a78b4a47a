/** The CDK's own command line, on the app that comes with this code. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { packageFile } from '../terminal/package-files.ts';

export interface CdkCall {
  /** `deploy`, with its own options. */
  readonly words: readonly string[];
  /** The context: `-c name=value`. */
  readonly context: Readonly<Record<string, string>>;
  readonly region: string | undefined;
  readonly profile: string | undefined;
  /** Whether standard output is somebody else's. */
  readonly isQuiet: boolean;
}

/** Whatever is needed beside an installed package; a checkout has it. The tag `latest` of aws-cdk once was an unusable 3.0.0. */
const INSTALL = 'npm install aws-cdk@2 aws-cdk-lib@2 constructs@10';

/** Runs it at this terminal, and returns its exit code. Throws UsageError if the CDK is not installed, or the functions are not built. */
export async function cdk({ words, context, region, profile, isQuiet }: CdkCall): Promise<number> {
  const program = cdkProgram();
  const args = [
    ...words,
    ...['--app', app()],
    ...Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ...(profile === undefined ? [] : ['--profile', profile]),
    '--no-notices',
  ];
  const env = {
    ...process.env,
    ...(region !== undefined && { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
  };
  const child = spawn(process.execPath, [program, ...args], {
    env,
    stdio: ['inherit', isQuiet ? 2 : 'inherit', 'inherit'],
  });
  // Ctrl-C reaches both by the terminal. The CDK decides when it ends.
  const wait = () => undefined;
  process.on('SIGINT', wait);
  try {
    return await new Promise<number>((done, fail) => {
      child.once('error', fail);
      child.once('close', code => done(code ?? EXIT.interrupted));
    });
  } finally {
    process.off('SIGINT', wait);
  }
}

function cdkProgram(): string {
  const { resolve } = createRequire(packageFile('package.json'));
  try {
    // The app imports both.
    for (const name of ['aws-cdk-lib', 'constructs']) resolve(`${name}/package.json`);
    return join(dirname(resolve('aws-cdk/package.json')), 'bin/cdk');
  } catch (error) {
    throw new UsageError(`the CDK is not installed; install it, and run this again:\n  ${INSTALL}`, error);
  }
}

/** As `--app` takes it: compiled in the installed package, TypeScript in a checkout. */
function app(): string {
  if (!existsSync(packageFile('dist/ship/index.mjs'))) {
    throw new UsageError('the functions are not built; build them, and run this again:\n  npm run build');
  }
  const compiled = packageFile('cdk/installed-app.js');
  // The CDK starts a JavaScript file with its own Node.
  if (existsSync(compiled)) return compiled;
  // It takes quotes off that stand around the whole: so nothing of this kind is last.
  return `"${process.execPath}" "${packageFile('cdk/installed-app.ts')}" --`;
}
