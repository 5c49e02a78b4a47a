/** The Auth0 half: domain, retention and credentials, tried with a real request for a token and for logs. */
import { readFileSync } from 'node:fs';
import { ENV } from '../../lambda/core/contract.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { baseUrlOf, systemClock } from '../../lambda/environment.ts';
import { auth0Findings } from '../checks/auth0.ts';
import type { Finding } from '../checks/finding.ts';
import { environmentFields, environmentHasSecrets, valueSecrets } from '../pipelines/local/secrets.ts';
import { UsageError } from '../terminal/errors.ts';
import { readJsonFile } from '../terminal/json-file.ts';
import { problemWith } from './answer-problem.ts';
import { type Checked, checked } from './checked.ts';
import type { Session } from './options.ts';
import type { Questions } from './questions.ts';

export type SecretFields = Readonly<Record<string, string>>;

export interface Auth0Answers {
  readonly domain: string;
  readonly logRetentionDays: number;
  readonly credentials: SecretFields;
}

const PLANS = {
  1: 'Free: 1 day',
  5: 'Essentials: 5 days',
  10: 'Professional: 10 days',
  30: 'Enterprise: 30 days',
};
/** As the schema has them; both do not matter to the check. */
const ASSUMED = { startFrom: 'oldest', rateLimitHeadroom: 0.1 } as const;

/** Asks until Auth0 gives a token that may read logs. */
export function auth0Answers(session: Session): Promise<Checked<Auth0Answers>> {
  return checked(session, async last => {
    const answers =
      last && session.ask ? await corrected(session, session.ask, last) : await firstAnswers(session);
    return { answers, findings: await findingsOf(session, answers) };
  });
}

async function firstAnswers(session: Session): Promise<Auth0Answers> {
  const { options, env, ask } = session;
  const domain = takenDomain(session, options.domain ?? (await askDomain(ask!)));
  const days =
    options.logRetentionDays ??
    (await ask!.choose('Plan of the tenant: how long does Auth0 keep logs?', PLANS, '1'));
  const credentials =
    options.credentials !== undefined
      ? secretIn('--credentials', options.credentials)
      : environmentHasSecrets(env) || !ask
        ? environmentFields(env)
        : await askCredentials(ask);
  return { domain, logRetentionDays: Number(days), credentials };
}

async function corrected(
  session: Session,
  ask: Questions,
  { domain, logRetentionDays, credentials }: Auth0Answers,
): Promise<Auth0Answers> {
  return {
    domain: takenDomain(session, await askDomain(ask, domain)),
    logRetentionDays,
    credentials: await askCredentials(ask, credentials),
  };
}

const askDomain = (ask: Questions, initial = '') =>
  ask.text('Domain of the Auth0 tenant, such as acme.eu.auth0.com', initial, domainProblem);

/** Says what is taken of an answer that has more than the domain. */
function takenDomain({ say }: Session, given: string): string {
  const domain = bareDomain(given);
  if (domain !== given) say(`domain: ${domain}, from ${given}`);
  return domain;
}

/** The domain of an address as it is copied: of the tenant, or of its Management API. */
const bareDomain = (given: string) =>
  /^(?:https?:\/\/)?([^/:@?#]+)(?:\/(?:api\/v2\/?)?)?$/i.exec(given)?.[1] ?? given;

/** What begins the answer that names a file: no secret of Auth0 contains it. */
const FILE = '@';

/** @param before answers that Enter keeps */
async function askCredentials(ask: Questions, before: SecretFields = {}): Promise<SecretFields> {
  const { clientId: initial = '' } = before;
  const required = (answer: string) => (answer === '' ? 'it is empty' : undefined);
  const clientId = await ask.text(
    'Client ID of a Machine to Machine application with read:logs',
    initial,
    required,
  );
  const given = await ask.secret(
    `Its client secret, or ${FILE}FILE with its private key (PEM)`,
    answer => (answer.startsWith(FILE) ? keyProblem(answer.slice(1)) : undefined),
    before['clientSecret'] ?? before['privateKey'],
  );
  if (given.startsWith(FILE)) return { clientId, privateKey: readFileSync(given.slice(1), 'utf8') };
  return { clientId, [given === before['privateKey'] ? 'privateKey' : 'clientSecret']: given };
}

function keyProblem(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').includes('PRIVATE KEY-----')
      ? undefined
      : `${file} holds no private key in PEM`;
  } catch {
    return `${file} cannot be read`;
  }
}

export const domainProblem = (given: string) =>
  problemOf(bareDomain(given)) === undefined ? undefined : problemOf(given);
const problemOf = (domain: string) => problemWith('auth0.domain', { auth0: { domain } });
export const daysProblem = (days: string) =>
  problemWith('auth0.logRetentionDays', { auth0: { logRetentionDays: days === '' ? days : Number(days) } });

/** The fields of a secret, from a JSON file. Throws UsageError, which never quotes a value. */
export function secretIn(flag: string, file: string): SecretFields {
  const value = readJsonFile(`file of ${flag}`, file, 'it holds the secret as JSON, as in docs/setup.md');
  const isSecret =
    typeof value === 'object' && value !== null && Object.values(value).every(one => typeof one === 'string');
  if (isSecret && !Array.isArray(value)) return value as SecretFields;
  throw new UsageError(
    `the file of ${flag} ${file} is not an object of texts; allowed: {"clientId": "…", "clientSecret": "…"} or the like`,
  );
}

async function findingsOf({ env, options }: Session, answers: Auth0Answers): Promise<readonly Finding[]> {
  const { domain, logRetentionDays, credentials } = answers;
  const secret = `auth0-logs/${options.name}/auth0`;
  const { findings } = await auth0Findings({
    config: { domain, secret, logRetentionDays, ...ASSUMED },
    secrets: valueSecrets({ [secret]: credentials }),
    clock: systemClock,
    fetch: httpClient(),
    baseUrl: baseUrlOf(env, ENV.auth0BaseUrl),
    checkpoint: undefined,
    ripeMs: 0,
  });
  return findings;
}
