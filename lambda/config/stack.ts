/** What a configuration says of the stack around the pipelines, and of what they take over from former ones. */
import * as v from 'valibot';
import { noList, settings } from '../core/settings/problems.ts';
import { listOf, oneOf, pipelineName, text, whole } from '../core/settings/values.ts';

const flag = v.boolean('true or false');
const arn = (service: string, resource: string, allowed: string) =>
  text(new RegExp(`^arn:aws[a-z-]*:${service}:${resource}$`), allowed);

/** Days that CloudWatch Logs can keep: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const TAGS =
  'an object of strings, {"team": "security"}: keys of at most 128 characters that do not begin with "aws:", values of at most 256';
/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const TAG_KEY = /^(?![Aa][Ww][Ss]:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u;

const vpc = settings({
  id: text(/^vpc-[0-9a-f]{8,17}$/, 'the id of a VPC, "vpc-…"'),
  subnetIds: v.pipe(
    listOf(text(/^subnet-[0-9a-f]{8,17}$/, 'the id of a subnet, "subnet-…"'), 'a list of subnet ids'),
    v.minLength(1, 'at least one subnet id'),
  ),
  securityGroupIds: v.optional(
    v.pipe(
      listOf(
        text(/^sg-[0-9a-f]{8,17}$/, 'the id of a security group, "sg-…"'),
        'a list of security group ids',
      ),
      v.minLength(1, 'at least one security group id'),
      v.maxLength(5, 'at most five security group ids'),
    ),
  ),
});

/** The schema of `stack`: scripts/config-docs.ts makes a table of it, too. */
export const stack = settings({
  name: v.optional(
    text(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, 'at most 100 letters, digits and -, beginning with a letter'),
  ),
  account: v.optional(text(/^\d{12}$/, 'the 12 digits of an AWS account, as a string')),
  region: v.optional(text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, such as "eu-west-1"')),
  nested: v.optional(flag),
  createSecrets: v.optional(flag),
  memorySizeMb: v.optional(whole(128, 10_240, 'MB, 128 to 10240')),
  logRetentionDays: v.optional(oneOf(LOG_RETENTION_DAYS)),
  state: v.optional(oneOf(['retain', 'destroy'])),
  runbookUrl: v.optional(
    text(/^https?:\/\/\S{1,490}$/u, 'a web address, "https://…", without spaces, at most 500 characters'),
  ),
  kmsKeyArn: v.optional(
    arn('kms', '[a-z0-9-]+:\\d{12}:key/[\\w-]+', 'the ARN of a KMS key, "arn:aws:kms:…:key/…"; no alias'),
  ),
  permissionsBoundaryArn: v.optional(
    arn(
      'iam:',
      '(\\d{12}|aws):policy/[\\w+=,.@/-]+',
      'the ARN of a managed policy, "arn:aws:iam::…:policy/…"',
    ),
  ),
  vpc: v.optional(vpc),
  tags: v.optional(
    v.pipe(
      noList(v.record(v.string(TAGS), v.string(TAGS), TAGS)),
      v.check(
        given => Object.entries(given).every(([key, value]) => TAG_KEY.test(key) && TAG_VALUE.test(value)),
        TAGS,
      ),
      v.check(given => Object.keys(given).length <= 40, 'at most 40 tags'),
      v.metadata({
        propertyNames: { pattern: TAG_KEY.source },
        additionalProperties: { type: 'string', pattern: TAG_VALUE.source },
        maxProperties: 40,
      }),
    ),
  ),
});

export type StackConfig = v.InferOutput<typeof stack>;

export const removed = listOf(pipelineName, 'a list of names of pipelines that are removed on purpose');

const queue = text(
  /^(arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:)?[\w-]{1,80}$/,
  'the name or ARN of a standard SQS queue, not its URL',
);

/** What a pipeline takes over, in the account and region that it is deployed to. */
export const adopt = v.pipe(
  settings({
    checkpointTable: v.optional(
      text(
        /^(arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/)?[\w.-]{3,255}$/,
        'the name or ARN of a DynamoDB table',
      ),
    ),
    retryQueue: v.optional(queue),
    deadLetterQueue: v.optional(queue),
  }),
  v.forward(
    v.partialCheck(
      [['retryQueue'], ['deadLetterQueue']],
      given => (given.retryQueue === undefined) === (given.deadLetterQueue === undefined),
      'both adopt.retryQueue and adopt.deadLetterQueue, or neither: the redrive policy of the first names the second',
    ),
    ['retryQueue'],
  ),
  v.metadata({ dependencies: { retryQueue: ['deadLetterQueue'], deadLetterQueue: ['retryQueue'] } }),
);

type Json = Readonly<Record<string, unknown>>;

/** What is wrong between the parts of a file: names and queues that more than one claims, ARNs of another region. */
export function listProblems(input: object): string[] {
  const { pipelines, stack: around, removed: gone } = input as Json;
  const all: Json[] = Array.isArray(pipelines) ? pipelines.map(Object) : [];
  return [
    ...namesTwice(all),
    ...previousNames(all),
    ...queuesTwice(all),
    ...stillThere(all, gone),
    ...elsewhere(all, Object(around)),
  ];
}

const isName = (name: unknown): name is string => typeof name === 'string' && v.is(pipelineName, name);

function namesTwice(all: readonly Json[]): string[] {
  const names = all.map(one => one['name']);
  return names.flatMap((name, i) => {
    const first = names.indexOf(name);
    if (first === i || !isName(name)) return [];
    return [`pipelines[${i}].name: is "${name}", as is pipelines[${first}].name; allowed: a unique name`];
  });
}

function previousNames(all: readonly Json[]): string[] {
  const taken = new Map<unknown, string>(all.map(({ name }, i) => [name, `pipelines[${i}].name`]));
  const found: string[] = [];
  for (const [i, { previousNames: given, name: own }] of all.entries()) {
    for (const name of Array.isArray(given) ? given : []) {
      const where = `pipelines[${i}].previousNames`;
      const other = name === own ? undefined : taken.get(name);
      if (other !== undefined && isName(name)) {
        found.push(`${where}: holds "${name}", as does ${other}; allowed: a name that no other pipeline has`);
      }
      taken.set(name, where);
    }
  }
  return found;
}

/** Two that consume one queue would each take the other's batches. */
function queuesTwice(all: readonly Json[]): string[] {
  const taken = new Map<string, string>();
  return all.flatMap(({ adopt: given }, i) =>
    ['retryQueue', 'deadLetterQueue'].flatMap(kind => {
      const queueName = Object(given)[kind];
      if (typeof queueName !== 'string') return [];
      const name = queueName.split(':').at(-1)!;
      const where = `pipelines[${i}].adopt.${kind}`;
      const other = taken.get(name);
      taken.set(name, where);
      return other === undefined
        ? []
        : [`${where}: is "${name}", as is ${other}; allowed: a queue that nothing else uses`];
    }),
  );
}

function stillThere(all: readonly Json[], gone: unknown): string[] {
  const names = new Set(all.map(({ name }) => name));
  return (Array.isArray(gone) ? gone : []).flatMap((name, i) =>
    names.has(name) && isName(name)
      ? [`removed[${i}]: is "${name}", but a pipeline has this name; allowed: a name that no pipeline has`]
      : [],
  );
}

/** AWS looks for these in the stack's own region only. */
function elsewhere(all: readonly Json[], around: Json): string[] {
  const { region } = around;
  if (typeof region !== 'string') return [];
  const found: (readonly [where: string, given: unknown])[] = [['stack.kmsKeyArn', around['kmsKeyArn']]];
  for (const [i, one] of all.entries()) {
    for (const [part, key] of [
      ['auth0', 'secret'],
      ['azure', 'secret'],
      ['alarms', 'topicArn'],
      ['adopt', 'checkpointTable'],
      ['adopt', 'retryQueue'],
      ['adopt', 'deadLetterQueue'],
    ] as const) {
      found.push([`pipelines[${i}].${part}.${key}`, Object(one[part])[key]]);
    }
  }
  return found.flatMap(([where, given]) => {
    const [, , , of] = typeof given === 'string' && given.startsWith('arn:') ? given.split(':') : [];
    if (!of || of === region) return [];
    return [
      `${where}: is an ARN of region ${of}, but stack.region is "${region}"; allowed: an ARN of that region`,
    ];
  });
}
