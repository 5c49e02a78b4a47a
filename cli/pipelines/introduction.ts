/** A pipeline in a few lines, for commands that announce what they do. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { ENV } from '../../lambda/core/contract.ts';
import { specOf } from '../../lambda/destinations/all.ts';

/** Where a pipeline leads from and to. */
export function introduction({ name, auth0, azure }: PipelineConfig): string {
  const { api, place } = specOf(azure);
  const { address, target } = place(azure);
  const redirected = [ENV.auth0BaseUrl, ENV.azureBaseUrl, ENV.entraBaseUrl].filter(one => process.env[one]);
  const notice = redirected.length > 0 ? `\n  redirected by ${redirected.join(', ')}` : '';
  return `${name}: from ${auth0.domain}\n  to ${address}\n  ${target}, through the ${api}${notice}`;
}
