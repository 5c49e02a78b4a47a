import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { METRICS } from '../../lambda/core/contract.ts';
import type { ReplayReport, RunReport } from '../../lambda/core/report.ts';
import { Secret } from '../../lambda/core/secret.ts';
import { telemetry } from '../../lambda/edges/telemetry.ts';

type Line = Record<string, unknown>;
interface Emf {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly pipeline: string;
}

const RUN: RunReport = {
  pipeline: 'prod',
  outcome: 'caught-up',
  pages: 3,
  sweptPages: 0,
  posts: 2,
  logsRead: 250,
  logsAccepted: 240,
  logsExcluded: 6,
  logsRetried: 3,
  logsDeadLettered: 1,
  logsRaw: 2,
  logsLate: 4,
  isLateEstimate: false,
  logsReshipped: 0,
  logsBridged: 0,
  batches: { accepted: 2, rejected: 1, throttled: 0, unavailable: 0, denied: 0, intercepted: 0 },
  checkpoint: { logId: '900', logDateMs: 1 },
  lagMs: 0,
  gapSuspected: false,
  retentionAtRisk: false,
  checkpointAstray: false,
  sweepOverdue: false,
  rateLimit: { limit: 10, remaining: 7, resetAtMs: 2 },
  durationMs: 1234,
};
const NOTHING = {
  ...RUN,
  logsRead: 0,
  logsAccepted: 0,
  logsExcluded: 0,
  logsRetried: 0,
  logsDeadLettered: 0,
};
const REPLAY: ReplayReport = {
  batchId: 'b',
  done: true,
  logsAccepted: 5,
  logsDeadLettered: 0,
  logsRequeued: 0,
  posts: 1,
};

let printed: string[] = [];
beforeEach(() => {
  printed = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation(text => {
      printed.push(...String(text).split('\n').filter(Boolean));
      return true;
    });
  }
});
afterEach(() => void vi.restoreAllMocks());

const subject = () => telemetry({ pipeline: 'prod', service: 'ship' });
const lines = () => printed.map(line => JSON.parse(line) as Line);
const logLines = () => lines().filter(line => !('_aws' in line));
const emfLines = () => lines().filter(line => '_aws' in line) as unknown as (Emf & Line)[];

describe('a run’s metrics', () => {
  it('are one line in the embedded metric format, with the pipeline as the only dimension', () => {
    subject().emitRun(RUN, false);
    const [emf, ...more] = emfLines();
    expect(more).toEqual([]);
    expect(emf?.pipeline).toBe('prod');
    const [directive, ...others] = emf!._aws.CloudWatchMetrics;
    expect(others).toEqual([]);
    expect(directive).toMatchObject({ Namespace: 'Auth0LogsToAzure', Dimensions: [['pipeline']] });
  });

  it('are every metric that the contract names, with the report’s values', () => {
    subject().emitRun({ ...RUN, lagMs: 90_500 }, true);
    const [emf] = emfLines();
    const named = emf!._aws.CloudWatchMetrics[0]!.Metrics;
    expect(named.map(metric => metric.Name).sort()).toEqual(Object.values(METRICS).sort());
    expect(emf).toMatchObject({
      LogsRead: 250,
      LogsAccepted: 240,
      LogsExcluded: 6,
      LogsRetried: 3,
      LogsDeadLettered: 1,
      LogsRaw: 2,
      LogsLate: 4,
      BatchesAccepted: 2,
      BatchesRejected: 1,
      LagSeconds: 90.5,
      RunDurationMs: 1234,
      RunsSkipped: 0,
      Auth0RateLimitRemaining: 7,
      ColdStart: 1,
    });
    const unit = (name: string) => named.find(metric => metric.Name === name)?.Unit;
    expect([unit('LagSeconds'), unit('RunDurationMs'), unit('LogsRead')]).toEqual([
      'Seconds',
      'Milliseconds',
      'Count',
    ]);
  });

  it('are zeros, and not silence, when nothing happened', () => {
    subject().emitRun(NOTHING, false);
    expect(emfLines()).toMatchObject([
      {
        LogsRead: 0,
        RunErrors: 0,
        Auth0Denied: 0,
        AzureDenied: 0,
        GapSuspected: 0,
        RetentionAtRisk: 0,
        LagSeconds: 0,
        ColdStart: 0,
      },
    ]);
  });

  it('say of a skipped run that it was skipped, and nothing of the lag', () => {
    const { rateLimit: _, ...rest } = NOTHING;
    subject().emitRun({ ...rest, outcome: 'skipped' }, false);
    const [emf] = emfLines();
    expect(emf).toMatchObject({ RunsSkipped: 1, RunErrors: 0, Auth0Denied: 0 });
    expect(emf).not.toHaveProperty('LagSeconds');
    expect(emf).not.toHaveProperty('Auth0RateLimitRemaining');
  });

  it('say nothing of a lag that is not known', () => {
    const { lagMs: _, ...rest } = RUN;
    subject().emitRun(rest, false);
    expect(emfLines()[0]).not.toHaveProperty('LagSeconds');
  });

  it.each([
    ['denied', 'auth0', 'Auth0Denied'],
    ['throttled', 'auth0', 'Auth0Throttled'],
    ['unavailable', 'auth0', 'Auth0Unavailable'],
    ['denied', 'azure', 'AzureDenied'],
    ['throttled', 'azure', 'AzureThrottled'],
    ['unavailable', 'azure', 'AzureUnavailable'],
    ['failed', 'state', 'RunErrors'],
    ['unavailable', 'queue', 'RunErrors'],
    ['failed', undefined, 'RunErrors'],
  ] as const)('count a run that was %s by %s as %s alone', (outcome, party, metric) => {
    subject().emitRun({ ...NOTHING, outcome, ...(party && { party }) }, false);
    const [emf] = emfLines();
    const faults = [
      'Auth0Denied',
      'Auth0Throttled',
      'Auth0Unavailable',
      'AzureDenied',
      'AzureThrottled',
      'AzureUnavailable',
      'RunErrors',
    ];
    expect(faults.filter(name => emf![name] === 1)).toEqual([metric]);
    expect(faults.filter(name => emf![name] === 0)).toHaveLength(faults.length - 1);
  });

  it('raise the two flags that an operator must see', () => {
    subject().emitRun({ ...RUN, gapSuspected: true, retentionAtRisk: true }, false);
    expect(emfLines()).toMatchObject([{ GapSuspected: 1, RetentionAtRisk: 1 }]);
  });

  it('do not carry over to the next run', () => {
    const one = subject();
    one.emitRun(RUN, true);
    one.emitRun(NOTHING, false);
    expect(emfLines().map(emf => emf['LogsRead'])).toEqual([250, 0]);
    expect(emfLines()[1]!._aws.CloudWatchMetrics[0]!.Dimensions).toEqual([['pipeline']]);
  });
});

describe('a replay’s metrics', () => {
  it('are the sums over its failed batches', () => {
    const reason = (verdict: 'throttled' | 'denied') => ({ reason: { verdict, message: 'why' } });
    subject().emitReplay([
      REPLAY,
      { ...REPLAY, logsDeadLettered: 2 },
      { ...REPLAY, done: false, logsAccepted: 0, ...reason('throttled') },
      { ...REPLAY, done: false, logsAccepted: 0, ...reason('denied') },
    ]);
    expect(emfLines()).toMatchObject([
      {
        pipeline: 'prod',
        LogsAccepted: 10,
        LogsDeadLettered: 2,
        BatchesAccepted: 1,
        BatchesRejected: 1,
        BatchesThrottled: 1,
        BatchesUnavailable: 0,
        BatchesDenied: 1,
        AzureDenied: 1,
      },
    ]);
  });

  it('do not blame Azure for a message that was never posted', () => {
    const reason = { verdict: 'denied', message: 'it is no failed batch' } as const;
    subject().emitReplay([{ ...REPLAY, done: false, posts: 0, reason }]);
    expect(emfLines()).toMatchObject([{ BatchesDenied: 1, AzureDenied: 0 }]);
  });
});

describe('the journal', () => {
  it('writes one line of JSON with level, message, service, pipeline and the fields', () => {
    subject().journal.warn('a batch was put aside', { logs: 3, status: 429 });
    expect(logLines()).toMatchObject([
      {
        level: 'WARN',
        message: 'a batch was put aside',
        service: 'ship',
        pipeline: 'prod',
        logs: 3,
        status: 429,
      },
    ]);
  });

  it('keeps fields whose names Powertools has for itself', () => {
    subject().journal.error('a log was dead-lettered', { message: 'too large', level: 3, code: 'X' });
    expect(logLines()).toMatchObject([
      {
        level: 'ERROR',
        message: 'a log was dead-lettered',
        field_message: 'too large',
        field_level: 3,
        code: 'X',
      },
    ]);
  });

  it('never shows a secret', () => {
    subject().journal.info('token', {
      token: new Secret('very-secret'),
      deep: { key: new Secret('very-secret') },
    });
    expect(logLines()).toMatchObject([{ token: '[secret]', deep: { key: '[secret]' } }]);
    expect(inspect(printed)).not.toContain('very-secret');
  });

  it.each([
    ['caught-up', 'INFO'],
    ['skipped', 'INFO'],
    ['throttled', 'WARN'],
    ['denied', 'ERROR'],
    ['failed', 'ERROR'],
  ] as const)('tells how a run that was %s went, at level %s', (outcome, level) => {
    subject().emitRun({ ...RUN, outcome, message: 'why' }, false);
    expect(logLines()).toMatchObject([
      { level, message: `run: ${outcome}`, run: { message: 'why', logsRead: 250 } },
    ]);
  });
});

it('counts a bug as an error of the run and names it, but not its message', () => {
  subject().emitBug(new TypeError('cannot read {"user_name":"someone"}'));
  expect(emfLines()).toMatchObject([{ RunErrors: 1, pipeline: 'prod' }]);
  expect(logLines()).toMatchObject([{ level: 'ERROR', error: 'TypeError' }]);
  expect(printed.join('\n')).not.toContain('someone');
});
