/** A pipeline in a few lines, for commands that tell what they are about to do. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { ENV } from '../../lambda/core/contract.ts';

/** Where a pipeline leads from and to. */
export function introduction({ name, auth0, azure }: PipelineConfig): string {
  const destination =
    azure.kind === 'data-collector'
      ? `workspace ${azure.workspaceId}\n  table ${azure.logType}_CL, by the Data Collector API`
      : `${azure.endpoint}\n  stream ${azure.stream}, by the Logs Ingestion API`;
  const redirected = [ENV.auth0BaseUrl, ENV.azureBaseUrl, ENV.entraBaseUrl].filter(one => process.env[one]);
  const notice = redirected.length > 0 ? `\n  redirected by ${redirected.join(', ')}` : '';
  return `${name}: from ${auth0.domain}\n  to ${destination}${notice}`;
}
