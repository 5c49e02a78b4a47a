/** The meaning of each setting, with an example: the texts of docs/configuration.md that the schema does not have. */
import { KINDS } from '../lambda/destinations/all.ts';
import type { Description } from '../lambda/destinations/spec.ts';

const GUID = '01234567-89ab-cdef-0123-456789abcdef';

/** By the setting's path; `[]` is any item of a list. A destination's own settings are described by its spec. A test checks that every other setting is here. */
export const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  name: {
    means:
      'name of the pipeline in its state, metrics, queues and outputs. Unique in a stack. **After the first deploy, change it only [with `previousNames` and `adopt`](operating.md#move-rename-remove)**: to CloudFormation, another name is another pipeline',
    example: 'prod',
  },
  previousNames: {
    means:
      'former names, the latest first. The first run starts at their checkpoint, and their failed batches are delivered. Only with `adopt.checkpointTable`',
    example: ['bars'],
  },
  'adopt.checkpointTable': {
    means:
      'the table of a former pipeline or stack, used instead of a new one. It must hold a checkpoint of the pipeline or of one of `previousNames`',
    example: 'Auth0LogsToAzure-barsCheckpointTable4EF81783-1ABCDEF',
  },
  'adopt.retryQueue': {
    means:
      'the retry queue of the former pipeline. The batches in it are delivered. No other pipeline may use it',
    example: 'Auth0LogsToAzure-barsRetryQueue4A234420-2ABCDEF',
  },
  'adopt.deadLetterQueue': {
    means: 'the dead-letter queue of that retry queue',
    example: 'Auth0LogsToAzure-barsDeadLetterQueue5573EB3F-3ABCDEF',
  },
  removed: {
    means:
      'names of deployed pipelines to remove. If a deployed pipeline is neither here nor in the file, [the deploy is refused](operating.md#move-rename-remove)',
    example: ['bars'],
  },
  'stack.name': {
    means: 'name of the stack and prefix of its dashboard and alarms. If not set, `Auth0LogsToAzure`',
    example: 'SecurityLogs',
  },
  'stack.account': { means: 'the only account to which the stack may be deployed', example: '123456789012' },
  'stack.region': {
    means: 'the Region to which the stack is deployed; overrides the environment',
    example: 'eu-west-1',
  },
  'stack.nested': {
    means:
      'puts each pipeline into a nested stack, for [many tenants](decisions/010-nested-stacks.md). If not set, `false`',
    example: true,
  },
  'stack.createSecrets': {
    means: 'creates the secrets that are given by name. If not set, `true`',
    example: false,
  },
  'stack.memorySizeMb': { means: 'memory of each pipeline’s two functions', example: 512 },
  'stack.logRetentionDays': {
    means: 'retention of the functions’ log groups. If not set, one month',
    example: 90,
  },
  'stack.state': {
    means:
      'what happens to tables and queues when the stack is deleted. **`"destroy"` deletes logs that Azure does not have.** If not set, `"retain"`',
    example: 'destroy',
  },
  'stack.runbookUrl': {
    means: 'address of your copy of [the runbook](runbook.md); alarms link to it',
    example: 'https://wiki.acme.com/auth0-logs',
  },
  'stack.kmsKeyArn': {
    means:
      'customer managed key for tables, queues, log groups, topics and created secrets: [its policy](setup-details.md#in-an-app-of-your-own)',
    example: `arn:aws:kms:eu-west-1:123456789012:key/${GUID}`,
  },
  'stack.permissionsBoundaryArn': {
    means: 'permissions boundary of every role in the stack',
    example: 'arn:aws:iam::123456789012:policy/boundary',
  },
  'stack.vpc.id': {
    means: 'the VPC of the functions. It needs outbound access to Auth0, Azure and AWS',
    example: 'vpc-0123456789abcdef0',
  },
  'stack.vpc.subnetIds': {
    means: 'its subnets, such as private subnets with a NAT gateway',
    example: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  },
  'stack.vpc.securityGroupIds': {
    means: 'security groups that allow outbound HTTPS. If not set, one is created per function',
    example: ['sg-0123456789abcdef0'],
  },
  'stack.tags': {
    means: 'tags of every resource in the stack that supports tags',
    example: { team: 'security' },
  },
  schedule: {
    means:
      'how often a run starts. The longest allowed interval is 40 hours, or half of `auth0.logRetentionDays` if that is shorter, to prevent unnoticed loss',
    example: 'rate(5 minutes)',
  },
  scheduleTimeZone: { means: 'the time zone of a `cron(…)`', example: 'Europe/Berlin' },
  settleSeconds: {
    means:
      'logs younger than this wait for the next run, because Auth0 may still insert a log with a smaller id',
    example: 30,
  },
  verify: {
    means:
      'whether runs [prove](how-it-works.md#accepted-is-not-stored) that accepted logs are stored: `"alarm"` reports rows that are missing after an hour, `"repair"` also ships their logs again while Auth0 keeps them. Needs `azure.workspaceId` and an identity with [`readRows`](azure.md#the-template)',
    example: 'repair',
  },
  sweepMinutes: {
    means:
      'how often the pipeline [looks back](decisions/006-late-logs-by-sketch.md) for logs that Auth0 served late; 0 disables it',
    example: 60,
  },
  include: {
    means:
      'the types that ship, by [type code](https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes); `*` stands for any letters',
    example: ['f*', 's', 'sapi'],
  },
  exclude: { means: 'types in `include` that do not ship', example: ['seccft', 'mgmt_api_read'] },
  minimumLevel: {
    means:
      'known types below this level do not ship; unknown types always ship. The column `Level` has the level',
    example: 'info',
  },
  typeColumns: {
    means:
      'whether records have the columns `EventName`, `Level`, `LevelName` and `Category`. Without them, `Auth0Logs()` looks them up by `EventType`, and [Azure bills less](cost.md#by-volume); they are empty in queries of the table itself',
    example: false,
  },
  redact: {
    means:
      'values that must reach neither Azure nor a queue. If rules overlap, the first one applies: [below](#redaction)',
    example: [{ field: 'user_name', how: 'hash' }],
  },
  'redact[].field': {
    means:
      'a path into the Auth0 log: parts separated by dots, or a list of parts for keys with dots; `*` stands for any key or list item. Names are checked: [below](#redaction)',
    example: 'details.request.body.email',
  },
  'redact[].how': {
    means:
      '`mask` replaces the value with `[redacted]`, `hash` with a keyed hash that is equal for equal values, `drop` removes it',
    example: 'hash',
  },

  'auth0.domain': {
    means: 'the tenant’s Auth0 domain, even if it has a custom domain',
    example: 'acme.eu.auth0.com',
  },
  'auth0.customDomain': {
    means: 'the tenant’s custom domain; requests go there',
    example: 'login.acme.com',
  },
  'auth0.secret': {
    means:
      'the secret with the credentials: `{"clientId","clientSecret"}` or `{"clientId","privateKey"}`, optionally with `"keyId"` and `"redactionKey"`',
    example: 'auth0-logs/prod/auth0',
  },
  'auth0.logRetentionDays': {
    means:
      'how long Auth0 keeps the logs: Free 1, Essentials 5, Professional 10, Enterprise 30. The pipeline holds no batch beyond half of it: [how it works](how-it-works.md#verdicts)',
    example: 10,
  },
  'auth0.startFrom': {
    means:
      'where the **first** run starts. Later runs start at the checkpoint and ignore this setting. A log id is exclusive: the first log shipped is the next one. A date alone is midnight UTC; a time needs a time zone',
    example: '2026-11-01T00:00:00Z',
  },
  'auth0.rateLimitHeadroom': {
    means: 'the share of the tenant’s rate limit that is left to other callers',
    example: 0.5,
  },

  'azure.kind': {
    means: 'the API to which records are posted. It determines the other settings in `azure`',
    example: KINDS.at(-1),
  },
  'azure.cloud': { means: 'the Azure cloud of the workspace and the tenant', example: 'us-gov' },
  'azure.maxBatchBytes': {
    means: 'maximum size of one post before compression. A smaller value needs less memory and more posts',
    example: 500_000,
  },

  'alarms.email': {
    means: 'e-mail addresses that get notifications. Each address must first confirm to AWS',
    example: ['ops@acme.com'],
  },
  'alarms.https': {
    means: 'endpoints that get notifications. Each endpoint must first confirm to SNS',
    example: ['https://alerts.acme.com/sns'],
  },
  'alarms.topicArn': {
    means: 'your own SNS topic instead of `email` and `https`, in the stack’s Region',
    example: 'arn:aws:sns:eu-west-1:123456789012:ops',
  },
  'alarms.lagMinutes': {
    means:
      'the lag that triggers the alarm. For a `cron(…)` with `L`, `W`, `#` or a year, also the longest time without a run',
    example: 30,
  },
};
