/** What each setting means, with an example of it: the words of docs/configuration.md that the schema does not know. */
import { KINDS } from '../lambda/destinations/all.ts';
import type { Description } from '../lambda/destinations/spec.ts';

const GUID = '01234567-89ab-cdef-0123-456789abcdef';

/** By the setting's path; `[]` is any item of a list. What one destination alone has is described by its spec. A test sees to it that every setting is here, and no other. */
export const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  name: {
    means:
      'names the pipeline in its state, metrics, queues and outputs. Unique in a stack. **Once deployed, change it only [with `previousNames` and `adopt`](operating.md#move-rename-remove)**: to CloudFormation another name is another pipeline',
    example: 'prod',
  },
  previousNames: {
    means:
      'names that it had before, the latest first. The first run begins at their checkpoint, and failed batches of theirs are delivered. Only with `adopt.checkpointTable`',
    example: ['bars'],
  },
  'adopt.checkpointTable': {
    means:
      'a table that a former pipeline or stack has left, used in the place of a new one. It must hold a checkpoint of the pipeline, or of one of `previousNames`',
    example: 'Auth0LogsToAzure-barsCheckpointTable4EF81783-1ABCDEF',
  },
  'adopt.retryQueue': {
    means: 'the retry queue that it has left: what waits there is delivered. No other pipeline may use it',
    example: 'Auth0LogsToAzure-barsRetryQueue4A234420-2ABCDEF',
  },
  'adopt.deadLetterQueue': {
    means: 'the dead-letter queue that belongs to it',
    example: 'Auth0LogsToAzure-barsDeadLetterQueue5573EB3F-3ABCDEF',
  },
  removed: {
    means:
      'names of deployed pipelines that are to go. A pipeline that is neither here nor in the file is not removed: [the deploy is refused](operating.md#move-rename-remove)',
    example: ['bars'],
  },
  'stack.name': {
    means: 'name of the stack; its dashboard and its alarms begin with it. `Auth0LogsToAzure` if not given',
    example: 'SecurityLogs',
  },
  'stack.account': { means: 'the only account that it may be deployed to', example: '123456789012' },
  'stack.region': {
    means: 'the region that it is deployed to, whatever the shell says',
    example: 'eu-west-1',
  },
  'stack.nested': {
    means:
      'each pipeline in a nested stack: [many tenants](decisions/010-nested-stacks.md). `false` if not given',
    example: true,
  },
  'stack.createSecrets': {
    means: 'make the secrets that are given by name. `true` if not given',
    example: false,
  },
  'stack.memorySizeMb': { means: 'memory of the two functions of each pipeline', example: 512 },
  'stack.logRetentionDays': {
    means: 'how long the functions’ log lines are kept. A month if not given',
    example: 90,
  },
  'stack.state': {
    means:
      'what becomes of tables and queues when the stack goes. **`"destroy"` deletes logs that Azure has not got**; `"retain"` if not given',
    example: 'destroy',
  },
  'stack.runbookUrl': {
    means: 'where your people read [the runbook](runbook.md); alarms link to it',
    example: 'https://wiki.acme.com/auth0-logs',
  },
  'stack.kmsKeyArn': {
    means:
      'a key of your own for tables, queues, log groups, topics and created secrets: [its policy](setup.md#in-an-app-of-your-own)',
    example: `arn:aws:kms:eu-west-1:123456789012:key/${GUID}`,
  },
  'stack.permissionsBoundaryArn': {
    means: 'bounds every role of the stack',
    example: 'arn:aws:iam::123456789012:policy/boundary',
  },
  'stack.vpc.id': {
    means: 'the network that the functions are in. It needs a way out to Auth0, Azure and AWS',
    example: 'vpc-0123456789abcdef0',
  },
  'stack.vpc.subnetIds': {
    means: 'its subnets, private ones with a NAT gateway, say',
    example: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  },
  'stack.vpc.securityGroupIds': {
    means: 'security groups that let HTTPS out. One is made for each function if none is given',
    example: ['sg-0123456789abcdef0'],
  },
  'stack.tags': {
    means: 'tags of everything in the stack that can have them',
    example: { team: 'security' },
  },
  schedule: {
    means:
      'how often a run starts. At most every 40 hours, and every half of `auth0.logRetentionDays`, beyond which logs could be lost unseen',
    example: 'rate(5 minutes)',
  },
  scheduleTimeZone: { means: 'the time zone of a `cron(…)`', example: 'Europe/Berlin' },
  settleSeconds: {
    means: 'logs younger than this wait for the next run, since Auth0 may still write one with a smaller id',
    example: 30,
  },
  sweepMinutes: {
    means:
      'how often the pipeline [looks back](decisions/006-late-logs-by-sketch.md) for logs that Auth0 served late; 0 is never',
    example: 60,
  },
  include: {
    means:
      'which types ship, by [type code](https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes); `*` stands for any letters',
    example: ['f*', 's', 'sapi'],
  },
  exclude: { means: 'which of these do not ship after all', example: ['seccft', 'mgmt_api_read'] },
  minimumLevel: {
    means:
      'known types under this level do not ship; a type that this project does not know always does. The levels stand in the column `Level`',
    example: 'info',
  },
  redact: {
    means:
      'what never reaches Azure, nor a queue. Where rules overlap, the first one counts: [below](#redaction)',
    example: [{ field: 'user_name', how: 'hash' }],
  },
  'redact[].field': {
    means:
      'a path into the Auth0 log: parts separated by dots, or a list of them for keys that have dots in them; `*` stands for any key or any item of a list. Names are checked, [below](#redaction)',
    example: 'details.request.body.email',
  },
  'redact[].how': {
    means:
      '`mask` puts `[redacted]` in its place, `hash` a keyed hash by which equal values can still be joined, `drop` removes it',
    example: 'hash',
  },

  'auth0.domain': {
    means: 'the tenant’s own domain, also when it has a custom one',
    example: 'acme.eu.auth0.com',
  },
  'auth0.customDomain': {
    means: 'where the tenant is called, if it has a custom domain',
    example: 'login.acme.com',
  },
  'auth0.secret': {
    means:
      'where the credentials are: `{"clientId","clientSecret"}` or `{"clientId","privateKey"}`, optionally with `"keyId"` and `"redactionKey"`',
    example: 'auth0-logs/prod/auth0',
  },
  'auth0.logRetentionDays': {
    means:
      'how long Auth0 keeps the logs: Free 1, Essentials 5, Professional 10, Enterprise 30. Beyond half of it nothing is held back any more: [how it works](how-it-works.md#verdicts)',
    example: 10,
  },
  'auth0.startFrom': {
    means:
      'where the **first** run begins; afterwards the checkpoint counts, and this does not. A log id is exclusive: the first log shipped is the one after it. A date alone is midnight UTC; a time needs its zone',
    example: '2026-11-01T00:00:00Z',
  },
  'auth0.rateLimitHeadroom': {
    means: 'the share of the tenant’s rate limit that is left to its other callers',
    example: 0.5,
  },

  'azure.kind': {
    means: 'the API that it posts to. Everything else in `azure` depends on it',
    example: KINDS.at(-1),
  },
  'azure.cloud': { means: 'the Azure cloud that workspace and tenant are in', example: 'us-gov' },
  'azure.maxBatchBytes': {
    means: 'the most that one post carries, before compression. Less needs less memory and more posts',
    example: 500_000,
  },

  'alarms.email': {
    means: 'who gets a mail. AWS asks each address to confirm first',
    example: ['ops@acme.com'],
  },
  'alarms.https': {
    means: 'addresses that alarms are posted to. SNS asks each to confirm first',
    example: ['https://alerts.acme.com/sns'],
  },
  'alarms.topicArn': {
    means: 'an SNS topic of your own instead of `email` and `https`, in the stack’s region',
    example: 'arn:aws:sns:eu-west-1:123456789012:ops',
  },
  'alarms.lagMinutes': {
    means: 'the lag that rings; of a `cron(…)` with `L`, `W`, `#` or a year, also how long silence may be',
    example: 30,
  },
};
