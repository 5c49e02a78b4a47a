/** Why Auth0 rejects a request for a token or for logs. The first row that matches is the cause. */
import { type Cause, isClockOff, SET_THE_CLOCK } from '../core/cause.ts';

/** Auth0 accepts an assertion issued up to 10 s ahead of its clock; ours is backdated by 60 s and valid for 120 s. */
const CLOCK_TOLERANCE_MS = 65_000;

const GRANT =
  'Auth0 Dashboard of {domain} > Applications > APIs > Auth0 Management API > Machine to Machine Applications';
const PAGE: Cause = {
  name: 'proxy',
  answer: 'an HTML page instead of JSON',
  means: 'a web application firewall or proxy answered instead of Auth0',
  remedy: 'let requests to {host} pass unchanged through the proxy, the firewall and the custom domain’s WAF',
  next: 'refused',
  is: ({ isPage }) => isPage === true,
};
/** https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy */
const RATE_LIMIT: Cause = {
  name: 'rate-limit',
  answer: '`429 too_many_requests`',
  means: 'the callers of the tenant use up the rate limit of its plan',
  remedy: 'reduce the calls of other callers of the Management API of {domain}',
  next: 'asked',
  is: ({ status }) => status === 429,
};

export const AUTH0_TOKEN_CAUSES: readonly Cause[] = [
  PAGE,
  {
    // https://auth0.com/docs/fine-grained-m2m-token-quotas
    name: 'quota',
    answer: '`429`, “quota exceeded”',
    means: 'the machine-to-machine token quota of the application or the organization is used up',
    remedy: 'raise the token quota of the application in {domain}, or find what else uses it',
    next: 'asked',
    is: ({ status, message = '' }) => status === 429 && /quota/i.test(message),
  },
  RATE_LIMIT,
  {
    name: 'clock',
    answer: '`401` with a private key, and the clock is off',
    means: 'the clock of the machine that signs the client assertion is wrong',
    remedy: SET_THE_CLOCK,
    next: 'refused',
    is: refused =>
      /assertion|jwt|\b(iat|exp|nbf)\b|expired/i.test(refused.message ?? '') &&
      isClockOff(refused, CLOCK_TOLERANCE_MS),
  },
  {
    // Seen in node-auth0#292 and auth0-PHP#538.
    name: 'audience',
    answer: '`403 access_denied`, “Service not enabled within domain”',
    means: '`auth0.domain` is a custom domain or the domain of another tenant',
    remedy:
      'change auth0.domain "{domain}" to the tenant’s own domain, and set auth0.customDomain to the custom one',
    next: 'refused',
    is: ({ message = '' }) => /service not (enabled|found)/i.test(message),
  },
  {
    name: 'not-authorized',
    answer: '`403 access_denied`, “Client is not authorized to access …”',
    means: 'the application is not authorized for the Management API',
    remedy: `authorize the application and grant it the scope read:logs: ${GRANT}`,
    next: 'refused',
    is: ({ message = '' }) => /not authorized to access/i.test(message),
  },
  {
    name: 'grant-type',
    answer: '`403 unauthorized_client`',
    means: 'the application does not allow the grant type Client Credentials',
    remedy:
      'use a Machine to Machine application, or allow the grant type Client Credentials: Auth0 Dashboard of {domain} > Applications > the application > Advanced Settings > Grant Types',
    next: 'refused',
    is: ({ code, message = '' }) => code === 'unauthorized_client' || /grant type/i.test(message),
  },
  {
    // Auth0 gives the same answer for an unknown client and for a wrong secret.
    name: 'credentials',
    answer: '`401 access_denied` or `invalid_client`',
    means: 'the client id does not exist, or its client secret or private key is wrong',
    remedy:
      'compare the secret "{secret}" with the application in the tenant {domain}: its client secret may have been rotated, or the application deleted',
    next: 'refused',
    is: ({ status, code = '' }) => status === 401 || status === 403 || /client/.test(code),
  },
  {
    name: 'address',
    answer: '`404`, or a redirect',
    means: 'the host that answered is not the tenant',
    remedy: 'correct auth0.domain "{domain}" or auth0.customDomain',
    next: 'refused',
    is: ({ status }) => status < 500,
  },
];

export const AUTH0_LOGS_CAUSES: readonly Cause[] = [
  PAGE,
  RATE_LIMIT,
  {
    // The code is not documented: other parts of the Management API answer so for features that a plan lacks.
    name: 'plan',
    answer: '`403`, “not available”, “not enabled”, “upgrade”',
    means: 'the plan of the tenant does not include the logs of the Management API',
    remedy: 'upgrade the plan of {domain}, or check that it includes the logs of the Management API',
    next: 'refused',
    is: ({ status, code = '', message = '' }) =>
      status === 403 && /not.(available|enabled|supported)|upgrade|subscription/i.test(`${code} ${message}`),
  },
  {
    name: 'scope',
    answer: '`403 insufficient_scope`',
    means: 'the application lacks the scope `read:logs`',
    remedy: `grant the scope read:logs to the application: ${GRANT}`,
    next: 'refused',
    is: ({ status, code }) => status === 403 && (code === undefined || /scope/i.test(code)),
  },
  {
    name: 'audience',
    answer: '`401`',
    means: 'the token is not valid for the tenant `auth0.domain`',
    remedy:
      'check that auth0.domain "{domain}" is the tenant’s own domain, and that the application is authorized for its Management API',
    next: 'refused',
    is: ({ status }) => status === 401 || status === 403,
  },
  {
    name: 'search',
    answer: '`400` to a search by date',
    means: 'Auth0 rejects searches for logs by date',
    remedy: 'no action is needed while logs arrive; otherwise see “checkpoint” in "doctor"',
    next: 'refused',
    is: ({ status, isSearch }) => status === 400 && isSearch === true,
  },
  {
    name: 'place',
    answer: '`400` to the checkpoint',
    means: 'the checkpoint is not a log id of this tenant, or Auth0 no longer has it',
    remedy:
      'set the checkpoint or auth0.startFrom to a log of this tenant; "checkpoint set oldest" skips no log',
    next: 'refused',
    is: ({ status }) => status === 400,
  },
  {
    name: 'address',
    answer: '`404`, or a redirect',
    means: 'the host that answered is not the tenant',
    remedy: 'correct auth0.domain "{domain}" or auth0.customDomain',
    next: 'refused',
    is: ({ status }) => status < 500 && status !== 408,
  },
];
