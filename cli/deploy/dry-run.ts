/** `deploy --dry-run`: what would change, or, where AWS cannot be asked, the template alone. */
import { join } from 'node:path';
import type { NoAccess } from '../pipelines/stack/access.ts';
import { EXIT } from '../terminal/errors.ts';
import { printError } from '../terminal/text.ts';
import type { CdkCall } from './cdk.ts';

export interface DryRun {
  readonly stackName: string;
  /** Undefined: AWS can be asked. */
  readonly noAccess: NoAccess | undefined;
  readonly json: true | undefined;
  call(words: CdkCall['words']): Promise<number>;
  /** The exit code of ours for one of the CDK's, after a sentence. */
  failed(code: number, consequence: string): number;
}

/** The CDK’s own default. Given, so that no cdk.json decides otherwise. */
const FOLDER = 'cdk.out';

/** Returns the exit code. Throws the UsageError of credentials that AWS refuses, once the template is written. */
export async function dryRun({ stackName, noAccess, json, call, failed }: DryRun): Promise<number> {
  const template = join(FOLDER, `${stackName}.template.json`);
  const output = ['--output', FOLDER];
  const words = noAccess ? ['synth', stackName, '--quiet', ...output] : ['diff', stackName, ...output];
  const code = await call(words);
  const consequence = noAccess ? 'the template was not written' : 'the difference could not be shown';
  if (code !== EXIT.ok) return failed(code, consequence);
  const isCompared = noAccess === undefined;
  if (json) console.log(JSON.stringify({ stack: stackName, template, compared: isCompared }, undefined, 2));
  else console.log(`${isCompared ? '' : 'the configuration is valid; '}the template is in ${template}`);
  if (!noAccess) return EXIT.ok;
  if (noAccess.obstacle === 'refused') throw noAccess.error;
  printError(`it is not compared with what is deployed: ${noAccess.error.message}`);
  return EXIT.ok;
}
