/** The configuration is already validated here. Finds settings in it that are worth a second look. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { ENV } from '../../lambda/core/contract.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import type { Environment } from '../../lambda/environment.ts';
import type { Target } from '../pipelines/operated.ts';
import { about, type Finding } from './finding.ts';

const OWN_DOMAIN = /\.auth0(app)?\.com$/i;

export function configurationFindings(
  config: PipelineConfig,
  kind: Target['kind'],
  env: Environment,
): Finding[] {
  const say = about('configuration');
  const { auth0, azure, alarms, schedule } = config;
  const called = alarms.email.length + alarms.https.length > 0 || alarms.topicArn !== undefined;
  const doubts: (readonly [text: string, remedy: string] | false)[] = [
    kind === 'stack' &&
      !called && [
        'alarms notify nobody: no recipient is configured',
        'set alarms.email, alarms.https or alarms.topicArn, and deploy',
      ],
    !OWN_DOMAIN.test(auth0.domain) && [
      `auth0.domain "${auth0.domain}" does not look like the tenant’s own domain`,
      'set auth0.domain to the tenant’s own domain (acme.eu.auth0.com), and auth0.customDomain to a custom domain',
    ],
    ...specOf(azure)
      .doubts(azure)
      .map(({ text, remedy }) => [text, remedy] as const),
    config.settleSeconds === 0 &&
      config.sweepMinutes === 0 && [
        'late logs are missed: settleSeconds and sweepMinutes are both 0',
        'remove both from the configuration; the defaults are 15 and 15',
      ],
  ];
  const found = doubts.filter(doubt => doubt !== false).map(([text, remedy]) => say.warning(text, remedy));
  const redirected = [ENV.auth0BaseUrl, ENV.azureBaseUrl, ENV.entraBaseUrl, ENV.workspaceBaseUrl].filter(
    name => env[name],
  );
  const notice = redirected.length > 0 ? `; redirected by ${redirected.join(', ')}` : '';
  // A function does not know its schedule.
  const pace = kind === 'stack' ? '' : `; schedule ${schedule}`;
  return found.length > 0 ? found : [say.ok(`valid${pace}${notice}`)];
}

/** A notice to the users of the destination's API, if there is one today. */
export function noticeFindings({ azure }: PipelineConfig, nowMs: number): Finding[] {
  const notice = specOf(azure).notice?.(nowMs);
  return notice ? [about(notice.check).warning(notice.text, notice.remedy)] : [];
}
