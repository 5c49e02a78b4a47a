import { createPublicKey, verify } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, onTestFinished, test } from 'vitest';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { type StsOptions, webIdentity } from '../../lambda/edges/sts.ts';
import { bundle } from '../../scripts/build.ts';
import { CREDENTIALS, REGION } from '../../simulator/aws/queues.ts';
import { type StsSettings, startSts } from '../../simulator/aws/sts.ts';
import { type Answerer, CUT, cutBody, deadUrl, handClock, serve, stallBody } from './server.ts';

const fetch = httpClient();

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const LIMIT_MS = 20_000;
const ROLE = 'arn:aws:iam::000000000000:role/ship';

/** The signer of the Lambda: the AWS SDK's, with this key and region. */
function signer(credentials = CREDENTIALS, region = REGION): StsOptions['sign'] {
  const { sha256 } = new SQSClient({ region }).config;
  const v4 = new SignatureV4({ service: 'sts', region, credentials, sha256 });
  return (request, signingDate) => v4.sign(request, { signingDate });
}

const optionsFor = (baseUrl: string | undefined, more: Partial<StsOptions> = {}): StsOptions => ({
  region: async () => REGION,
  sign: signer(),
  clock: handClock(NOW),
  fetch,
  baseUrl,
  ...more,
});
const ask = (options: StsOptions, limitMs = LIMIT_MS) => webIdentity(options)(AbortSignal.timeout(limitMs));

async function sts(settings: Partial<StsSettings> = {}) {
  const simulator = await startSts({ roleArn: ROLE, now: () => NOW, ...settings });
  onTestFinished(() => simulator.close());
  return simulator;
}

test('AWS vouches for this role, to Entra alone, for five minutes, by RS256', async () => {
  const simulator = await sts();
  const answer = await ask(optionsFor(simulator.url));
  const jwt = answer.kind === 'token' ? answer.token.reveal() : '';
  const [head = '', body = '', signature = ''] = jwt.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  expect(read(head)).toMatchObject({ alg: 'RS256' });
  expect(read(body)).toMatchObject({
    iss: simulator.federation.issuer,
    sub: ROLE,
    aud: 'api://AzureADTokenExchange',
    iat: NOW / 1000,
    exp: NOW / 1000 + 300,
  });
  const key = createPublicKey(simulator.federation.publicKey);
  expect(verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(
    true,
  );
});

test('a session token goes along and is signed', async () => {
  const { url, taken } = await serve((_taken, response) => response.writeHead(500).end());
  await ask(optionsFor(url, { sign: signer({ ...CREDENTIALS, sessionToken: 'of the role' } as never) }));
  expect(taken[0]?.headers['x-amz-security-token']).toBe('of the role');
  expect(taken[0]?.headers.authorization).toContain('x-amz-security-token');
});

test.each([
  ['eu-central-1', 'https://sts.eu-central-1.amazonaws.com/'],
  ['us-gov-west-1', 'https://sts.us-gov-west-1.amazonaws.com/'],
  ['cn-north-1', 'https://sts.cn-north-1.amazonaws.com.cn/'],
])('in %s the endpoint of the region is asked: the global one knows no such call', async (region, url) => {
  const called: string[] = [];
  await ask(
    optionsFor(undefined, {
      region: async () => region,
      fetch: async input => {
        called.push(String(input));
        return new Response('', { status: 500 });
      },
    }),
  );
  expect(called).toEqual([url]);
});

describe('denied, with what to do', () => {
  test('while the account has outbound federation switched off', async () => {
    const simulator = await sts();
    simulator.setEnabled(false);
    const answer = await ask(optionsFor(simulator.url));
    expect(answer).toMatchObject({
      kind: 'fault',
      fault: {
        verdict: 'denied',
        status: 403,
        code: 'OutboundWebIdentityFederationDisabledException',
        message: expect.stringContaining('aws iam enable-outbound-web-identity-federation'),
      },
    });
    simulator.setEnabled(true);
    expect((await ask(optionsFor(simulator.url))).kind).toBe('token');
  });

  test.each<[string, Partial<StsOptions>, string]>([
    ['another key', { sign: signer({ ...CREDENTIALS, secretAccessKey: 'x' }) }, 'SignatureDoesNotMatch'],
    ['another region', { sign: signer(CREDENTIALS, 'eu-west-1') }, 'InvalidClientTokenId'],
    ['a clock that is far off', { clock: handClock(NOW - 3_600_000) }, 'SignatureDoesNotMatch'],
  ])('a request signed with %s', async (_what, more, code) => {
    const simulator = await sts();
    const answer = await ask(optionsFor(simulator.url, more));
    expect(answer).toMatchObject({ kind: 'fault', fault: { verdict: 'denied', status: 403, code } });
  });

  test('by the role’s own policy', async () => {
    const words = 'User: arn:aws:sts::0:assumed-role/ship/x is not authorized';
    const { url } = await serve((_taken, response) =>
      response.writeHead(403).end(`<Error><Code>AccessDenied</Code><Message>${words}</Message></Error>`),
    );
    const answer = await ask(optionsFor(url));
    const message = answer.kind === 'fault' ? answer.fault.message : '';
    expect(message).toContain(words);
    expect(message).toContain('sts:GetWebIdentityToken');
  });

  test.each([
    [403, 'AccessDenied', 'denied'],
    [400, 'Throttling', 'throttled'],
    [503, 'ServiceUnavailable', 'unavailable'],
  ])('or %i %s, with what it asks to wait', async (status, code, verdict) => {
    const { url } = await serve((_taken, response) =>
      response.writeHead(status, { 'retry-after': '30' }).end(`<Error><Code>${code}</Code></Error>`),
    );
    expect(await ask(optionsFor(url))).toMatchObject({ fault: { verdict, code, retryAfterMs: 30_000 } });
  });

  test('where there are no credentials', async () => {
    const sign = async () => {
      throw Object.assign(new Error('no'), { name: 'CredentialsProviderError' });
    };
    expect(await ask(optionsFor('http://127.0.0.1:9', { sign }))).toMatchObject({
      kind: 'fault',
      fault: { verdict: 'denied', code: 'CredentialsProviderError' },
    });
  });
});

const error = (status: number, code: string): Answerer => {
  return (_taken, response) =>
    response.writeHead(status).end(`<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`);
};

test.each<[string, Answerer, object, number]>([
  [
    'throttled, as the query APIs say it',
    error(400, 'Throttling'),
    { verdict: 'throttled', status: 400 },
    LIMIT_MS,
  ],
  ['throttled by status', error(429, 'Other'), { verdict: 'throttled', status: 429 }, LIMIT_MS],
  ['down', error(503, 'ServiceUnavailable'), { verdict: 'unavailable', status: 503 }, LIMIT_MS],
  ['a proxy', (_t, r) => r.end('<html>sign in</html>'), { verdict: 'unavailable', status: 200 }, LIMIT_MS],
  ['cut off', (_t, r) => r.destroy(), { verdict: 'unavailable', code: CUT }, LIMIT_MS],
  ['cut off in its answer', (_t, r) => cutBody(r), { verdict: 'unavailable', code: CUT }, LIMIT_MS],
  ['silent', () => undefined, { verdict: 'unavailable', code: 'TIMEOUT' }, 300],
  ['stalled', (_t, r) => stallBody(r), { verdict: 'unavailable', code: 'TIMEOUT' }, 300],
])('an STS that is %s is a fault that passes', async (_what, answerer, fault, limitMs) => {
  const { url } = await serve(answerer);
  expect(await ask(optionsFor(url), limitMs)).toMatchObject({ kind: 'fault', fault });
});

test('credentials that never come cost the limit and no more', async () => {
  const never = { sign: () => new Promise<never>(() => undefined) };
  expect(await ask(optionsFor(await deadUrl(), never), 100)).toMatchObject({
    kind: 'fault',
    fault: { verdict: 'unavailable', code: 'TIMEOUT' },
  });
});

test('a redirect is not followed: the signature stays here', async () => {
  const { url, taken } = await serve((_taken, response) =>
    response.writeHead(307, { location: '/elsewhere' }).end(),
  );
  expect((await ask(optionsFor(url))).kind).toBe('fault');
  expect(taken).toHaveLength(1);
});

test('no fault brings a token back, whatever STS says', async () => {
  const { url } = await serve((_taken, response) =>
    response
      .writeHead(403)
      .end('<Error><Code>X</Code><Message>eyJhbGciOi.eyJzdWIi.c2ln no</Message></Error>'),
  );
  expect(JSON.stringify(await ask(optionsFor(url)))).not.toContain('eyJ');
});

test('a bundle carries this call and no client of STS: whoever does not federate pays for it by a few KB', async () => {
  const outdir = await mkdtemp(join(tmpdir(), 'sts-bundle-'));
  onTestFinished(() => rm(outdir, { recursive: true }));
  await bundle({ ship: 'lambda/ship-handler.ts' }, outdir);
  const { outputs } = JSON.parse(await readFile(join(outdir, 'meta.json'), 'utf8'));
  const output = Object.entries<{ inputs: Record<string, { bytesInOutput: number }> }>(outputs).find(
    ([path]) => path.endsWith('ship/index.mjs'),
  );
  const inputs = Object.entries(output?.[1].inputs ?? {});
  expect(inputs.filter(([path]) => path.includes('@aws-sdk/client-sts'))).toEqual([]);
  const federation = inputs.filter(([path]) => /\/(sts|federated)\.ts$/.test(path));
  expect(federation).toHaveLength(2);
  expect(federation.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)).toBeLessThan(5_000);
});
