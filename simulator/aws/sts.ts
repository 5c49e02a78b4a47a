/**
 * AWS STS with one call, GetWebIdentityToken: it verifies Signature Version 4 with its own code, and signs tokens with
 * its own key pair.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html
 */
import { createHash, createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Federation } from '../azure/entra-federation.ts';
import { type Answer, answerWith, type FaultScript, faultScript } from '../faults.ts';
import { listen, readBody } from '../loopback.ts';
import { CREDENTIALS, REGION } from './queues.ts';

export interface StsSettings {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of the account's tokens. */
  readonly issuer: string;
  /** The role that asks. */
  readonly roleArn: string;
  readonly now: () => number;
}

export interface StsSimulator {
  /** For AWS_ENDPOINT_URL_STS. */
  readonly url: string;
  /** The credential by which an Entra trusts this role. */
  readonly federation: Federation;
  /** What the next requests meet instead of, or besides, a proper answer. */
  readonly faults: FaultScript;
  /** Requests so far, whatever the answer. */
  readonly calls: number;
  /** Whether the account has outbound federation switched on: it has at first. */
  setEnabled(enabled: boolean): void;
  /** Ends every connection at once, answered or not. */
  close(): Promise<void>;
}

const DEFAULTS: StsSettings = {
  ...CREDENTIALS,
  region: REGION,
  issuer: 'https://5ca1ab1e-0000-4000-8000-000000000005.tokens.sts.global.api.aws',
  roleArn: 'arn:aws:iam::000000000000:role/simulated-ship',
  now: Date.now,
};

/** Starts on a free port of 127.0.0.1. */
export async function startSts(options: Partial<StsSettings> = {}): Promise<StsSimulator> {
  const settings = { ...DEFAULTS, ...options };
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const faults = faultScript();
  let enabled = true;
  let calls = 0;

  const vouch = (form: URLSearchParams): Answer => {
    const seconds = Math.floor(settings.now() / 1000);
    const head = encode({ alg: 'RS256', kid: 'RSA_0', typ: 'JWT' });
    const body = encode({
      iss: settings.issuer,
      sub: settings.roleArn,
      aud: form.get('Audience.member.1'),
      iat: seconds,
      exp: seconds + Number(form.get('DurationSeconds') ?? 300),
      jti: randomUUID(),
    });
    const signature = sign('sha256', Buffer.from(`${head}.${body}`), privateKey).toString('base64url');
    const token = `${head}.${body}.${signature}`;
    return xml(
      200,
      `<GetWebIdentityTokenResult><WebIdentityToken>${token}</WebIdentityToken></GetWebIdentityTokenResult>`,
    );
  };

  const { url, close } = await listen(async (request, response) => {
    calls++;
    const fault = faults.next();
    const body = fault?.kind === 'cut' ? Buffer.alloc(0) : await readBody(request);
    if (!body) return;
    await answerWith(fault, request, response, () => {
      const form = new URLSearchParams(body.toString());
      const refused = signatureRefusal(request.headers, body, settings) ?? formRefusal(form);
      if (refused) return refused;
      if (enabled) return vouch(form);
      return refusal(
        403,
        'OutboundWebIdentityFederationDisabledException',
        'Outbound federation is not enabled for this account.',
      );
    });
  });

  return {
    url,
    faults,
    federation: {
      issuer: settings.issuer,
      subject: settings.roleArn,
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    },
    get calls() {
      return calls;
    },
    setEnabled: next => {
      enabled = next;
    },
    close,
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html, for POST to "/" without a query. */
function signatureRefusal(headers: IncomingHttpHeaders, body: Buffer, s: StsSettings): Answer | undefined {
  const [, scope = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const date = String(headers['x-amz-date']);
  const day = date.slice(0, 8);
  if (scope !== `${s.accessKeyId}/${day}/${s.region}/sts/aws4_request`) {
    return refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  }
  const lines = names.split(';').map(name => `${name}:${headers[name]}\n`);
  const canonical = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, `${day}/${s.region}/sts/aws4_request`, sha256(canonical)].join(
    '\n',
  );
  const key = [day, s.region, 'sts', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${s.secretAccessKey}`,
  );
  if (hmac(key, text).toString('hex') !== signature || !names.split(';').includes('host')) {
    return refusal(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match.');
  }
  const ageMs = s.now() - Date.parse(date.replace(/^(.{4})(..)(..T..)(..)/, '$1-$2-$3:$4:'));
  if (Math.abs(ageMs) < 300_000) return undefined;
  return refusal(403, 'SignatureDoesNotMatch', 'Signature expired.');
}

function formRefusal(form: URLSearchParams): Answer | undefined {
  if (form.get('Action') !== 'GetWebIdentityToken' || form.get('Version') !== '2011-06-15') {
    return refusal(400, 'InvalidAction', 'Only GetWebIdentityToken of 2011-06-15 is simulated.');
  }
  const seconds = Number(form.get('DurationSeconds') ?? 300);
  const valid =
    form.has('Audience.member.1') &&
    form.get('SigningAlgorithm') === 'RS256' &&
    seconds >= 60 &&
    seconds <= 3600;
  return valid ? undefined : refusal(400, 'ValidationError', 'A parameter is missing or not allowed.');
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

function refusal(status: number, code: string, message: string): Answer {
  return xml(status, `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`);
}

function xml(status: number, inner: string): Answer {
  const name = status === 200 ? 'GetWebIdentityTokenResponse' : 'ErrorResponse';
  const body = `<${name} xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${inner}</${name}>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
