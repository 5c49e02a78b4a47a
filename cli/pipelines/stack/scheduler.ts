/** One call to EventBridge Scheduler, signed with parts of the SDK that are here: its own client would be the only one used once. */
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { SignatureV4 } from '@smithy/signature-v4';
import { isObject } from '../../../lambda/core/record/log.ts';
import type { Environment } from '../../../lambda/wiring.ts';

const TIMEOUT_MS = 15_000;

/**
 * The state of a schedule of the group `default`: `ENABLED` or `DISABLED`. Rejects with an error that has AWS's name for it.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html
 */
export async function scheduleState(
  { config: { credentials, sha256 } }: LambdaClient,
  region: string,
  name: string,
  env: Environment,
): Promise<string> {
  const given = env['AWS_ENDPOINT_URL_SCHEDULER'] || env['AWS_ENDPOINT_URL'];
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = new URL(
    `/schedules/${encodeURIComponent(name)}`,
    given || `https://scheduler.${region}.${domain}`,
  );
  const signer = new SignatureV4({ service: 'scheduler', region, credentials, sha256 });
  const signed = await signer.sign({
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port && { port: Number(url.port) }),
    path: url.pathname,
    query: {},
    headers: { host: url.host },
  });
  const { host: _set, ...headers } = signed.headers;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { headers, signal, redirect: 'manual' }).catch(networkError);
  const text = await response.text();
  const body = jsonOf(text);
  if (response.ok && typeof body['State'] === 'string') return body['State'];
  const type = response.headers.get('x-amzn-errortype') ?? body['__type'] ?? body['Code'] ?? 'UnknownAnswer';
  throw named(
    String(type).replace(/:.*|^.*#/g, ''),
    String(body['Message'] ?? body['message'] ?? `status ${response.status}`),
    response.status,
  );
}

/** `fetch` hides Node's code in the cause. */
function networkError(error: unknown): never {
  const { name, cause } = error instanceof Error ? error : new Error(String(error));
  const { code } = Object(cause) as { readonly code?: unknown };
  throw named(typeof code === 'string' ? code : name, 'no answer');
}

function named(name: string, message: string, httpStatusCode?: number): Error {
  const answered = httpStatusCode !== undefined && { $metadata: { httpStatusCode } };
  return Object.assign(new Error(message), { name }, answered);
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
}
