/** The configuration is valid, or nothing would have got here; what in it is worth a second look. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { ENV } from '../../lambda/core/contract.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import type { Environment } from '../../lambda/wiring.ts';
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
        'alarms call nobody: no receiver is configured',
        'set alarms.email, alarms.https or alarms.topicArn, and deploy',
      ],
    !OWN_DOMAIN.test(auth0.domain) && [
      `auth0.domain "${auth0.domain}" does not look like the tenant’s own`,
      'put the tenant’s own there (acme.eu.auth0.com) and a custom domain into auth0.customDomain',
    ],
    ...specOf(azure)
      .doubts(azure)
      .map(({ text, remedy }) => [text, remedy] as const),
    config.settleSeconds === 0 &&
      config.sweepMinutes === 0 && [
        'logs that Auth0 shows late are missed: settleSeconds and sweepMinutes are both 0',
        'leave them out of the configuration: 15 and 15 are the defaults',
      ],
  ];
  const found = doubts.filter(doubt => doubt !== false).map(([text, remedy]) => say.warning(text, remedy));
  const redirected = [ENV.auth0BaseUrl, ENV.azureBaseUrl, ENV.entraBaseUrl, ENV.workspaceBaseUrl].filter(
    name => env[name],
  );
  const notice = redirected.length > 0 ? `; redirected by ${redirected.join(', ')}` : '';
  // A function is not told of its schedule.
  const pace = kind === 'stack' ? '' : `; schedule ${schedule}`;
  return found.length > 0 ? found : [say.ok(`valid${pace}${notice}`)];
}

/** What the users of its API should know today, if anything. */
export function noticeFindings({ azure }: PipelineConfig, nowMs: number): Finding[] {
  const notice = specOf(azure).notice?.(nowMs);
  return notice ? [about(notice.check).warning(notice.text, notice.remedy)] : [];
}
