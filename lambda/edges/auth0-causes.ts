/** Why Auth0 refuses a token or logs. The first row that fits is the cause. */
import { type Cause, isClockOff, SET_THE_CLOCK } from '../core/cause.ts';

/** It takes an assertion issued up to 10 s ahead of its clock; ours is dated back by 60 s and lives for 120 s. */
const CLOCK_TOLERANCE_MS = 65_000;

const GRANT =
  'Auth0 dashboard of {domain}, Applications, APIs, Auth0 Management API, Machine to Machine Applications';
const PAGE: Cause = {
  name: 'proxy',
  answer: 'an HTML page instead of JSON',
  means: 'a web application firewall or a proxy answers, and not Auth0',
  remedy:
    'let the requests to {host} pass unchanged: see the proxy, the firewall, or the custom domain’s WAF',
  next: 'refused',
  is: ({ isPage }) => isPage === true,
};
/** https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy */
const RATE_LIMIT: Cause = {
  name: 'rate-limit',
  answer: '`429 too_many_requests`',
  means: 'the tenant’s callers use up the plan’s rate limit',
  remedy: 'other callers use up what Auth0 allows: see who calls the Management API of {domain}',
  next: 'asked',
  is: ({ status }) => status === 429,
};

export const AUTH0_TOKEN_CAUSES: readonly Cause[] = [
  PAGE,
  {
    // https://auth0.com/docs/fine-grained-m2m-token-quotas
    name: 'quota',
    answer: '`429`, “quota exceeded”',
    means: 'the application’s or the organisation’s quota of machine tokens is used up',
    remedy: 'raise the token quota of the application in {domain}, or find who else uses it',
    next: 'asked',
    is: ({ status, message = '' }) => status === 429 && /quota/i.test(message),
  },
  RATE_LIMIT,
  {
    name: 'clock',
    answer: '`401`, with a private key and a clock that is off',
    means: 'the client assertion is not valid yet, or not any more',
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
    means: '`auth0.domain` is a custom domain, or another tenant’s',
    remedy:
      'set auth0.domain "{domain}" to the tenant’s own domain, and put a custom one into auth0.customDomain',
    next: 'refused',
    is: ({ message = '' }) => /service not (enabled|found)/i.test(message),
  },
  {
    name: 'not-authorized',
    answer: '`403 access_denied`, “Client is not authorized to access …”',
    means: 'the application may not use the Management API',
    remedy: `authorize the application and grant read:logs to it: ${GRANT}`,
    next: 'refused',
    is: ({ message = '' }) => /not authorized to access/i.test(message),
  },
  {
    name: 'grant-type',
    answer: '`403 unauthorized_client`',
    means: 'the application may not use the grant Client Credentials',
    remedy:
      'make it a Machine to Machine application, or allow the grant Client Credentials: Auth0 dashboard of {domain}, Applications, its Advanced Settings, Grant Types',
    next: 'refused',
    is: ({ code, message = '' }) => code === 'unauthorized_client' || /grant type/i.test(message),
  },
  {
    // Auth0 says the same of an unknown client and of a wrong secret.
    name: 'credentials',
    answer: '`401 access_denied` or `invalid_client`',
    means: 'the client id is unknown, or its secret or key is wrong',
    remedy:
      'check the secret "{secret}" against the application in the tenant {domain}: it may have been rotated or deleted',
    next: 'refused',
    is: ({ status, code = '' }) => status === 401 || status === 403 || /client/.test(code),
  },
  {
    name: 'address',
    answer: '`404`, or a redirect',
    means: 'another host than the tenant answers',
    remedy: 'check auth0.domain "{domain}" and auth0.customDomain',
    next: 'refused',
    is: ({ status }) => status < 500,
  },
];

export const AUTH0_LOGS_CAUSES: readonly Cause[] = [
  PAGE,
  RATE_LIMIT,
  {
    // The code is not documented: features that a plan lacks answer so elsewhere in the Management API.
    name: 'plan',
    answer: '`403`, “not available”, “not enabled”, “upgrade”',
    means: 'the tenant’s plan does not have it',
    remedy: 'see whether the plan of {domain} allows the Management API’s logs',
    next: 'refused',
    is: ({ status, code = '', message = '' }) =>
      status === 403 && /not.(available|enabled|supported)|upgrade|subscription/i.test(`${code} ${message}`),
  },
  {
    name: 'scope',
    answer: '`403 insufficient_scope`',
    means: 'the application lacks `read:logs`',
    remedy: `grant read:logs to the application: ${GRANT}`,
    next: 'refused',
    is: ({ status, code }) => status === 403 && (code === undefined || /scope/i.test(code)),
  },
  {
    name: 'audience',
    answer: '`401`',
    means: '`auth0.domain` is not the tenant of the token',
    remedy:
      'check that auth0.domain "{domain}" is the tenant’s own domain, and that the application may use its Management API',
    next: 'refused',
    is: ({ status }) => status === 401 || status === 403,
  },
  {
    name: 'search',
    answer: '`400` to a search by date',
    means: 'Auth0 refuses a search for logs by date, the second way to find them',
    remedy: 'no action is needed while logs arrive by log id; see “checkpoint” if they do not',
    next: 'refused',
    is: ({ status, isSearch }) => status === 400 && isSearch === true,
  },
  {
    name: 'place',
    answer: '`400` to the checkpoint',
    means: 'the checkpoint is a place that Auth0 no longer has, or no log id of this tenant',
    remedy:
      'set the checkpoint or auth0.startFrom to a log of this tenant; "checkpoint set oldest" skips none',
    next: 'refused',
    is: ({ status }) => status === 400,
  },
  {
    name: 'address',
    answer: '`404`, or a redirect',
    means: 'another host than the tenant answers',
    remedy: 'check auth0.domain "{domain}" and auth0.customDomain',
    next: 'refused',
    is: ({ status }) => status < 500 && status !== 408,
  },
];
