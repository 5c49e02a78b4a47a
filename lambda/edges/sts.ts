/** The web identity token of AWS STS: one call, signed here, so that the bundle needs no STS client. */
import { remedied } from '../core/cause.ts';
import { WEB_IDENTITY } from '../core/contract.ts';
import {
  cleanMessage,
  type Fetch,
  faultVerdict,
  networkFailure,
  readText,
  retryAfterMs,
  withinLimit,
} from '../core/http.ts';
import type { Clock, Fault } from '../core/model.ts';
import type { TokenAnswer } from '../core/oauth.ts';
import { Secret } from '../core/secret.ts';

/** What is signed: as `HttpRequest` of the AWS SDK. */
export interface SignableRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  headers: Record<string, string>;
  readonly body: string;
}

export interface StsOptions {
  readonly region: () => Promise<string>;
  /** Adds the headers of Signature Version 4 for the service `sts`. Rejects without credentials. */
  readonly sign: (request: SignableRequest, date: Date) => Promise<{ headers: Record<string, string> }>;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** Instead of the region's endpoint: no path, no trailing slash. */
  readonly baseUrl?: string | undefined;
}

const BODY = new URLSearchParams({
  Action: 'GetWebIdentityToken',
  Version: '2011-06-15',
  'Audience.member.1': WEB_IDENTITY.audience,
  SigningAlgorithm: WEB_IDENTITY.signingAlgorithm,
  DurationSeconds: String(WEB_IDENTITY.durationSeconds),
}).toString();

/** What to do, by STS's word for what is wrong. */
const REMEDIES: Readonly<Record<string, string>> = {
  OutboundWebIdentityFederationDisabledException:
    'enable it, once for the account: aws iam enable-outbound-web-identity-federation',
  AccessDenied:
    'the role needs sts:GetWebIdentityToken, which the stack grants when azure.auth is "federated": deploy the stack again, and look for a permissions boundary or a service control policy that blocks it',
};

/**
 * A function that gets a token which proves this role's identity, valid for five minutes and for Entra alone.
 * It never throws: `denied` says what to do, `throttled` and `unavailable` are temporary.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html
 */
export function webIdentity(options: StsOptions): (limit: AbortSignal) => Promise<TokenAnswer> {
  return async limit => {
    try {
      const url = new URL(options.baseUrl ?? regionalUrl(await withinLimit(options.region(), limit)));
      const signed = await withinLimit(options.sign(requestTo(url), new Date(options.clock.now())), limit);
      const { host: _set, ...headers } = signed.headers;
      const response = await options.fetch(String(url), {
        method: 'POST',
        headers,
        body: BODY,
        redirect: 'manual',
        signal: limit,
      });
      const waitMs = retryAfterMs(response.headers.get('retry-after'), options.clock.now());
      return tokenIn(response.status, await readText(response), waitMs);
    } catch (error) {
      return { kind: 'fault', fault: failure(error) };
    }
  };
}

/** The global endpoint does not have GetWebIdentityToken. */
function regionalUrl(region: string): string {
  return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function requestTo(url: URL): SignableRequest {
  return {
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port ? { port: Number(url.port) } : {}),
    path: '/',
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: BODY,
  };
}

function tokenIn(status: number, xml: string, waitMs: number | undefined): TokenAnswer {
  const token = /<WebIdentityToken>([\w-]+\.[\w-]+\.[\w-]+)<\/WebIdentityToken>/.exec(xml)?.[1];
  if (status === 200 && token) return { kind: 'token', token: new Secret(token) };
  const fault = refusal(status, xml);
  return { kind: 'fault', fault: waitMs === undefined ? fault : { ...fault, retryAfterMs: waitMs } };
}

function refusal(status: number, xml: string): Fault {
  const code = /<Code>(\w+)<\/Code>/.exec(xml)?.[1];
  const said = cleanMessage(/<Message>([^<]*)<\/Message>/.exec(xml)?.[1] ?? '');
  if (status >= 200 && status < 300) {
    const message = `STS answered ${status} without a token; a proxy may have answered instead of AWS`;
    return { verdict: 'unavailable', status, message };
  }
  const verdict = /throttl|RequestLimitExceeded/i.test(code ?? '') ? 'throttled' : faultVerdict(status);
  const words = `AWS STS issued no token for this role (${[status, code].filter(Boolean).join(' ')}${said ? `: ${said}` : ''})`;
  const remedy = REMEDIES[code ?? ''] ?? 'check that the STS endpoint of this region is reachable and active';
  return {
    verdict,
    status,
    ...(code ? { code } : {}),
    ...remedied(words, verdict === 'denied' ? remedy : undefined),
  };
}

function failure(error: unknown): Fault {
  if (error instanceof Error && error.name === 'CredentialsProviderError') {
    const message =
      'no request was sent to STS: AWS credentials are missing; federation needs the role of a Lambda function';
    return { verdict: 'denied', code: error.name, message };
  }
  const { code, message } = networkFailure(error);
  return { verdict: 'unavailable', code, message: `STS returned no token: ${message}` };
}
