/**
 * The one configuration schema, for CDK, Lambda and CLI alike: parse into a validated type, or list every problem.
 * Parsing is idempotent: the result, defaults filled in, is itself a valid configuration.
 */
import * as v from 'valibot';
import { redactionField } from '../core/record/redaction-field.ts';
import { problemsOf, settings } from '../core/settings/problems.ts';
import { listOf, oneOf, pipelineName, secretName, text, whole } from '../core/settings/values.ts';
import { aheadOfTime, parseStartFrom, START_FROM } from '../core/start-from.ts';
import { identityOf, KINDS, SETTINGS, specOf } from '../destinations/all.ts';
import { rateHours, SCHEDULE_FORM, scheduleProblem } from './schedule-expression.ts';
import { adopt, listProblems, removed, stack } from './stack.ts';

const HOST = /^(?=.{4,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;

const host = text(HOST, 'a bare host name, such as "acme.eu.auth0.com": no https://, no path');
const typePatterns = v.array(
  text(/^[A-Za-z0-9_*]{1,64}$/, 'an Auth0 type code, with "*" as a wildcard: "s*", "fp"'),
  'a list of Auth0 type codes, such as ["s*", "fp"]',
);
const startFrom = v.pipe(
  v.string('"oldest", "now", an ISO 8601 date or a log id'),
  v.check(value => parseStartFrom(value) !== undefined, '"oldest", "now", an ISO 8601 date or a log id'),
  v.metadata({ pattern: START_FROM.source }),
);

const auth0 = settings({
  domain: host,
  customDomain: v.optional(host),
  secret: secretName,
  logRetentionDays: v.optional(whole(1, 365, 'days, 1 to 365: 1, 5, 10 or 30 by Auth0’s plans'), 1),
  startFrom: v.optional(startFrom, 'oldest'),
  rateLimitHeadroom: v.optional(
    v.pipe(
      v.number('a share, 0 to 0.9'),
      v.minValue(0, 'a share, 0 to 0.9'),
      v.maxValue(0.9, 'a share, 0 to 0.9'),
    ),
    0.1,
  ),
});

const SCHEDULE = '"rate(1 minute)" or "cron(…)", as EventBridge Scheduler accepts them';
const schedule = v.pipe(
  v.string(SCHEDULE),
  v.check(
    value => scheduleProblem(value) === undefined,
    issue => scheduleProblem(issue.input) ?? SCHEDULE,
  ),
  v.metadata({ pattern: SCHEDULE_FORM.source }),
);

const redaction = settings({ field: redactionField, how: oneOf(['mask', 'hash', 'drop']) });

const alarms = v.pipe(
  settings({
    email: v.optional(
      listOf(
        v.pipe(v.string('an e-mail address'), v.email('an e-mail address')),
        'a list of e-mail addresses',
      ),
      [],
    ),
    https: v.optional(
      listOf(text(/^https:\/\/\S+$/, 'an https:// address'), 'a list of https:// addresses'),
      [],
    ),
    topicArn: v.optional(text(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'the ARN of an SNS topic')),
    lagMinutes: v.optional(whole(1, 1440, 'minutes, 1 to 1440'), 15),
  }),
  v.forward(
    v.partialCheck(
      [['email'], ['https'], ['topicArn']],
      given => given.topicArn === undefined || given.email.length + given.https.length === 0,
      'either a topic or alarms.email and alarms.https; subscribe the addresses to the topic, or remove topicArn',
    ),
    ['topicArn'],
  ),
  v.metadata({
    if: { required: ['topicArn'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { email: { maxItems: 0 }, https: { maxItems: 0 } } },
  }),
);

/** What `verify` needs, for errors. */
export const VERIFY_NEEDS =
  '"off", unless azure.workspaceId, azure.tenantId and azure.clientId are set: an identity reads the workspace, which the key of the Data Collector API cannot';

const canVerify = (azure: v.InferOutput<(typeof SETTINGS)[number]>): boolean =>
  identityOf(azure) !== undefined && specOf(azure).stored?.(azure)?.workspaceId !== undefined;

/** The schema itself: scripts/config-docs.ts makes the page of it. */
export const pipeline = v.pipe(
  settings({
    name: pipelineName,
    previousNames: v.optional(listOf(pipelineName, 'a list of former names of pipelines'), []),
    adopt: v.optional(adopt),
    auth0,
    azure: v.variant('kind', SETTINGS, issue =>
      issue.expected === 'Object' ? 'an object' : `one of ${KINDS.map(kind => `"${kind}"`).join(', ')}`,
    ),
    schedule: v.optional(schedule, 'rate(1 minute)'),
    scheduleTimeZone: v.optional(
      v.pipe(
        v.string('an IANA time zone'),
        v.check(isTimeZone, 'an IANA time zone, such as "Europe/Berlin"'),
        v.metadata({ pattern: '^[A-Za-z]' }),
      ),
      'UTC',
    ),
    settleSeconds: v.optional(whole(0, 3600, 'seconds, 0 to 3600'), 15),
    sweepMinutes: v.optional(
      whole(0, 1440, 'minutes between searches for late logs, 0 to 1440; 0 disables them'),
      15,
    ),
    include: v.optional(v.pipe(typePatterns, v.minLength(1, 'at least one type pattern')), ['*']),
    exclude: v.optional(typePatterns, []),
    minimumLevel: v.optional(oneOf(['debug', 'info', 'warning', 'error', 'critical']), 'debug'),
    typeColumns: v.optional(v.boolean('true or false'), true),
    verify: v.optional(oneOf(['off', 'alarm', 'repair']), 'off'),
    redact: v.optional(v.array(redaction, 'a list of {"field", "how"}'), []),
    alarms: v.optional(alarms, {}),
  }),
  v.forward(
    v.partialCheck(
      [['schedule'], ['auth0', 'logRetentionDays']],
      ({ schedule: given, auth0: { logRetentionDays } }) =>
        // A schedule that is invalid on its own is already reported.
        scheduleProblem(given) !== undefined || (rateHours(given) ?? 0) <= logRetentionDays * 12,
      'at most half of auth0.logRetentionDays: Auth0 deletes logs that no run reads in time',
    ),
    ['schedule'],
  ),
  v.forward(
    v.partialCheck(
      [['verify'], ['azure']],
      ({ verify, azure }) => verify === 'off' || canVerify(azure),
      VERIFY_NEEDS,
    ),
    ['verify'],
  ),
  v.forward(
    v.partialCheck(
      [['name'], ['previousNames']],
      given => !given.previousNames.includes(given.name),
      'former names of the pipeline, not its present name',
    ),
    ['previousNames'],
  ),
  v.metadata({
    if: { required: ['verify'], properties: { verify: { enum: ['alarm', 'repair'] } } },
    // An identity of Entra has a tenant. See VERIFY_NEEDS.
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { azure: { required: ['workspaceId', 'tenantId'] } } },
  }),
);

export type PipelineConfig = v.InferOutput<typeof pipeline>;

/** The configuration is wrong. `problems` holds them all, one sentence each; the message is all of them. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `the configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${problems.map(p => `  - ${p}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** One pipeline's configuration. Throws ConfigError with every problem. */
export function parsePipeline(input: unknown): PipelineConfig {
  return parse(pipeline, input);
}

/** The schema of a file with several pipelines: scripts/config-schema.ts makes config.schema.json of it. */
export const deployment = settings({
  pipelines: v.pipe(v.array(pipeline, 'a list of pipelines'), v.minLength(1, 'at least one pipeline')),
  stack: v.optional(stack, {}),
  removed: v.optional(removed, []),
});

/** All that a file holds: pipelines, the stack around them, and which pipelines are gone on purpose. */
export type DeploymentConfig = v.InferOutput<typeof deployment>;

/**
 * `{"pipelines": […]}`, optionally with "stack" and "removed", or a single pipeline, either with "$schema"; names
 * unique. Throws ConfigError with every problem.
 * @param nowMs makes a place to start from that is in the future a problem; a function that runs already ignores it
 */
export function parseDeployment(file: unknown, nowMs?: number): DeploymentConfig {
  const { input, problems } = withoutSchemaName(file);
  const many = typeof input === 'object' && input !== null && 'pipelines' in input;
  const all = many
    ? parse(deployment, input, [...problems, ...listProblems(input)])
    : { pipelines: [parse(pipeline, input, problems)], stack: {}, removed: [] };
  const ahead = all.pipelines.flatMap(({ auth0 }, i) => {
    const from = parseStartFrom(auth0.startFrom);
    const problem = nowMs !== undefined && from ? aheadOfTime(from, nowMs) : undefined;
    return problem === undefined ? [] : [`${many ? `pipelines[${i}].` : ''}auth0.startFrom: ${problem}`];
  });
  if (ahead.length > 0) throw new ConfigError(ahead);
  return all;
}

/** `$schema` names config.schema.json to an editor; it configures nothing. */
function withoutSchemaName(file: unknown): { readonly input: unknown; readonly problems: readonly string[] } {
  const isObject = typeof file === 'object' && file !== null && !Array.isArray(file);
  if (!isObject || !('$schema' in file)) return { input: file, problems: [] };
  const { $schema: name, ...input } = file;
  const problem = '$schema: is not a text; allowed: where config.schema.json is, or remove it';
  return { input, problems: typeof name === 'string' ? [] : [problem] };
}

/** The pipelines of a file. Throws ConfigError likewise. */
export function parsePipelines(input: unknown, nowMs?: number): readonly PipelineConfig[] {
  return parseDeployment(input, nowMs).pipelines;
}

function parse<T extends v.GenericSchema>(
  schema: T,
  input: unknown,
  more: readonly string[] = [],
): v.InferOutput<T> {
  const result = v.safeParse(schema, input);
  if (result.success && more.length === 0) return result.output;
  throw new ConfigError([...problemsOf(result.issues ?? []), ...more]);
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    // It takes "+01:00" too, which the scheduler does not.
    return /^[A-Za-z]/.test(zone);
  } catch {
    return false;
  }
}
