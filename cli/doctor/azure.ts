/** Whether Azure takes posts: the pipeline's own call, with no record in it. */
import type { LogsIngestionConfig, PipelineConfig } from '../../lambda/config/config.ts';
import type { Fetch } from '../../lambda/core/http.ts';
import type { LastRun } from '../../lambda/core/last-run.ts';
import type { Clock, PostAnswer, SecretSource } from '../../lambda/core/model.ts';
import type { TokenAnswer } from '../../lambda/core/oauth.ts';
import { Secret } from '../../lambda/core/secret.ts';
import { dataCollector } from '../../lambda/destinations/data-collector/post.ts';
import {
  type Authoriser,
  entraClientSecret,
  settingsOf,
} from '../../lambda/destinations/logs-ingestion/entra.ts';
import { logsIngestion } from '../../lambda/destinations/logs-ingestion/post.ts';
import { counted, dateText } from '../terminal/words.ts';
import { postFinding } from './azure-answer.ts';
import { about, type Finding, isUsable, partsOf } from './finding.ts';

export interface AzurePatient {
  readonly config: PipelineConfig['azure'];
  readonly secrets: SecretSource;
  readonly clock: Clock;
  readonly fetchAzure: Fetch;
  readonly fetchEntra: Fetch;
  readonly azureBaseUrl: string | undefined;
  readonly entraBaseUrl: string | undefined;
}

const TIMEOUT_MS = 10_000;
/** No record, so that nothing is ingested. */
const EMPTY = Buffer.from('[]');
const TOKEN = 'entra token';

/**
 * @param secret what was found of the secret; undefined where none is needed
 * @param lastRun the proof where nothing can be tried from here
 */
export async function azureFindings(
  patient: AzurePatient,
  secret: Finding | undefined,
  lastRun: LastRun | undefined,
): Promise<Finding[]> {
  const { config } = patient;
  if (config.kind === 'data-collector') {
    if (secret && !isUsable(secret)) return [about('azure').unchecked('it needs the azure secret')];
    const { secrets, clock, fetchAzure, azureBaseUrl } = patient;
    const destination = dataCollector({ config, secrets, clock, fetch: fetchAzure, baseUrl: azureBaseUrl });
    return [postFinding(await destination.post(EMPTY, TIMEOUT_MS), config)];
  }
  if (config.auth === 'federated') return federatedFindings(patient, config, lastRun);
  if (secret && !isUsable(secret)) {
    return [TOKEN, 'azure'].map(check => about(check).unchecked('it needs the azure secret'));
  }
  const { secrets, clock, fetchEntra, entraBaseUrl } = patient;
  const entra = entraClientSecret({ config, secrets, clock, fetch: fetchEntra, baseUrl: entraBaseUrl });
  const granted = await entra.authorise(TIMEOUT_MS);
  if (granted.kind === 'fault') {
    const { text, remedy } = partsOf(granted.fault, 'Entra', settingsOf(config));
    return [about(TOKEN).error(text, remedy), about('azure').unchecked('there is no token')];
  }
  const answer = await post(patient, config, granted);
  return [about(TOKEN).ok('obtained by the client secret'), postFinding(answer, config)];
}

/**
 * Entra trusts the functions' roles alone, so that their last run is the proof. A post with a token that proves nothing
 * is answered 401 when Azure is there: the endpoint can be reached.
 */
async function federatedFindings(
  patient: AzurePatient,
  config: LogsIngestionConfig,
  lastRun: LastRun | undefined,
): Promise<Finding[]> {
  const token = about(TOKEN);
  const say = about('azure');
  const answer = await post(patient, config, { kind: 'token', token: new Secret('none') });
  const isThere = answer.kind === 'answered' && [401, 403].includes(answer.status);
  if (isThere && lastRun && lastRun.logsAccepted > 0) {
    const run = `the run that ended at ${dateText(lastRun.endedAtMs)}`;
    return [
      token.ok(`federated: not to be had from here, but ${run} had one`),
      say.ok(`reachable; ${run} had ${counted(lastRun.logsAccepted, 'log')} accepted`),
    ];
  }
  const unproven = token.unchecked(
    'federated: Entra trusts the roles of the functions alone, and their last run had nothing accepted',
    'see “last run”: it says what was refused; or look again after a run that had logs to ship',
  );
  if (!isThere) return [unproven, postFinding(answer, config)];
  const seen = `the endpoint answers (${answer.status} without a token, as it should)`;
  return [unproven, say.unchecked(`${seen}; more cannot be told from here`)];
}

function post(
  { clock, fetchAzure, azureBaseUrl }: AzurePatient,
  config: LogsIngestionConfig,
  granted: TokenAnswer,
): Promise<PostAnswer> {
  const authoriser: Authoriser = { authorise: async () => granted, forget: () => undefined };
  const destination = logsIngestion({ config, authoriser, clock, fetch: fetchAzure, baseUrl: azureBaseUrl });
  return destination.post(EMPTY, TIMEOUT_MS);
}
