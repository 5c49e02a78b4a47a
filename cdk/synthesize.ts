/** The app that `cdk synth` and `cdk deploy` run: it validates the input and builds the stack. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, App } from 'aws-cdk-lib';
import { ConfigError } from '../lambda/config/config.ts';
import { readInput } from './input.ts';
import { PipelinesStack } from './stack.ts';

/** The flags of cdk.json, which a project elsewhere does not have: other flags would be another template. */
const FLAGS = JSON.parse(readFileSync(join(import.meta.dirname, '../cdk.json'), 'utf8')).context;

/** Writes the template, after `checked` has added its rules. An invalid configuration is printed, and ends with exit code 1. */
export function synthesize(checked: (app: App) => void = () => undefined): void {
  // Called explicitly: an invalid configuration must not leave a template behind.
  const app = new App({ autoSynth: false, context: FLAGS });
  try {
    const { pipelines, removed, stack: around, isExample, ...options } = readInput(app.node.getAllContext());
    const stack = new PipelinesStack(app, around.name, { pipelines, removed, around, options });
    if (isExample) {
      Annotations.of(stack).addWarningV2(
        'auth0-logs-to-azure:example',
        'this is config.example.json, an example; deploy your own configuration: -c config=FILE',
      );
    }
    checked(app);
    app.synth();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
