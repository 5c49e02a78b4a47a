/** One pipeline's configuration for the tests, as a user would write it: the least that must be given. */
import { type PipelineConfig, parsePipeline } from '../../lambda/config/config.ts';
import { SOME } from '../destinations/samples.ts';

export const MINIMAL = {
  name: 'prod',
  auth0: { domain: 'acme.eu.auth0.com', secret: 'auth0-logs/prod/auth0', logRetentionDays: 10 },
  azure: SOME.azure,
  alarms: { email: ['ops@acme.com'], https: ['https://hooks.acme.com/auth0'] },
} as const;

export function config(changes: Record<string, unknown> = {}): PipelineConfig {
  return parsePipeline({ ...MINIMAL, ...changes });
}
