/** For every detection, logs that make it fire, and near misses. */
import { ACCOUNT_TRIALS } from './accounts.ts';
import { APPLICATION_TRIALS } from './applications.ts';
import { MFA_TRIALS } from './mfa.ts';
import { PIPELINE_TRIALS } from './pipeline.ts';
import { PROTECTION_TRIALS } from './protection.ts';
import type { Trials } from './scene.ts';
import { SIGN_IN_TRIALS } from './sign-in.ts';
import { TENANT_TRIALS } from './tenant.ts';
import { TOKEN_TRIALS } from './tokens.ts';

export const TRIALS: Trials = {
  ...SIGN_IN_TRIALS,
  ...ACCOUNT_TRIALS,
  ...MFA_TRIALS,
  ...TOKEN_TRIALS,
  ...PROTECTION_TRIALS,
  ...TENANT_TRIALS,
  ...APPLICATION_TRIALS,
  ...PIPELINE_TRIALS,
};
