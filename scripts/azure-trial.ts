/**
 * `npm run --silent azure:trial -- DETECTION`: prints KQL that shows a detection fire, in any workspace and without
 * data.
 */
import { DETECTIONS } from '../azure/detections.ts';
import { kqlTrial } from './azure-trials/kql-trial.ts';
import { TRIALS } from './azure-trials/trials.ts';

const [id] = process.argv.slice(2);
const detection = DETECTIONS.find(one => one.id === id);
if (detection) {
  process.stdout.write(kqlTrial(detection, TRIALS[detection.id]!.fires));
} else {
  console.error(`"${id ?? ''}" is not a detection; allowed: ${DETECTIONS.map(one => one.id).join(', ')}`);
  process.exitCode = 2;
}
