/**
 * AWS Secrets Manager, as far as GetSecretValue and PutSecretValue: AWS JSON 1.1 on loopback, for the real SDK client.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html and API_PutSecretValue.html
 */
import { type Answer, answerWith, type FaultScript, faultScript } from '../faults.ts';
import { listen, readBody } from '../loopback.ts';

export interface SecretsManagerSimulator {
  /** For the SDK's `endpoint`, or AWS_ENDPOINT_URL_SECRETS_MANAGER. */
  readonly url: string;
  /** What the next requests meet instead of, or besides, a proper answer. */
  readonly faults: FaultScript;
  /** Requests so far, whatever the answer. */
  readonly calls: number;
  /** The value of a secret; undefined for one that does not exist. */
  get(name: string): string | undefined;
  /** Adds a secret or gives it a new value. */
  set(name: string, value: string): void;
  /** The full ARN that answers carry, and that is accepted in place of the name. */
  arnOf(name: string): string;
  /** Ends every connection at once, answered or not. */
  close(): Promise<void>;
}

const ARN_PREFIX = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:';
const ARN_SUFFIX = '-Sim0Az';
const CREATED_SECONDS = 1_700_000_000;

/** `secrets`: name to SecretString. */
export async function startSecretsManager(options: {
  readonly secrets: Readonly<Record<string, string>>;
}): Promise<SecretsManagerSimulator> {
  const secrets = new Map(Object.entries(options.secrets));
  const faults = faultScript();
  let calls = 0;

  const { url, close } = await listen(async (request, response) => {
    calls++;
    const fault = faults.next();
    const body = fault?.kind === 'cut' ? Buffer.alloc(0) : await readBody(request);
    if (!body) return;
    await answerWith(fault, request, response, () => {
      const operation = String(request.headers['x-amz-target']).replace('secretsmanager.', '');
      if (!['GetSecretValue', 'PutSecretValue'].includes(operation)) {
        const simulated = 'Only GetSecretValue and PutSecretValue are simulated';
        return refusal('UnknownOperationException', `${simulated}, not ${operation}.`);
      }
      if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
        return refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
      }
      return operation === 'PutSecretValue' ? putSecretValue(body, secrets) : getSecretValue(body, secrets);
    });
  });

  return {
    url,
    faults,
    get calls() {
      return calls;
    },
    get: name => secrets.get(name),
    set: (name, value) => void secrets.set(name, value),
    arnOf,
    close,
  };
}

function getSecretValue(body: Buffer, secrets: ReadonlyMap<string, string>): Answer {
  const id = secretId(body);
  if (id === undefined) return refusal('ValidationException', 'SecretId is missing.');
  const name = [...secrets.keys()].find(known => id === known || id === arnOf(known));
  if (name === undefined) {
    return refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  return json(200, {
    ARN: arnOf(name),
    CreatedDate: CREATED_SECONDS,
    Name: name,
    SecretString: secrets.get(name),
    VersionId: '5ca1ab1e-0000-4000-8000-000000000004',
    VersionStages: ['AWSCURRENT'],
  });
}

function putSecretValue(body: Buffer, secrets: Map<string, string>): Answer {
  const id = secretId(body);
  const { SecretString: value, ClientRequestToken: token } = JSON.parse(body.toString());
  if (id === undefined || typeof value !== 'string' || value === '') {
    return refusal('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
  }
  const name = [...secrets.keys()].find(known => id === known || id === arnOf(known));
  if (name === undefined) {
    return refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  secrets.set(name, value);
  return json(200, { ARN: arnOf(name), Name: name, VersionId: token, VersionStages: ['AWSCURRENT'] });
}

function arnOf(name: string): string {
  return ARN_PREFIX + name + ARN_SUFFIX;
}

function secretId(body: Buffer): string | undefined {
  try {
    const { SecretId: id } = JSON.parse(body.toString());
    return typeof id === 'string' && id !== '' ? id : undefined;
  } catch {
    return undefined;
  }
}

function refusal(type: string, message: string): Answer {
  return json(400, { __type: type, Message: message });
}

function json(status: number, body: object): Answer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
}
