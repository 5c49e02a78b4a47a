/** The configuration is already validated here. Finds settings in it that are worth a second look. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { ENV } from '../../lambda/core/contract.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import type { Environment } from '../../lambda/environment.ts';
import { about, type Finding } from '../checks/finding.ts';
import { doubtsOf } from '../pipelines/doubts.ts';
import type { Target } from '../pipelines/operated.ts';

export function configurationFindings(
  config: PipelineConfig,
  kind: Target['kind'],
  env: Environment,
): Finding[] {
  const say = about('configuration');
  const found = doubtsOf(config, kind === 'stack').map(({ text, remedy }) => say.warning(text, remedy));
  const redirected = [ENV.auth0BaseUrl, ENV.azureBaseUrl, ENV.entraBaseUrl, ENV.workspaceBaseUrl].filter(
    name => env[name],
  );
  const notice = redirected.length > 0 ? `; redirected by ${redirected.join(', ')}` : '';
  // A function does not know its schedule.
  const pace = kind === 'stack' ? '' : `; schedule ${config.schedule}`;
  return found.length > 0 ? found : [say.ok(`valid${pace}${notice}`)];
}

/** A notice to the users of the destination's API, if there is one today. */
export function noticeFindings({ azure }: PipelineConfig, nowMs: number): Finding[] {
  const notice = specOf(azure).notice?.(nowMs);
  return notice ? [about(notice.check).warning(notice.text, notice.remedy)] : [];
}
