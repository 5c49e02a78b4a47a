/** Azure's HTTP Data Collector API as a Destination. */

import type { DataCollectorConfig } from '../../config/config.ts';
import { type Fetch, withinLimit, withTimeLimit } from '../../core/http.ts';
import type { Clock, Destination, PostAnswer, SecretSource } from '../../core/model.ts';
import { EVENT_TIME_COLUMN } from '../../core/record/columns.ts';
import { noAnswer, notInTime, readAnswer } from '../answer.ts';
import { isSharedKey, rfc1123, signSharedKey } from './sign.ts';

export interface DataCollectorOptions {
  readonly config: DataCollectorConfig;
  readonly secrets: SecretSource;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** Instead of `https://{workspaceId}.ods.opinsights.azure.com`, for a simulator: no path, no trailing slash. */
  readonly baseUrl?: string | undefined;
}

/** https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure#guidance-for-developers */
const HOSTS: Readonly<Record<DataCollectorConfig['cloud'], string>> = {
  public: 'ods.opinsights.azure.com',
  'us-gov': 'ods.opinsights.azure.us',
  china: 'ods.opinsights.azure.cn',
};

/** Batches of 1 MB are small: several hide a slow answer behind Auth0's pages. */
const MAX_IN_FLIGHT = 3;

/**
 * Posts signed batches to the workspace. The secret is `{"sharedKey"}`.
 * https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api
 */
export function dataCollector(options: DataCollectorOptions): Destination {
  const { config, secrets, clock } = options;
  const { workspaceId, logType, apiVersion, resourceId } = config;
  const baseUrl = options.baseUrl ?? `https://${workspaceId}.${HOSTS[config.cloud]}`;
  const url = `${baseUrl}/api/logs?api-version=${apiVersion}`;

  const post = async (body: Buffer, limit: AbortSignal): Promise<PostAnswer> => {
    const secret = await withinLimit(secrets.read(config.secret), limit).catch(() => notInTime('secret'));
    if (secret.kind === 'fault') return { kind: 'unauthorised', fault: secret.fault };
    const sharedKey = secret.fields['sharedKey']?.reveal();
    if (!sharedKey || !isSharedKey(sharedKey)) return unauthorised(config.secret, sharedKey);
    const date = rfc1123(clock.now());
    const response = await options.fetch(url, {
      method: 'POST',
      headers: {
        authorization: signSharedKey({ workspaceId, sharedKey, contentLengthBytes: body.byteLength, date }),
        'content-type': 'application/json',
        'log-type': logType,
        'x-ms-date': date,
        'time-generated-field': EVENT_TIME_COLUMN,
        ...(resourceId ? { 'x-ms-azureresourceid': resourceId } : {}),
      },
      body,
      redirect: 'manual',
      signal: limit,
    });
    return readAnswer(response, clock.now());
  };

  return {
    kind: 'data-collector',
    maxBatchBytes: config.maxBatchBytes,
    maxInFlight: MAX_IN_FLIGHT,
    prepare: () => void secrets.read(config.secret),
    post: (body, timeoutMs) => withTimeLimit(timeoutMs, limit => post(body, limit)).catch(noAnswer),
    refresh: () => secrets.forget(config.secret),
  };
}

function unauthorised(secretName: string, sharedKey: string | undefined): PostAnswer {
  const problem = sharedKey ? 'has a "sharedKey" that is not base64' : 'lacks "sharedKey"';
  const message = `the secret "${secretName}" ${problem}; it must be {"sharedKey":"…"} with the primary or secondary key of the workspace, whole`;
  return { kind: 'unauthorised', fault: { verdict: 'denied', message } };
}
