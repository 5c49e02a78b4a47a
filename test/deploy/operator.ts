/** The operator on call: the command line as they type it, with the rights of operator-policy.json and no others. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RawAws } from '../../simulator/aws/ministack/calls.ts';
import { type Ended, runToEnd } from '../../simulator/aws/ministack/child.ts';
import type { MiniStack } from '../../simulator/aws/ministack/server.ts';
import { mustBe } from './checks.ts';

export interface Operator {
  /** What the rights are, in words. */
  readonly rights: string;
  /** The deployed stack's name. */
  readonly stack: string;
  /** For `--state`. */
  readonly state: string;
  /** Types a command about the deployed stack. Throws with what was printed unless it ends with that exit code. */
  type(exitCode: number, ...words: readonly string[]): Promise<Ended>;
  /** Likewise with `--json`: the document, which stands alone on standard output. */
  ask<T>(exitCode: number, ...words: readonly string[]): Promise<T>;
  /** What `work` returns, done while this action is allowed besides, or denied; nothing of that where IAM is not enforced. */
  amended<T>(Effect: 'Allow' | 'Deny', Action: string, work: () => Promise<T>): Promise<T>;
}

export interface OperatorOptions {
  readonly aws: MiniStack;
  readonly raw: RawAws;
  readonly stackName: string;
  /** How the names of the pipelines' secrets begin. */
  readonly secretsPrefix: string;
  readonly nodeFolder: string;
  readonly scratch: string;
  readonly signal: AbortSignal;
}

export const OPERATOR = 'operator';

const ROOT = resolve(import.meta.dirname, '../..');
const POLICY = join(import.meta.dirname, 'operator-policy.json');
/** What a user of the project's own names would have there. */
const NAMES = { stack: 'Auth0LogsToAzure', secrets: 'auth0-logs/' };

export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { aws, raw, stackName, nodeFolder, scratch, signal } = options;
  const { id, secret } = aws.enforcesIam ? await user(options) : { id: 'test', secret: 'test' };
  const { AWS_CA_BUNDLE: certificate, ...awsEnv } = aws.env;
  const env = {
    ...awsEnv,
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
    // Node has a name of its own for it.
    ...(certificate !== undefined && { NODE_EXTRA_CA_CERTS: certificate }),
    HOME: scratch,
    TMPDIR: scratch,
    // Sentences whole, to be compared.
    COLUMNS: '10000',
  };
  const type: Operator['type'] = async (exitCode, ...words) => {
    const chosen = words.includes('--stack') ? [] : ['--stack', stackName];
    const args = [join(ROOT, 'cli/main.ts'), ...words, ...chosen];
    const ended = await runToEnd(join(nodeFolder, 'node'), args, { env, cwd: ROOT, signal });
    const { end, output } = ended;
    mustBe(end === exitCode, `"${words.join(' ')}" ended with ${end}, not ${exitCode}:\n${output}`);
    return ended;
  };
  return {
    rights: aws.enforcesIam ? 'with the rights of operator-policy.json alone' : 'with all rights',
    stack: stackName,
    state: join(scratch, 'operator-state'),
    type,
    ask: async (exitCode, ...words) => JSON.parse((await type(exitCode, ...words, '--json')).stdout),
    amended: async (Effect, Action, work) => {
      if (!aws.enforcesIam) return work();
      const Statement = [{ Effect, Action, Resource: '*' }];
      await raw.putUserPolicy(OPERATOR, 'amended', { Version: '2012-10-17', Statement });
      return work().finally(() => raw.deleteUserPolicy(OPERATOR, 'amended'));
    },
  };
}

async function user({ raw, stackName, secretsPrefix }: OperatorOptions) {
  const policy = (await readFile(POLICY, 'utf8'))
    .replaceAll(NAMES.stack, stackName)
    .replaceAll(NAMES.secrets, secretsPrefix);
  const key = await raw.createUser(OPERATOR);
  await raw.putUserPolicy(OPERATOR, 'operator', JSON.parse(policy));
  return key;
}
