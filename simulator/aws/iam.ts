/**
 * AWS IAM, as far as the account issues tokens for roles: the Query protocol on loopback, for the real SDK client.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOutboundWebIdentityFederationInfo.html
 */
import { type Answer, answerWith } from '../faults.ts';
import { listen, readBody } from '../loopback.ts';

export interface IamSimulator {
  /** For AWS_ENDPOINT_URL_IAM. */
  readonly url: string;
  readonly issuer: string;
  /** Whether the account issues tokens: not at first. */
  readonly enabled: boolean;
  close(): Promise<void>;
}

const ISSUER = 'https://5ca1ab1e-0000-4000-8000-000000000006.tokens.sts.global.api.aws';

/** Starts on a free port of 127.0.0.1. */
export async function startIam(): Promise<IamSimulator> {
  let enabled = false;
  const answer = (action: string | null): Answer => {
    if (action === 'EnableOutboundWebIdentityFederation') {
      if (enabled) return refusal(409, 'FeatureEnabled', 'Outbound federation is already enabled.');
      enabled = true;
      return result(action, `<IssuerIdentifier>${ISSUER}</IssuerIdentifier>`);
    }
    if (action !== 'GetOutboundWebIdentityFederationInfo')
      return refusal(400, 'InvalidAction', `${action} is not simulated.`);
    if (!enabled) return refusal(404, 'FeatureDisabled', 'Outbound federation is disabled.');
    const info = `<IssuerIdentifier>${ISSUER}</IssuerIdentifier><JwtVendingEnabled>true</JwtVendingEnabled>`;
    return result(action, info);
  };
  const { url, close } = await listen(async (request, response) => {
    const body = await readBody(request);
    const action = new URLSearchParams(body?.toString()).get('Action');
    await answerWith(undefined, request, response, () =>
      request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')
        ? answer(action)
        : refusal(403, 'MissingAuthenticationToken', 'Missing Authentication Token'),
    );
  });
  return {
    url,
    issuer: ISSUER,
    get enabled() {
      return enabled;
    },
    close,
  };
}

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';
const xml = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
});

function result(action: string, inner: string): Answer {
  const metadata =
    '<ResponseMetadata><RequestId>5ca1ab1e-0000-4000-8000-000000000007</RequestId></ResponseMetadata>';
  const wrapped = `<${action}Result>${inner}</${action}Result>${metadata}`;
  return xml(200, `<${action}Response xmlns="${NAMESPACE}">${wrapped}</${action}Response>`);
}

function refusal(status: number, code: string, message: string): Answer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return xml(
    status,
    `<ErrorResponse xmlns="${NAMESPACE}">${error}<RequestId>5ca1ab1e</RequestId></ErrorResponse>`,
  );
}
