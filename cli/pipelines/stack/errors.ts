/** Errors of AWS, or of the connection to it, as one line that says what to do, and below it at most a command. */
import { UsageError } from '../../terminal/errors.ts';

/** The identity and region of a request. */
export interface Asker {
  readonly region: string;
  readonly profile: string | undefined;
  /** What the command can do without AWS, after "no AWS credentials were found; …". */
  readonly elsewhere?: string | undefined;
}

/** AWS's names for credentials that it does not take. */
const HAS_EXPIRED = /^ExpiredToken|^TokenRefreshRequired|^RequestExpired/;
const WRONG_SIGNATURE = /^(RequestTimeTooSkewed|InvalidSignature|SignatureDoesNotMatch)/;
const UNKNOWN_IDENTITY =
  /^(InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient|IncompleteSignature|MissingAuthenticationToken)/;
const OF_IDENTITY = [HAS_EXPIRED, WRONG_SIGNATURE, UNKNOWN_IDENTITY];
/** In the SDK's messages about a profile. */
const EXPIRED = /SSO|sso login|expired|session/i;
const MFA = /multi-factor|MFA/;

/** An error by AWS's name for it, to a sentence. */
const REFUSALS: readonly (readonly [name: RegExp, sentence: (action: string, asker: Asker) => string])[] = [
  [
    /AccessDenied|^AuthorizationError|NotAuthorized|^UnauthorizedOperation/i,
    (action, { profile }) =>
      `AWS does not allow ${action}${profile ? ` with --profile ${profile}` : ' with these credentials'}; allow it in IAM, or use other credentials: --profile NAME`,
  ],
  [
    HAS_EXPIRED,
    (_, asker) =>
      `the AWS credentials have expired; export new ones, or log in again, and check this machine’s clock:\n  ${logIn(asker)}`,
  ],
  [
    WRONG_SIGNATURE,
    () => 'AWS rejected the signature; check the secret access key, and this machine’s clock',
  ],
  [
    UNKNOWN_IDENTITY,
    () =>
      'AWS does not recognize these credentials; check AWS_ACCESS_KEY_ID, or the profile, and log in again',
  ],
  [
    /throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceededException|ProvisionedThroughputExceeded/i,
    action => `AWS throttled ${action}, even after retries; wait a minute and try again`,
  ],
  [/^OptInRequired/, (_, { region }) => `region ${region} is not enabled for this account; specify another`],
];

/**
 * The error as one for the operator. `action` is what was asked for, as IAM calls it, and where that helps, of what.
 * `absent` is the message for a resource that does not exist.
 * An error of our own goes through as it is.
 */
export function explained(error: unknown, action: string, asker: Asker, absent?: string): Error {
  if (error instanceof UsageError) return error;
  const { name, message, answered } = partsOf(error);
  const told = (sentence: string) => new UsageError(sentence, error);
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name))
    return told(noCredentials(message, asker));
  const isAbsent = /NotFound|NonExistentQueue|QueueDoesNotExist/.test(name);
  if (absent !== undefined && isAbsent) return told(absent);
  const known = REFUSALS.find(([pattern]) => pattern.test(name))?.[1];
  if (known) return told(known(refusedAction(message, action), asker));
  if (!answered && NETWORK.test(name)) return told(unreachable(name, action, asker));
  return told(`${action} failed: ${name}: ${firstLine(message)}; --verbose shows more`);
}

/** `unset`: no credentials or no region are configured here. `refused`: AWS does not take them, or they have expired. */
export type Obstacle = 'unset' | 'refused' | 'unreachable';

/** What stood between the operator and any answer of AWS. Undefined for an answer, and for a profile that asks for an MFA code. */
export function obstacleIn(error: unknown): Obstacle | undefined {
  const { name, message, answered } = partsOf(error);
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name)) {
    if (MFA.test(message)) return undefined;
    return EXPIRED.test(message) ? 'refused' : 'unset';
  }
  if (/Region is missing/.test(message)) return 'unset';
  if (!answered) return NETWORK.test(name) ? 'unreachable' : undefined;
  return OF_IDENTITY.some(pattern => pattern.test(name)) ? 'refused' : undefined;
}

/** Behind a queue or a table there may be a key, which needs a permission of its own. SQS names actions without capitals. */
function refusedAction(message: string, action: string): string {
  const [, named = action] = /not authorized to perform: ([\w-]+:\w+)/.exec(message) ?? [];
  return action.toLowerCase().startsWith(named.toLowerCase()) ? action : named;
}

/** Node's codes, and the SDK's names, of what went wrong on the way. */
const NETWORK = /^(E[A-Z_]+|CERT_\w+|\w*TimeoutError|AbortError)$/;

/** https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html */
export const NO_REGION =
  'no AWS region is configured; specify --region REGION, or set AWS_REGION, or "region" of the profile in ~/.aws/config';

/** The SDK supports fewer credential sources than the CLI, which can export credentials for it. */
function noCredentials(message: string, asker: Asker): string {
  const { profile } = asker;
  if (EXPIRED.test(message)) {
    return `the AWS session of the profile has expired; log in again:\n  ${logIn(asker)}`;
  }
  if (MFA.test(message)) {
    return (
      'the profile requires an MFA code, which only the AWS CLI can request; omit --profile after:\n' +
      `  eval "$(aws configure export-credentials --format env${profile ? ` --profile ${profile}` : ''})"`
    );
  }
  if (profile) {
    return (
      `--profile is "${profile}", which has no AWS credentials (${firstLine(message)}); ` +
      '"aws configure list-profiles" lists your profiles'
    );
  }
  return (
    'no AWS credentials were found; log in as for the AWS CLI (aws sso login, AWS_PROFILE, AWS_ACCESS_KEY_ID) ' +
    `or specify --profile NAME${asker.elsewhere === undefined ? '' : `; ${asker.elsewhere}`}`
  );
}

function unreachable(code: string, action: string, { region }: Asker): string {
  const service = action.split(':')[0];
  if (/ENOTFOUND|EAI_AGAIN/.test(code)) {
    return `the AWS endpoint of ${service} in region "${region}" was not found (${code}); check --region, and this machine’s DNS`;
  }
  return `AWS (${service}, ${region}) cannot be reached (${code}); check this machine’s network, proxy and firewall`;
}

/** Node's errors, and our edges', have in `code` what AWS's errors have in `name`. */
function partsOf(error: unknown) {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const { code, $metadata: answer } = Object(error) as {
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const named = name === 'Error' && typeof code === 'string' ? code : name;
  return { name: named, message, answered: answer?.httpStatusCode !== undefined };
}

const logIn = ({ profile }: Asker) => `aws sso login${profile ? ` --profile ${profile}` : ''}`;
const firstLine = (text: string) => text.split('\n')[0]?.slice(0, 300) ?? '';
