/** Azure Monitor's Logs Ingestion API as a Destination. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { withinLimit, withTimeLimit } from '../../core/http.ts';
import type { PostAnswer } from '../../core/model.ts';
import { noAnswer, notInTime, readAnswer } from '../answer.ts';
import { authoriserOf } from '../authoriser.ts';
import { meaningFor, type Opened, type Opening } from '../spec.ts';
import { type LogsIngestionConfig, logsIngestion } from './spec.ts';

const API_VERSION = '2023-01-01';

const gzipped = promisify(gzip);

/** Half the processor time of zlib's own choice for an eighth more bytes: in a small function it is time that is short. */
const GZIP_LEVEL = 1;
/** Logs shrink to less than this share of themselves, so that a batch comes out in one piece and is not put together anew. */
const GZIP_SHARE = 1 / 3;
const GZIP_LEAST_BYTES = 16_384;

/** Batches of 1 MB are small: several hide a slow answer behind Auth0's pages. */
const MAX_IN_FLIGHT = 3;

/**
 * Posts gzipped batches to a stream of the data collection rule, with Entra's token.
 * https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview
 */
export function openLogsIngestion(config: LogsIngestionConfig, opening: Opening): Opened {
  const { clock, fetch } = opening;
  const authoriser = authoriserOf(config, opening);
  const path = `/dataCollectionRules/${config.dcrImmutableId}/streams/${config.stream}`;
  const url = `${opening.baseUrl ?? config.endpoint}${path}?api-version=${API_VERSION}`;

  const post = async (body: Buffer, timeoutMs: number, limit: AbortSignal): Promise<PostAnswer> => {
    const granted = await withinLimit(authoriser.authorise(timeoutMs), limit).catch(() => notInTime('token'));
    if (granted.kind === 'fault') return { kind: 'unauthorised', fault: granted.fault };
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${granted.token.reveal()}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
      body: await gzipped(body, {
        level: GZIP_LEVEL,
        chunkSize: Math.max(GZIP_LEAST_BYTES, Math.ceil(body.length * GZIP_SHARE)),
      }),
      redirect: 'manual',
      signal: limit,
    });
    return readAnswer(response, clock.now());
  };

  return {
    destination: {
      form: logsIngestion.form,
      meaning: meaningFor(logsIngestion, config),
      isCompressed: true,
      maxBatchBytes: config.maxBatchBytes,
      maxInFlight: MAX_IN_FLIGHT,
      prepare: timeoutMs => void authoriser.authorise(timeoutMs),
      post: (body, timeoutMs) =>
        withTimeLimit(timeoutMs, limit => post(body, timeoutMs, limit)).catch(noAnswer),
      refresh: () => authoriser.forget(),
    },
    token: timeoutMs => authoriser.authorise(timeoutMs),
  };
}
