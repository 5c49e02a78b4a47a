/** Names and limits shared by the Lambdas, the CDK app and the CLI. */

export const METRIC_NAMESPACE = 'Auth0LogsToAzure';
/** Which pipeline, and of which stack: two stages may have pipelines of one name, and a live one must not hide a dead one. */
export const METRIC_DIMENSIONS = { pipeline: 'pipeline', stack: 'stack' } as const;

/**
 * Every metric a run or a replay emits; alarms and the dashboard name them from here. CloudWatch bills a metric for the hours
 * in which it is sent (docs/cost.md), so only the lag is sent by every run. The others are sent while something is wrong, and
 * what no alarm needs is a field of the run's line. https://aws.amazon.com/cloudwatch/pricing/
 */
export const METRICS = {
  /** Sent by every run that knows it: also the heartbeat of the pipeline. */
  lagSeconds: 'LagSeconds',
  auth0Denied: 'Auth0Denied',
  azureDenied: 'AzureDenied',
  /** Something between us and Azure answered in its place. */
  azureIntercepted: 'AzureIntercepted',
  /** Auth0 has logs that the checkpoint does not lead to. */
  checkpointAstray: 'CheckpointAstray',
  /** The sweep for late logs did not finish within its time. */
  sweepOverdue: 'SweepOverdue',
  /** Logs that Azure accepted and did not have when compared, those that were then shipped again included. */
  rowsNotStored: 'RowsNotStored',
  /** The comparison with the workspace is late. */
  verifyOverdue: 'VerifyOverdue',
  runErrors: 'RunErrors',
  gapSuspected: 'GapSuspected',
  retentionAtRisk: 'RetentionAtRisk',
  /** Put on the dead-letter queue by this run or replay; a batch that SQS moves there counts as one. */
  logsDeadLettered: 'LogsDeadLettered',
  /** Messages in the retry queue, hidden ones included. */
  retryQueueDepth: 'RetryQueueDepth',
  /** Messages wait in the retry queue and none is in flight: nothing takes them. */
  retryQueueUntaken: 'RetryQueueUntaken',
  deadLetterDepth: 'DeadLetterDepth',
} as const;

/** The state of a queue: messages that a consumer may take, and those in flight or postponed. Or why it could not be read. */
export type QueueLook = { readonly visible: number; readonly hidden: number } | { readonly problem: string };

export type QueueLooks = Readonly<Record<'retry' | 'dead-letter', QueueLook>>;

/** The message of the log line that holds a LedgerEntry, in its field `ledger`: what `audit` looks for. */
export const LEDGER_MESSAGE = 'logs were settled';

/** Environment variables that wiring.ts reads and the stack writes. */
export const ENV = {
  pipelineConfig: 'PIPELINE_CONFIG',
  checkpointTable: 'CHECKPOINT_TABLE',
  retryQueueUrl: 'RETRY_QUEUE_URL',
  deadLetterQueueUrl: 'DEAD_LETTER_QUEUE_URL',
  stackName: 'STACK_NAME',
  auth0BaseUrl: 'AUTH0_BASE_URL',
  azureBaseUrl: 'AZURE_BASE_URL',
  entraBaseUrl: 'ENTRA_BASE_URL',
  workspaceBaseUrl: 'WORKSPACE_BASE_URL',
} as const;

/**
 * For both functions: glibc keeps freed memory for each of Node's threads, about 20 MB of 256, unless it is set to keep one pool.
 * https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
 */
export const MEMORY_ENVIRONMENT = { MALLOC_ARENA_MAX: '1' } as const;

/** What a secret created by the stack holds until somebody fills it in. */
export const SECRET_PLACEHOLDER = 'FILL-ME-IN';

/** Whether a secret still has that, or what docs/setup.md prints in the place of a value. */
export const isPlaceholder = (value: string): boolean =>
  value.includes(SECRET_PLACEHOLDER) || /^(…|\.{3}|CLIENT_ID)$/.test(value.trim());

/** Auth0 gives at most 100 logs a page: https://auth0.com/docs/api/management/v2/logs/get-logs */
export const AUTH0_PAGE_SIZE = 100;

/** SQS messages are kept under this, though newer queues would take more. */
export const FAILED_BATCH_MAX_BYTES = 256 * 1024;

/** A record never exceeds this, so that even an incompressible one fits into one SQS message as base64. */
export const RECORD_MAX_BYTES = 180_000;

export const SHIP_TIMEOUT_SECONDS = 120;
export const REPLAY_TIMEOUT_SECONDS = 60;
/** Kept back from a function's time for saving, releasing and reporting. */
export const DEADLINE_MARGIN_MS = 10_000;
/** Receives before SQS moves a failed batch to the dead-letter queue: with the backoff of replay.ts about half a day. */
export const RETRY_MAX_RECEIVES = 20;
export const DEAD_LETTER_RETENTION_DAYS = 14;

/**
 * The web identity token that a function requests from AWS, and the only one that the stack allows. Entra accepts RS256 only.
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
export const WEB_IDENTITY = {
  audience: 'api://AzureADTokenExchange',
  signingAlgorithm: 'RS256',
  durationSeconds: 300,
} as const;

/** The stack has one output per pipeline, under `outputKey`. This is what its value holds, as JSON. */
export interface PipelineOutput {
  readonly pipeline: string;
  readonly checkpointTable: string;
  readonly retryQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly shipFunction: string;
  readonly replayFunction: string;
  readonly alarmTopicArn: string;
  /** What `cdk deploy` was given by `-c`, such as "config=config.json": with it the operator can deploy again. */
  readonly deployWith?: readonly string[];
  /** Name of its schedule; stacks deployed by 0.1.0 do not have it. */
  readonly schedule?: string;
}

/**
 * "my-prod" → "PipelineMyXprod". CloudFormation takes only letters and digits in keys; pipelines have no capitals
 * in their names, so "X" for "-" keeps different names different.
 */
export function outputKey(pipeline: string): string {
  return `Pipeline${pipeline.charAt(0).toUpperCase()}${pipeline.slice(1).replaceAll('-', 'X')}`;
}

/** What the stack passes to its guard, see core/guard.ts. CloudFormation passes only strings and lists. */
export interface GuardedPipelines {
  readonly pipelines: readonly GuardedPipeline[];
  /** Names of pipelines that are gone on purpose. */
  readonly removed: readonly string[];
}

export interface GuardedPipeline {
  readonly name: string;
  readonly place: 'flat' | 'nested';
  readonly previousNames: readonly string[];
  /** Table and queues that it has adopted. */
  readonly adopts: readonly string[];
}
