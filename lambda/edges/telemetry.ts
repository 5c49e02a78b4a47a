/** Log lines and metrics through Powertools: metrics are log lines in the embedded metric format (EMF). */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import {
  LEDGER_MESSAGE,
  METRIC_DIMENSIONS,
  METRIC_NAMESPACE,
  METRICS,
  type QueueLook,
  type QueueLooks,
} from '../core/contract.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Journal } from '../core/model.ts';
import type { Party, ReplayReport, RunReport } from '../core/report.ts';

export interface Telemetry {
  /** Powertools keeps some names for itself (`message`, `level`, …): such fields appear as `field_message` and so on. */
  readonly journal: Journal;
  /** A line for each entry; the log group's retention says how far back an audit can look. */
  readonly ledger: Ledger;
  /** How a run went, in a line; and a line of metrics with its lag and with what is wrong. */
  emitRun(report: RunReport, coldStart: boolean, queues?: QueueLooks): void;
  /** The same of the failed batches of one event. */
  emitReplay(reports: readonly Replay[]): void;
  /** A run or a replay that threw: counted, and named without its message, which may quote what it worked on. */
  emitBug(error: unknown): void;
}

/** `lastTry`: SQS moves the batch to the dead-letter queue unless it is done. */
type Replay = ReplayReport & { readonly lastTry?: boolean };

type Metric = (typeof METRICS)[keyof typeof METRICS];
type Values = Readonly<Partial<Record<Metric, number>>>;

/** Their alarms look at the least of a period. A 0 among what is added up would let an alarm go off a second time. */
const DEPTHS: ReadonlySet<Metric> = new Set([METRICS.retryQueueDepth, METRICS.deadLetterDepth]);
const RESERVED = new Set(['level', 'message', 'sampling_rate', 'service', 'timestamp']);
/** Journal and metrics of one pipeline; `service` names the function in its log lines. */
export function telemetry(options: {
  readonly pipeline: string;
  readonly stack: string;
  readonly service: string;
}): Telemetry {
  const { pipeline, stack, service } = options;
  const logger = new Logger({ serviceName: service, persistentKeys: { pipeline } });
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: service });
  // Powertools adds the dimension `service`; for an alarm, a metric with other dimensions is another metric.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ [METRIC_DIMENSIONS.pipeline]: pipeline, [METRIC_DIMENSIONS.stack]: stack });

  const journal: Journal = {
    info: (message, fields = {}) => logger.info(message, unreserved(fields)),
    warn: (message, fields = {}) => logger.warn(message, unreserved(fields)),
    error: (message, fields = {}) => logger.error(message, unreserved(fields)),
  };
  /** Depths that were not 0 when last sent by this instance: each is sent as 0 once, so that its alarm ends without delay. */
  const deep = new Set<Metric>();
  const emit = (values: Values) => {
    const given = Object.entries(values) as [Metric, number][];
    const sent = given.filter(
      ([name, value]) => name === METRICS.lagSeconds || value > 0 || deep.delete(name),
    );
    for (const [name, value] of sent) {
      if (value > 0 && DEPTHS.has(name)) deep.add(name);
      metrics.addMetric(name, name === METRICS.lagSeconds ? MetricUnit.Seconds : MetricUnit.Count, value);
    }
    if (sent.length > 0) metrics.publishStoredMetrics();
  };
  return {
    journal,
    ledger: { add: async ledger => journal.info(LEDGER_MESSAGE, { ledger }) },
    emitRun: (report, coldStart, queues) => {
      emit(runMetrics(report, queues));
      journal[levelOf(report)](`run: ${report.outcome}`, {
        run: report,
        coldStart,
        ...(queues && { queues }),
      });
    },
    emitReplay: reports => {
      emit(replayMetrics(reports));
      for (const report of reports) {
        journal[report.done ? 'info' : 'warn'](`replay: ${report.done ? 'done' : 'not yet'}`, {
          replay: report,
        });
      }
    },
    emitBug: error => {
      emit({ [METRICS.runErrors]: 1 });
      journal.error('a bug ended the invocation', {
        error: error instanceof Error ? error.name : typeof error,
      });
    },
  };
}

/** Own table and queues have no metric of their own: what stops a run there counts as an error of the run. */
function runMetrics(report: RunReport, queues: QueueLooks | undefined): Values {
  const { outcome, party, lagMs } = report;
  const isUnread = queues !== undefined && Object.values(queues).some(look => 'problem' in look);
  const seen = {
    ...depthMetrics(queues?.retry, METRICS.retryQueueDepth, METRICS.retryQueueUntaken),
    ...depthMetrics(queues?.['dead-letter'], METRICS.deadLetterDepth),
  };
  // A skipped run knows nothing of the lag, and not whether what was wrong is so still.
  if (outcome === 'skipped') return isUnread ? { ...seen, [METRICS.runErrors]: 1 } : seen;
  const denied = (by: Party) => Number(party === by && outcome === 'denied');
  return {
    ...seen,
    ...(lagMs !== undefined && { [METRICS.lagSeconds]: lagMs / 1000 }),
    [METRICS.auth0Denied]: denied('auth0'),
    [METRICS.azureDenied]: denied('azure'),
    [METRICS.azureIntercepted]: Number(outcome === 'intercepted'),
    [METRICS.checkpointAstray]: Number(report.checkpointAstray),
    [METRICS.sweepOverdue]: Number(report.sweepOverdue),
    // What was repaired at once was missing too: the next loss may not be repairable.
    [METRICS.rowsNotStored]: report.rowsNotStored + report.logsRepaired,
    [METRICS.verifyOverdue]: Number(report.verifyOverdue),
    [METRICS.runErrors]: Number(outcome === 'failed' || party === 'state' || party === 'queue' || isUnread),
    [METRICS.gapSuspected]: Number(report.gapSuspected),
    [METRICS.retentionAtRisk]: Number(report.retentionAtRisk),
    [METRICS.logsDeadLettered]: report.logsDeadLettered,
  };
}

/** Nothing of a queue that could not be read: neither that it is empty nor that it is not. */
function depthMetrics(look: QueueLook | undefined, depth: Metric, untaken?: Metric): Values {
  if (!look || 'problem' in look) return {};
  const { visible, hidden } = look;
  return {
    [depth]: visible + hidden,
    ...(untaken && { [untaken]: Number(visible > 0 && hidden === 0) }),
  };
}

function replayMetrics(reports: readonly Replay[]): Values {
  const sum = (of: (report: Replay) => number) => reports.reduce((all, one) => all + of(one), 0);
  const verdict = (name: string) =>
    // Without a post it was not Azure that answered so, but the message is not ours to deliver.
    sum(report => Number(report.reason?.verdict === name && report.posts > 0));
  return {
    [METRICS.logsDeadLettered]: sum(
      ({ logsDeadLettered, done, lastTry }) => logsDeadLettered + Number(!done && lastTry === true),
    ),
    [METRICS.azureDenied]: verdict('denied'),
    [METRICS.azureIntercepted]: verdict('intercepted'),
    [METRICS.runErrors]: sum(({ party }) => Number(party === 'queue')),
  };
}

function levelOf(report: RunReport): 'info' | 'warn' | 'error' {
  if (['failed', 'denied', 'intercepted', 'astray'].includes(report.outcome)) return 'error';
  return ['caught-up', 'out-of-time', 'skipped'].includes(report.outcome) ? 'info' : 'warn';
}

function unreserved(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [RESERVED.has(key) ? `field_${key}` : key, value]),
  );
}
