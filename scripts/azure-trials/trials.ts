/** For every detection, logs that make it fire, and near misses. */
import { MFA_TRIALS } from './mfa.ts';
import { PIPELINE_TRIALS } from './pipeline.ts';
import type { Trials } from './scene.ts';
import { SIGN_IN_TRIALS } from './sign-in.ts';
import { TENANT_TRIALS } from './tenant.ts';
import { TOKEN_TRIALS } from './tokens.ts';

export const TRIALS: Trials = {
  ...SIGN_IN_TRIALS,
  ...MFA_TRIALS,
  ...TOKEN_TRIALS,
  ...TENANT_TRIALS,
  ...PIPELINE_TRIALS,
};
