/** Azure's HTTP Data Collector API as a Destination. */
import { remedied } from '../../core/cause.ts';
import { withinLimit, withTimeLimit } from '../../core/http.ts';
import type { PostAnswer } from '../../core/model.ts';
import { EVENT_TIME_COLUMN } from '../../core/record/columns.ts';
import { noAnswer, notInTime, readAnswer } from '../answer.ts';
import { meaningFor, type Opened, type Opening } from '../spec.ts';
import { isSharedKey, rfc1123, signSharedKey } from './sign.ts';
import { type DataCollectorConfig, dataCollector } from './spec.ts';

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
export function openDataCollector(
  config: DataCollectorConfig,
  { secrets, clock, fetch, ...opening }: Pick<Opening, 'secrets' | 'clock' | 'fetch' | 'baseUrl'>,
): Opened {
  const { workspaceId, logType, apiVersion, resourceId } = config;
  const baseUrl = opening.baseUrl ?? `https://${workspaceId}.${HOSTS[config.cloud]}`;
  const url = `${baseUrl}/api/logs?api-version=${apiVersion}`;

  const post = async (body: Buffer, limit: AbortSignal): Promise<PostAnswer> => {
    const secret = await withinLimit(secrets.read(config.secret), limit).catch(() => notInTime('secret'));
    if (secret.kind === 'fault') return { kind: 'unauthorised', fault: secret.fault };
    const sharedKey = secret.fields['sharedKey']?.reveal();
    if (!sharedKey || !isSharedKey(sharedKey)) return unauthorised(config.secret, sharedKey);
    const date = rfc1123(clock.now());
    const response = await fetch(url, {
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
    destination: {
      form: dataCollector.form,
      meaning: meaningFor(dataCollector, config),
      isCompressed: false,
      maxBatchBytes: config.maxBatchBytes,
      maxInFlight: MAX_IN_FLIGHT,
      prepare: () => void secrets.read(config.secret),
      post: (body, timeoutMs) => withTimeLimit(timeoutMs, limit => post(body, limit)).catch(noAnswer),
      refresh: () => secrets.forget(config.secret),
    },
  };
}

function unauthorised(secretName: string, sharedKey: string | undefined): PostAnswer {
  const problem = sharedKey ? 'has a "sharedKey" that is not base64' : 'lacks "sharedKey"';
  const remedy = 'it must be {"sharedKey":"…"} with the complete primary or secondary key of the workspace';
  const said = remedied(`the secret "${secretName}" ${problem}`, remedy);
  return { kind: 'unauthorised', fault: { verdict: 'denied', ...said } };
}
