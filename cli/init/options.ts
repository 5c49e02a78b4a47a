/** What `init` gets from flags and from the environment, and what it still has to ask. */
import type { Environment } from '../../lambda/environment.ts';
import { environmentHasSecrets } from '../pipelines/local/secrets.ts';
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

/** Without a terminal every answer is an option: those that are missing. */
export function missingAnswers(options: InitOptions, env: Environment): readonly string[] {
  const { domain, logRetentionDays, credentials, outputs, group, alarmEmail } = options;
  return [
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
}
