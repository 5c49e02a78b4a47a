/** All that `import … from 'auth0-logs-to-azure'` gives, by name: docs/construct.md. Anything else may change in any version. */
export {
  ConfigError,
  type DeploymentConfig,
  type PipelineConfig,
  parseDeployment,
  parsePipeline,
  parsePipelines,
} from '../lambda/config/config.ts';
export type { StackConfig } from '../lambda/config/stack.ts';
export type { PipelineOutput } from '../lambda/core/contract.ts';
export type { PipelineOptions } from './around.ts';
export { dashboard } from './dashboard.ts';
export type { FunctionOptions } from './functions.ts';
export { Auth0LogsToAzure, type Auth0LogsToAzureProps } from './pipeline.ts';
export { PipelinesStack, type PipelinesStackProps } from './stack.ts';
