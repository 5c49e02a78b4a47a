/** The few calls to the emulator for which the project has no SDK client: by hand, since only the deploy test and its benchmark make them. */

export interface RawAws {
  /** Runs a function and returns its result. Throws when the function did. */
  invoke(functionName: string): Promise<unknown>;
  functionConfiguration(functionName: string): Promise<FunctionConfiguration | undefined>;
  /** Every line of a log group so far, in order. */
  logLines(logGroup: string): Promise<readonly LogLine[]>;
  schedules(): Promise<readonly string[]>;
  /** Their names. */
  dashboards(): Promise<readonly string[]>;
  putRolePolicy(role: string, name: string, statement: object): Promise<void>;
  deleteRolePolicy(role: string, name: string): Promise<void>;
  /** Makes a user without any right, and its access key. */
  createUser(name: string): Promise<AccessKey>;
  putUserPolicy(user: string, name: string, policy: object): Promise<void>;
  deleteUserPolicy(user: string, name: string): Promise<void>;
  /** What waits in a queue, hidden or not, without receiving it. */
  peek(queueUrl: string): Promise<readonly string[]>;
}

export interface FunctionConfiguration {
  readonly Runtime: string;
  readonly Role: string;
  readonly LoggingConfig: { readonly LogGroup: string };
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

export interface LogLine {
  readonly timestamp: number;
  readonly message: string;
}

/** By account, region and queue. */
interface Peeked {
  readonly messages: Record<string, Record<string, Record<string, readonly { readonly Body: string }[]>>>;
}

interface Request {
  readonly service: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly method?: string;
}

export function rawAws(endpoint: string, region = 'us-east-1'): RawAws {
  /** The emulator does not check the signature of its root key, so there is none. */
  const send = async ({ service, path = '/', headers = {}, body, method = 'POST' }: Request) =>
    fetch(`${endpoint}${path}`, {
      method,
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=none`,
        ...headers,
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(150_000),
    });
  const text = async (request: Request): Promise<string> => {
    const answer = await send(request);
    const body = await answer.text();
    if (answer.ok) return body;
    throw new Error(`${request.service} answered ${answer.status}: ${body.slice(0, 500)}`);
  };
  const iam = async (action: string, parameters: Record<string, string>) => {
    const form = new URLSearchParams({ Action: action, Version: '2010-05-08', ...parameters });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return text({ service: 'iam', headers, body: form.toString() });
  };
  const functionPath = (name: string) => `/2015-03-31/functions/${encodeURIComponent(name)}`;

  return {
    invoke: async name => {
      const path = `${functionPath(name)}/invocations`;
      const answer = await send({ service: 'lambda', path, body: '{}' });
      const result = await answer.text();
      const failed = !answer.ok || answer.headers.has('x-amz-function-error');
      if (failed) throw new Error(`${name} failed: ${result.slice(0, 1_000)}`);
      return JSON.parse(result);
    },
    functionConfiguration: async name => {
      const path = `${functionPath(name)}/configuration`;
      const answer = await send({ service: 'lambda', path, method: 'GET' });
      return answer.status === 404 ? undefined : ((await answer.json()) as FunctionConfiguration);
    },
    logLines: async logGroup => {
      const lines: LogLine[] = [];
      for (let nextToken: string | undefined; ; ) {
        const body = await text({
          service: 'logs',
          headers: {
            'content-type': 'application/x-amz-json-1.1',
            'x-amz-target': 'Logs_20140328.FilterLogEvents',
          },
          body: JSON.stringify({ logGroupName: logGroup, limit: 10_000, ...(nextToken && { nextToken }) }),
        });
        const answer = JSON.parse(body) as { events: LogLine[]; nextToken?: string };
        lines.push(...answer.events);
        nextToken = answer.nextToken;
        if (!nextToken) return lines;
      }
    },
    schedules: async () => {
      const { Schedules } = JSON.parse(
        await text({ service: 'scheduler', path: '/schedules', method: 'GET' }),
      );
      return (Schedules as { Name: string }[]).map(schedule => schedule.Name);
    },
    dashboards: async () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const body = 'Action=ListDashboards&Version=2010-08-01';
      const listed = await text({ service: 'monitoring', headers, body });
      return [...listed.matchAll(/<DashboardName>(.+?)</g)].map(([, name = '']) => name);
    },
    putRolePolicy: async (role, name, statement) => {
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
      await iam('PutRolePolicy', { RoleName: role, PolicyName: name, PolicyDocument });
    },
    deleteRolePolicy: async (role, name) => {
      await iam('DeleteRolePolicy', { RoleName: role, PolicyName: name });
    },
    createUser: async name => {
      await iam('CreateUser', { UserName: name });
      const key = await iam('CreateAccessKey', { UserName: name });
      const [, id = ''] = /<AccessKeyId>(.+?)</.exec(key) ?? [];
      const [, secret = ''] = /<SecretAccessKey>(.+?)</.exec(key) ?? [];
      return { id, secret };
    },
    putUserPolicy: async (user, name, policy) => {
      await iam('PutUserPolicy', {
        UserName: user,
        PolicyName: name,
        PolicyDocument: JSON.stringify(policy),
      });
    },
    deleteUserPolicy: async (user, name) => {
      await iam('DeleteUserPolicy', { UserName: user, PolicyName: name });
    },
    peek: async queueUrl => {
      const path = `/_ministack/sqs/messages?QueueUrl=${encodeURIComponent(queueUrl)}`;
      const { messages } = JSON.parse(await text({ service: 'sqs', path, method: 'GET' })) as Peeked;
      const regions = Object.values(messages).flatMap(account => Object.values(account));
      return regions.flatMap(region => Object.values(region).flat()).map(message => message.Body);
    },
  };
}
