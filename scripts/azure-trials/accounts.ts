/** Accounts that are taken over or made up, as Auth0's own detections restate the logs. */
import type { Log } from '../../simulator/auth0/tenant.ts';
import { address, type Fields, log, logs, scene, type Trials, user } from './scene.ts';

const auth0s = (name: string) =>
  `https://github.com/auth0/auth0-customer-detections/blob/main/detections/${name}.yml`;
const someone = (index: number) => user(`user${index}`);

/** https://auth0.com/docs/deploy-monitor/logs/log-data: `security_context` has both fingerprints of the TLS handshake. */
const tls = (ja4: string): Fields => ({ security_context: { ja3: '0123456789abcdef', ja4 } });
const TOOL = tls('t13d1516h2_8daaf6152771_02713d6af862');
const BROWSER = tls('t13d1517h2_8daaf6152771_b0da82dd1658');
const failures = (howMany: number, fields: Fields) =>
  logs(howMany, 'fp', index => ({ ...someone(index), ...fields }));

const BOT = { ip: '203.0.113.66' };
const challenged = (minutesAgo: number, requiresVerification: boolean): Log =>
  log('pla', minutesAgo, { ...BOT, details: { requiresVerification } });
const success = (minutesAgo: number, name = 'sample', type = 's') =>
  log(type, minutesAgo, { ...user(name), ...BOT });

const mismatch = (howMany: number, uri: (index: number) => string, ip = (_: number) => BOT.ip): Log[] =>
  logs(howMany, 'f', index => ({
    ip: ip(index),
    description: `Callback URL mismatch. ${uri(index)} is not in the list of allowed callback URLs`,
  }));

/** Signups within half an hour, four to four and a half hours ago: some of them verify their address ten minutes later. */
const signUps = (howMany: number, verified: number, firstAgo = 245, step = 0.5): Log[] =>
  Array.from({ length: howMany }, (_, index) => {
    const who = { ...someone(index), ip: address(index) };
    const at = firstAgo + index * step;
    return [log('ss', at, who), ...(index < verified ? [log('sv', at - 10, who)] : [])];
  }).flat();

const mailAt = (howMany: number, domain: string, type = 'ss') =>
  logs(howMany, type, index => ({
    ...someone(index),
    user_name: `User${index}@${domain}`,
    ip: address(index),
  }));

const CUSTOM = { hostname: 'login.example.com' };
const DEFAULT = { hostname: 'example.eu.auth0.com' };
const signIns = (howMany: number, fields: Fields, from = 60) =>
  Array.from({ length: howMany }, (_, index) => log('s', from + index, { ...someone(index), ...fields }));
const bypass = log('fp', 5, { ...user('sample'), ...DEFAULT });

export const ACCOUNT_TRIALS: Trials = {
  'fingerprint-succeeded': {
    source: auth0s('logins_from_suspicious_tls_fingerprints'),
    fires: scene(failures(20, TOOL), log('s', 0.5, { ...user('sample'), ...TOOL, ip: address(5) })),
    also: {
      'JA3 alone': scene(
        failures(20, { security_context: { ja3: 'abc' } }),
        log('scoa', 0.5, { ...user('sample'), security_context: { ja3: 'abc' } }),
      ),
    },
    quiet: {
      '19 failures': scene(failures(19, TOOL), log('s', 0.5, { ...user('sample'), ...TOOL })),
      'another fingerprint': scene(failures(20, TOOL), log('s', 0.5, { ...user('sample'), ...BROWSER })),
      'no fingerprint': scene(failures(20, {}), log('s', 0.5, user('sample'))),
      // The fingerprint of a browser is that of millions.
      'a browser that many users sign in with': scene(
        failures(20, BROWSER),
        logs(10, 's', index => ({ ...someone(100 + index), ...BROWSER, ip: address(index) })),
      ),
      'success first': scene(log('s', 20, { ...user('sample'), ...TOOL }), failures(20, TOOL)),
    },
  },
  'flagged-address-succeeded': {
    source: auth0s('logins_or_signups_from_suspicious_ips'),
    fires: scene(challenged(30, true), success(10)),
    also: {
      'a signup': scene(challenged(30, true), success(10, 'sample', 'ss')),
      'of a blocked address': scene(log('limit_mu', 30, BOT), success(10)),
    },
    quiet: {
      // pla is written before each login, with the result of the assessment.
      'bot detection required nothing': scene(challenged(30, false), success(10)),
      'success first': scene(success(40), challenged(30, true)),
      'another address': scene(challenged(30, true), log('s', 10, user('sample'))),
      'two hours later': scene(challenged(140, true), success(10)),
      'an office, where one user mistyped': scene(
        success(300, 'colleague'),
        log('limit_wc', 30, BOT),
        success(10),
      ),
    },
  },
  'authorization-probing': {
    source: auth0s('many_failed_authorization_requests'),
    fires: scene(mismatch(10, index => `https://evil${index}.example/cb`)),
    also: {
      'applications that do not exist': scene(
        logs(10, 'f', index => ({ ...BOT, description: `Unknown client: guess${index}` })),
      ),
    },
    quiet: {
      'nine redirect URIs': scene(mismatch(9, index => `https://evil${index}.example/cb`)),
      'an application with a wrong setting': scene(mismatch(60, () => 'https://old.example.com/cb')),
      'ten users, one each': scene(mismatch(10, index => `https://evil${index}.example/cb`, address)),
      'other failures': scene(logs(20, 'f', index => ({ ...BOT, description: `Denied by Action ${index}` }))),
    },
  },
  'signups-unverified': {
    source: auth0s('many_unverified_accounts_created'),
    fires: scene(signUps(32, 2)),
    quiet: {
      '29 signups': scene(signUps(29, 0)),
      'users have had no time to verify': scene(signUps(40, 0, 10)),
      'a campaign: a quarter does not verify': scene(signUps(120, 90, 245, 0.1)),
      'a month of signups, arriving at once': {
        logs: signUps(60, 0, 3000, 600),
        lagMinutes: 0,
      },
    },
  },
  'signups-disposable': {
    source: auth0s('risk_of_signup_fraud_by_disposable_domains'),
    fires: scene(mailAt(5, 'mailinator.com')),
    also: { 'in upper case': scene(mailAt(5, 'YOPMAIL.com')) },
    quiet: {
      'four users': scene(mailAt(4, 'mailinator.com')),
      'a domain that ends alike': scene(mailAt(9, 'notmailinator.com')),
      'ordinary domains': scene(mailAt(9, 'example.com')),
      'failed signups': scene(mailAt(9, 'mailinator.com', 'fs')),
    },
  },
  'default-domain-used': {
    source: auth0s('use_of_auth0_tenant_name_url'),
    fires: scene(signIns(20, CUSTOM), bypass),
    quiet: {
      // Without a custom domain, all requests use the default domain.
      'a tenant without a custom domain': scene(signIns(20, DEFAULT), bypass),
      'a custom domain that is being introduced': scene(signIns(20, CUSTOM), signIns(20, DEFAULT), bypass),
      'too few to know': scene(signIns(19, CUSTOM), bypass),
      'the custom domain alone': scene(signIns(30, CUSTOM, 5)),
      'logs without a host name': scene(signIns(20, CUSTOM), log('s', 5, user('sample'))),
    },
  },
};
