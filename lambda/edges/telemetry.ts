/** Log lines and metrics through Powertools: metrics are log lines in the embedded metric format (EMF). */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { LEDGER_MESSAGE, METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '../core/contract.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Journal } from '../core/model.ts';
import type { ReplayReport, RunReport } from '../core/report.ts';

export interface Telemetry {
  /** Powertools keeps some names for itself (`message`, `level`, …): such fields appear as `field_message` and so on. */
  readonly journal: Journal;
  /** A line for each entry; the log group's retention says how far back an audit can look. */
  readonly ledger: Ledger;
  /** One line of metrics for a run, whatever it did, and one that says how it went. */
  emitRun(report: RunReport, coldStart: boolean): void;
  /** The sums over the failed batches of one event. */
  emitReplay(reports: readonly ReplayReport[]): void;
  /** A run or a replay that threw: counted, and named without its message, which may quote what it worked on. */
  emitBug(error: unknown): void;
}

type Metric = (typeof METRICS)[keyof typeof METRICS];
type Values = Readonly<Partial<Record<Metric, number>>>;

const RESERVED = new Set(['level', 'message', 'sampling_rate', 'service', 'timestamp']);
const UNITS: Readonly<Partial<Record<Metric, 'Seconds' | 'Milliseconds'>>> = {
  [METRICS.lagSeconds]: MetricUnit.Seconds,
  [METRICS.runDurationMs]: MetricUnit.Milliseconds,
};

/** Journal and metrics of one pipeline; `service` names the function in its log lines. */
export function telemetry(options: { readonly pipeline: string; readonly service: string }): Telemetry {
  const { pipeline, service } = options;
  const logger = new Logger({ serviceName: service, persistentKeys: { pipeline } });
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: service });
  // Powertools adds the dimension `service` by itself; a metric with other dimensions is another metric for an alarm.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ [METRIC_DIMENSION]: pipeline });

  const journal: Journal = {
    info: (message, fields = {}) => logger.info(message, unreserved(fields)),
    warn: (message, fields = {}) => logger.warn(message, unreserved(fields)),
    error: (message, fields = {}) => logger.error(message, unreserved(fields)),
  };
  const emit = (values: Values) => {
    for (const [name, value] of Object.entries(values)) {
      metrics.addMetric(name, UNITS[name as Metric] ?? MetricUnit.Count, value);
    }
    metrics.publishStoredMetrics();
  };
  return {
    journal,
    ledger: { add: async ledger => journal.info(LEDGER_MESSAGE, { ledger }) },
    emitRun: (report, coldStart) => {
      emit(runMetrics(report, coldStart));
      journal[levelOf(report)](`run: ${report.outcome}`, { run: report });
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

/** Zeros are emitted too: an alarm then sees that nothing is wrong, and not that nothing is known. */
function runMetrics(report: RunReport, coldStart: boolean): Values {
  const { outcome, party, batches, lagMs, rateLimit } = report;
  const stopped = (by: RunReport['party'], how: RunReport['outcome']) =>
    Number(party === by && outcome === how);
  const skipped = outcome === 'skipped';
  return {
    [METRICS.logsRead]: report.logsRead,
    [METRICS.logsAccepted]: report.logsAccepted,
    [METRICS.logsExcluded]: report.logsExcluded,
    [METRICS.logsRetried]: report.logsRetried,
    [METRICS.logsDeadLettered]: report.logsDeadLettered,
    [METRICS.logsRaw]: report.logsRaw,
    [METRICS.logsLate]: report.logsLate,
    [METRICS.batchesAccepted]: batches.accepted,
    [METRICS.batchesRejected]: batches.rejected,
    [METRICS.batchesThrottled]: batches.throttled,
    [METRICS.batchesUnavailable]: batches.unavailable,
    [METRICS.batchesDenied]: batches.denied,
    [METRICS.auth0Denied]: stopped('auth0', 'denied'),
    [METRICS.auth0Throttled]: stopped('auth0', 'throttled'),
    [METRICS.auth0Unavailable]: stopped('auth0', 'unavailable'),
    [METRICS.azureDenied]: stopped('azure', 'denied'),
    [METRICS.azureThrottled]: stopped('azure', 'throttled'),
    [METRICS.azureUnavailable]: stopped('azure', 'unavailable'),
    // Our own table and queues have no metric of their own: what stops a run there counts as an error of the run.
    [METRICS.runErrors]: Number(outcome === 'failed' || party === 'state' || party === 'queue'),
    [METRICS.runsSkipped]: Number(skipped),
    [METRICS.runDurationMs]: report.durationMs,
    [METRICS.gapSuspected]: Number(report.gapSuspected),
    [METRICS.retentionAtRisk]: Number(report.retentionAtRisk),
    [METRICS.coldStart]: Number(coldStart),
    // A skipped run knows nothing of the lag: to emit 0 would say that all is well.
    ...(lagMs !== undefined && !skipped && { [METRICS.lagSeconds]: lagMs / 1000 }),
    ...(rateLimit && { [METRICS.auth0RateLimitRemaining]: rateLimit.remaining }),
  };
}

function replayMetrics(reports: readonly ReplayReport[]): Values {
  const sum = (of: (report: ReplayReport) => number) => reports.reduce((all, one) => all + of(one), 0);
  const verdict = (name: string) => sum(report => Number(report.reason?.verdict === name));
  return {
    [METRICS.logsAccepted]: sum(report => report.logsAccepted),
    [METRICS.logsDeadLettered]: sum(report => report.logsDeadLettered),
    [METRICS.batchesAccepted]: sum(report => Number(report.done && report.logsDeadLettered === 0)),
    [METRICS.batchesRejected]: sum(report => Number(report.done && report.logsDeadLettered > 0)),
    [METRICS.batchesThrottled]: verdict('throttled'),
    [METRICS.batchesUnavailable]: verdict('unavailable'),
    [METRICS.batchesDenied]: verdict('denied'),
    // Without a post it was not Azure that denied, but the message that is not ours to deliver.
    [METRICS.azureDenied]: sum(report => Number(report.reason?.verdict === 'denied' && report.posts > 0)),
  };
}

function levelOf(report: RunReport): 'info' | 'warn' | 'error' {
  if (report.outcome === 'failed' || report.outcome === 'denied') return 'error';
  return ['caught-up', 'out-of-time', 'skipped'].includes(report.outcome) ? 'info' : 'warn';
}

function unreserved(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [RESERVED.has(key) ? `field_${key}` : key, value]),
  );
}
