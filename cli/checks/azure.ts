/** Whether Azure takes posts: the pipeline's own call, with no record in it. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import type { LastRun } from '../../lambda/core/last-run.ts';
import type { Destination } from '../../lambda/core/model.ts';
import { openDestination, specOf } from '../../lambda/destinations/all.ts';
import type { Opening } from '../../lambda/destinations/spec.ts';
import { counted, dateText } from '../terminal/words.ts';
import { postFinding } from './azure-answer.ts';
import { about, type Finding, isUsable, partsOf } from './finding.ts';

export interface AzurePatient {
  readonly config: PipelineConfig['azure'];
  readonly opening: Omit<Opening, 'identity'>;
}

const TIMEOUT_MS = 10_000;
/** No record, so that nothing is ingested. */
const EMPTY = Buffer.from('[]');

/**
 * @param secret what was found of the secret; undefined where none is needed
 * @param lastRun the proof where nothing can be tried from here
 */
export async function azureFindings(
  { config, opening }: AzurePatient,
  secret: Finding | undefined,
  lastRun: LastRun | undefined,
): Promise<Finding[]> {
  const { isFederated, token: needed } = specOf(config);
  const { destination, token } = openDestination(config, { ...opening, identity: 'nobody' });
  if (isFederated(config)) return federatedFindings(destination, config, lastRun);
  if (secret && !isUsable(secret)) {
    return [...checkOf(config), 'azure'].map(check => about(check).unchecked('needs the azure secret'));
  }
  const granted = await token?.(TIMEOUT_MS);
  if (needed && granted?.kind === 'fault') {
    const { text, remedy } = partsOf(granted.fault, needed.vendor, needed.settings(config));
    return [about(needed.check).error(text, remedy), about('azure').unchecked('no token')];
  }
  const answer = await destination.post(EMPTY, TIMEOUT_MS);
  const obtained = checkOf(config).map(check => about(check).ok('obtained with the client secret'));
  return [...obtained, postFinding(answer, config)];
}

/** The check of the token, where the destination needs one. */
function checkOf(config: PipelineConfig['azure']): string[] {
  const { token } = specOf(config);
  return token ? [token.check] : [];
}

/**
 * The functions' roles alone are trusted, so that their last run is the proof. A post with a token that proves nothing
 * is answered 401 when Azure is there: the endpoint can be reached.
 */
async function federatedFindings(
  destination: Destination,
  config: PipelineConfig['azure'],
  lastRun: LastRun | undefined,
): Promise<Finding[]> {
  const tokens = checkOf(config).map(about);
  const say = about('azure');
  const answer = await destination.post(EMPTY, TIMEOUT_MS);
  const isThere = answer.kind === 'answered' && [401, 403].includes(answer.status);
  if (isThere && lastRun && lastRun.logsAccepted > 0) {
    const run = `the run that ended at ${dateText(lastRun.endedAtMs)}`;
    return [
      ...tokens.map(({ ok }) => ok(`federated: not available from this machine, but ${run} obtained one`)),
      say.ok(`reachable; Azure accepted ${counted(lastRun.logsAccepted, 'log')} of ${run}`),
    ];
  }
  const unproven = tokens.map(({ unchecked }) =>
    unchecked(
      lastRun
        ? 'federated: Entra trusts only the roles of the functions, and Azure accepted no logs of their last run'
        : 'federated: Entra trusts only the roles of the functions, which have not run yet',
      lastRun
        ? 'see “last run” for what was rejected, or run this again after a run that had logs to ship'
        : 'run this again after the deploy and a first run',
    ),
  );
  if (!isThere) return [...unproven, postFinding(answer, config)];
  const seen = `the endpoint answers (${answer.status} without a token, as expected)`;
  return [...unproven, say.unchecked(`${seen}; more cannot be checked from this machine`)];
}
