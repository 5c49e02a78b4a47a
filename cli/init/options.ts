/** What `init` gets from flags and from the environment, and what it still has to ask. */
import type { Environment } from '../../lambda/environment.ts';
import { environmentHasSecrets } from '../pipelines/local/secrets.ts';
import { UsageError } from '../terminal/errors.ts';
import type { Questions } from './questions.ts';

export interface InitOptions {
  readonly name: string;
  readonly domain?: string;
  readonly logRetentionDays?: string;
  readonly credentials?: string;
  readonly group?: string;
  readonly workspace?: string;
  readonly location?: string;
  readonly outputs?: string;
  readonly azureSecret?: string;
  readonly alarmEmail?: readonly string[];
  readonly out: string;
  readonly secrets: string;
  readonly force?: true;
  readonly run?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** All that the parts of the wizard share. */
export interface Session {
  readonly options: InitOptions;
  readonly env: Environment;
  /** Undefined without a terminal: then nothing is asked. */
  readonly ask: Questions | undefined;
  /** Shows what was found or done; nothing with --json. */
  say(text: string): void;
}

/** What `--alarm-email` takes instead of an address. */
export const NOBODY = 'none';

/** Without a terminal every answer is a flag. Throws UsageError with all that are missing. */
export function refuseMissing(options: InitOptions, env: Environment): void {
  const { domain, logRetentionDays, credentials, outputs, group, alarmEmail } = options;
  const missing = [
    domain === undefined && '--domain DOMAIN: the tenant’s own domain, such as acme.eu.auth0.com',
    logRetentionDays === undefined &&
      '--log-retention-days DAYS: Free 1, Essentials 5, Professional 10, Enterprise 30',
    credentials === undefined &&
      !environmentHasSecrets(env) &&
      '--credentials FILE with {"clientId": "…", "clientSecret": "…"}, or AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET in the environment',
    outputs === undefined &&
      group === undefined &&
      '--group GROUP: the Azure resource group, read with the Azure CLI; or --outputs FILE',
    alarmEmail === undefined && `--alarm-email ADDRESS: who gets the alarms; or --alarm-email ${NOBODY}`,
  ].filter(one => one !== false);
  if (missing.length === 0) return;
  throw new UsageError(
    `there is no terminal to ask at, or --yes or --json is given, and these answers are missing:\n${missing.map(one => `  - ${one}`).join('\n')}`,
  );
}
