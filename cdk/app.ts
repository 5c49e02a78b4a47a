/** What `cdk synth` and `cdk deploy` run: it validates the input, builds the stack and runs cdk-nag. */
import { Annotations, App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ConfigError } from '../lambda/config/config.ts';
import { readInput } from './input.ts';
import { PipelinesStack } from './stack.ts';

// Called explicitly: an invalid configuration must not leave a template behind.
const app = new App({ autoSynth: false });

try {
  const { pipelines, removed, stack: around, isExample, ...options } = readInput(app.node.getAllContext());
  const stack = new PipelinesStack(app, around.name, { pipelines, removed, around, options });
  if (isExample) {
    Annotations.of(stack).addWarningV2(
      'auth0-logs-to-azure:example',
      'this is config.example.json, an example; deploy your own configuration: -c config=FILE',
    );
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
}
