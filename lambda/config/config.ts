/**
 * The one configuration schema, for CDK, Lambda and CLI alike: parse into a validated type, or list every problem.
 * Parsing is idempotent: the result, defaults filled in, is itself a valid configuration.
 */
import * as v from 'valibot';
import { redactionField } from '../core/record/redaction-field.ts';
import { aheadOfTime, parseStartFrom } from '../core/start-from.ts';
import { problemsOf, settings } from './problems.ts';
import { rateHours, scheduleProblem } from './schedule-expression.ts';
import { adopt, listProblems, removed, stack } from './stack.ts';
import { listOf, oneOf, pipelineName, SECRET_NAME, secretName, text, whole } from './values.ts';

const HOST = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const host = text(HOST, 'a bare host name, such as "acme.eu.auth0.com": no https://, no path');
const guid = text(GUID, 'a GUID, such as "01234567-89ab-cdef-0123-456789abcdef"');
const typePatterns = v.array(
  text(/^[A-Za-z0-9_*]{1,64}$/, 'an Auth0 type code, "*" standing for any letters: "s*", "fp"'),
  'a list of Auth0 type codes, such as ["s*", "fp"]',
);
const startFrom = v.pipe(
  v.string('"oldest", "now", an ISO 8601 date or a log id'),
  v.check(value => parseStartFrom(value) !== undefined, '"oldest", "now", an ISO 8601 date or a log id'),
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

const cloud = v.optional(oneOf(['public', 'us-gov', 'china']), 'public');

const dataCollector = settings({
  kind: v.literal('data-collector'),
  workspaceId: guid,
  logType: v.optional(
    text(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'letters, digits and _, at most 100, a letter first'),
    'Auth0',
  ),
  apiVersion: v.optional(text(/^\d{4}-\d{2}-\d{2}$/, 'an API version, such as "2016-04-01"'), '2016-04-01'),
  cloud,
  resourceId: v.optional(
    text(
      /^\/subscriptions\/[\x20-\x7e]*[\x21-\x7e]$/i,
      'an Azure resource id, "/subscriptions/…", of ASCII characters, as it goes into a header',
    ),
  ),
  maxBatchBytes: v.optional(whole(200_000, 30_000_000, 'bytes, 200000 to 30000000'), 1_000_000),
  secret: secretName,
});

const logsIngestion = v.pipe(
  settings({
    kind: v.literal('logs-ingestion'),
    endpoint: text(
      /^https:\/\/[a-z0-9.-]+\.ingest\.monitor\.azure\.(com|us|cn)$/i,
      'the ingestion endpoint of the DCR or DCE, "https://….ingest.monitor.azure.com", no path',
    ),
    dcrImmutableId: text(/^dcr-[0-9a-f]{32}$/i, 'the DCR’s immutable id, "dcr-" and 32 hex digits'),
    stream: v.optional(
      text(/^Custom-[A-Za-z][A-Za-z0-9_]{0,99}$/, '"Custom-" and the table’s name'),
      'Custom-Auth0Logs_CL',
    ),
    tenantId: guid,
    clientId: guid,
    cloud,
    auth: v.optional(oneOf(['client-secret', 'federated']), 'client-secret'),
    secret: v.optional(secretName),
    maxBatchBytes: v.optional(whole(200_000, 1_048_576, 'bytes, 200000 to 1048576'), 1_000_000),
  }),
  v.forward(
    v.partialCheck(
      [['auth'], ['secret']],
      azure => azure.auth === 'federated' || azure.secret !== undefined,
      `${SECRET_NAME}, as auth is "client-secret"`,
    ),
    ['secret'],
  ),
);

const SCHEDULE = '"rate(1 minute)" or "cron(…)", as EventBridge Scheduler takes them';
const schedule = v.pipe(
  v.string(SCHEDULE),
  v.check(
    value => scheduleProblem(value) === undefined,
    issue => scheduleProblem(issue.input) ?? SCHEDULE,
  ),
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
      'no topic beside alarms.email and alarms.https; subscribe these addresses to the topic, or leave topicArn out',
    ),
    ['topicArn'],
  ),
);

/** The schema itself: scripts/config-docs.ts makes the page of it. */
export const pipeline = v.pipe(
  settings({
    name: pipelineName,
    previousNames: v.optional(listOf(pipelineName, 'a list of names that pipelines had before'), []),
    adopt: v.optional(adopt),
    auth0,
    azure: v.variant('kind', [dataCollector, logsIngestion], issue =>
      issue.expected === 'Object' ? 'an object' : 'one of "data-collector", "logs-ingestion"',
    ),
    schedule: v.optional(schedule, 'rate(1 minute)'),
    scheduleTimeZone: v.optional(
      v.pipe(
        v.string('an IANA time zone'),
        v.check(isTimeZone, 'an IANA time zone, such as "Europe/Berlin"'),
      ),
      'UTC',
    ),
    settleSeconds: v.optional(whole(0, 3600, 'seconds, 0 to 3600'), 15),
    sweepMinutes: v.optional(
      whole(0, 1440, 'minutes between looks for late logs, 0 to 1440; 0 for never'),
      15,
    ),
    include: v.optional(v.pipe(typePatterns, v.minLength(1, 'at least one type pattern')), ['*']),
    exclude: v.optional(typePatterns, []),
    minimumLevel: v.optional(oneOf(['debug', 'info', 'warning', 'error', 'critical']), 'debug'),
    redact: v.optional(v.array(redaction, 'a list of {"field", "how"}'), []),
    alarms: v.optional(alarms, {}),
  }),
  v.forward(
    v.partialCheck(
      [['schedule'], ['auth0', 'logRetentionDays']],
      ({ schedule: given, auth0: { logRetentionDays } }) =>
        // One that is wrong by itself is told once.
        scheduleProblem(given) !== undefined || (rateHours(given) ?? 0) <= logRetentionDays * 12,
      'half of auth0.logRetentionDays at most: Auth0 deletes logs that no run has come for',
    ),
    ['schedule'],
  ),
  v.forward(
    v.partialCheck(
      [['name'], ['previousNames']],
      given => !given.previousNames.includes(given.name),
      'names that the pipeline had before, not the one that it has',
    ),
    ['previousNames'],
  ),
);

export type PipelineConfig = v.InferOutput<typeof pipeline>;
export type DataCollectorConfig = v.InferOutput<typeof dataCollector>;
export type LogsIngestionConfig = v.InferOutput<typeof logsIngestion>;

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

const deployment = settings({
  pipelines: v.pipe(v.array(pipeline, 'a list of pipelines'), v.minLength(1, 'at least one pipeline')),
  stack: v.optional(stack, {}),
  removed: v.optional(removed, []),
});

/** All that a file holds: pipelines, the stack around them, and which pipelines are gone on purpose. */
export type DeploymentConfig = v.InferOutput<typeof deployment>;

/**
 * `{"pipelines": […]}`, optionally with "stack" and "removed", or a single pipeline; names unique. Throws ConfigError
 * with every problem.
 * @param nowMs makes a place to start from that is in the future a problem; a function that runs already ignores it
 */
export function parseDeployment(input: unknown, nowMs?: number): DeploymentConfig {
  const many = typeof input === 'object' && input !== null && 'pipelines' in input;
  const all = many
    ? parse(deployment, input, listProblems(input))
    : { pipelines: [parsePipeline(input)], stack: {}, removed: [] };
  const ahead = all.pipelines.flatMap(({ auth0 }, i) => {
    const from = parseStartFrom(auth0.startFrom);
    const problem = nowMs !== undefined && from ? aheadOfTime(from, nowMs) : undefined;
    return problem === undefined ? [] : [`${many ? `pipelines[${i}].` : ''}auth0.startFrom: ${problem}`];
  });
  if (ahead.length > 0) throw new ConfigError(ahead);
  return all;
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
    return /^[A-Z]/i.test(zone);
  } catch {
    return false;
  }
}
