/** What in a valid configuration is worth a second look. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import type { Doubt } from '../../lambda/destinations/spec.ts';

const OWN_DOMAIN = /\.auth0(app)?\.com$/i;

/** @param inStack whether it is deployed, and has alarms */
export function doubtsOf(config: PipelineConfig, inStack: boolean): readonly Doubt[] {
  const { auth0, azure, alarms } = config;
  const called = alarms.email.length + alarms.https.length > 0 || alarms.topicArn !== undefined;
  const doubts: (Doubt | false)[] = [
    inStack &&
      !called && {
        text: 'alarms notify nobody: no recipient is configured',
        remedy: 'set alarms.email, alarms.https or alarms.topicArn, and deploy',
      },
    !OWN_DOMAIN.test(auth0.domain) && {
      text: `auth0.domain "${auth0.domain}" does not look like the tenant’s own domain`,
      remedy:
        'set auth0.domain to the tenant’s own domain (acme.eu.auth0.com), and auth0.customDomain to a custom domain',
    },
    ...specOf(azure).doubts(azure),
    config.settleSeconds === 0 &&
      config.sweepMinutes === 0 && {
        text: 'late logs are missed: settleSeconds and sweepMinutes are both 0',
        remedy: 'remove both from the configuration; the defaults are 15 and 15',
      },
  ];
  return doubts.filter(doubt => doubt !== false);
}

/** Values of config.example.json that stand for the reader's own. */
const OF_EXAMPLE = /^(example\.eu\.auth0\.com|you@example\.com|(dcr-)?[0-]{32,36})$/;

/** Before it is deployed: what was copied from the example and not replaced. */
export function exampleDoubts({ auth0, azure, alarms }: PipelineConfig): readonly Doubt[] {
  const values = [
    ['auth0.domain', auth0.domain],
    ...Object.entries(azure).map(([name, value]) => [`azure.${name}`, value] as const),
    ...alarms.email.map(address => ['alarms.email', address] as const),
  ] as const;
  return values
    .filter(([, value]) => typeof value === 'string' && OF_EXAMPLE.test(value))
    .map(([setting, value]) => ({
      text: `${setting} is "${value}", which is the example’s`,
      remedy: 'write your own, as "init" does',
    }));
}
