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
  readonly stack: string;
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
  rowsNotStored: 0,
  logsRepaired: 0,
  verifyOverdue: false,
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

const subject = () => telemetry({ pipeline: 'prod', stack: 'Live', service: 'ship' });
const lines = () => printed.map(line => JSON.parse(line) as Line);
const logLines = () => lines().filter(line => !('_aws' in line));
const emfLines = () => lines().filter(line => '_aws' in line) as unknown as (Emf & Line)[];

const metricsOf = (emf: (Emf & Line) | undefined) =>
  Object.fromEntries((emf?._aws.CloudWatchMetrics[0]?.Metrics ?? []).map(({ Name }) => [Name, emf![Name]]));
const EMPTY = { visible: 0, hidden: 0 };

describe('a run’s metrics', () => {
  it('are one line in the embedded metric format, told apart by pipeline and stack', () => {
    subject().emitRun(NOTHING, false);
    const [emf, ...more] = emfLines();
    expect(more).toEqual([]);
    expect(emf).toMatchObject({ pipeline: 'prod', stack: 'Live' });
    const [directive, ...others] = emf!._aws.CloudWatchMetrics;
    expect(others).toEqual([]);
    expect(directive).toMatchObject({ Namespace: 'Auth0LogsToAzure', Dimensions: [['pipeline', 'stack']] });
    expect(directive!.Metrics).toMatchObject([{ Name: 'LagSeconds', Unit: 'Seconds' }]);
  });

  it('are the lag alone when all is well, and at most five: each is billed by the hour', () => {
    subject().emitRun(NOTHING, true, { retry: EMPTY, 'dead-letter': EMPTY });
    expect(metricsOf(emfLines()[0])).toEqual({ LagSeconds: 0 });
  });

  it('are, when all goes wrong, every metric that the contract names', () => {
    const one = subject();
    const all = { ...RUN, lagMs: 90_500, gapSuspected: true, retentionAtRisk: true };
    const looks = { retry: { visible: 2, hidden: 0 }, 'dead-letter': { visible: 3, hidden: 1 } };
    one.emitRun(
      {
        ...all,
        outcome: 'denied',
        party: 'auth0',
        checkpointAstray: true,
        sweepOverdue: true,
        rowsNotStored: 7,
        verifyOverdue: true,
      },
      true,
      looks,
    );
    one.emitRun({ ...all, outcome: 'denied', party: 'azure' }, true, looks);
    one.emitRun({ ...all, outcome: 'intercepted', party: 'azure' }, true, looks);
    one.emitRun({ ...all, outcome: 'failed' }, true, looks);
    const sent = Object.assign({}, ...emfLines().map(metricsOf));
    expect(Object.keys(sent).sort()).toEqual(Object.values(METRICS).sort());
    expect(sent).toMatchObject({
      LagSeconds: 90.5,
      LogsDeadLettered: 1,
      RetryQueueDepth: 2,
      RetryQueueUntaken: 1,
      DeadLetterDepth: 4,
    });
  });

  it('say nothing of the lag, and clear nothing, when the run was skipped', () => {
    subject().emitRun({ ...NOTHING, outcome: 'skipped' }, false);
    expect(emfLines()).toEqual([]);
  });

  it('say nothing of a lag that is not known', () => {
    const { lagMs: _, ...rest } = NOTHING;
    subject().emitRun(rest, false);
    expect(emfLines()).toEqual([]);
  });

  it.each([
    ['denied', 'auth0', ['Auth0Denied']],
    ['throttled', 'auth0', []],
    ['unavailable', 'auth0', []],
    ['denied', 'azure', ['AzureDenied']],
    ['throttled', 'azure', []],
    ['unavailable', 'azure', []],
    ['intercepted', 'azure', ['AzureIntercepted']],
    ['astray', 'auth0', ['CheckpointAstray']],
    ['failed', 'state', ['RunErrors']],
    ['unavailable', 'queue', ['RunErrors']],
    ['failed', undefined, ['RunErrors']],
  ] as const)('count a run that was %s by %s as %j', (outcome, party, names) => {
    subject().emitRun(
      { ...NOTHING, outcome, checkpointAstray: outcome === 'astray', ...(party && { party }) },
      false,
    );
    const { LagSeconds: _, ...flags } = metricsOf(emfLines()[0]);
    expect(flags).toEqual(Object.fromEntries(names.map(name => [name, 1])));
  });

  it('raise the flags of a run that went well otherwise', () => {
    const flags = {
      gapSuspected: true,
      retentionAtRisk: true,
      checkpointAstray: true,
      sweepOverdue: true,
      rowsNotStored: 7,
      verifyOverdue: true,
    };
    subject().emitRun({ ...NOTHING, ...flags }, false);
    expect(metricsOf(emfLines()[0])).toEqual({
      LagSeconds: 0,
      GapSuspected: 1,
      RetentionAtRisk: 1,
      CheckpointAstray: 1,
      SweepOverdue: 1,
      RowsNotStored: 7,
      VerifyOverdue: 1,
    });
  });

  it('count rows that were missing, also when their logs were shipped again at once', () => {
    subject().emitRun({ ...NOTHING, rowsNotStored: 2, logsRepaired: 5 }, false);
    expect(metricsOf(emfLines()[0])).toEqual({ LagSeconds: 0, RowsNotStored: 7 });
  });

  it('do not carry over to the next run, and no flag is sent as 0: it would make its alarm go off twice', () => {
    const one = subject();
    one.emitRun({ ...NOTHING, gapSuspected: true }, true);
    one.emitRun(NOTHING, false);
    expect(emfLines().map(metricsOf)).toEqual([{ LagSeconds: 0, GapSuspected: 1 }, { LagSeconds: 0 }]);
    expect(emfLines()[1]!._aws.CloudWatchMetrics[0]!.Dimensions).toEqual([['pipeline', 'stack']]);
  });

  it('say once that a queue is empty again', () => {
    const one = subject();
    const looks = (visible: number, hidden = 0) => ({ retry: EMPTY, 'dead-letter': { visible, hidden } });
    for (const depth of [0, 2, 0, 0]) one.emitRun(NOTHING, false, looks(depth));
    expect(emfLines().map(emf => emf['DeadLetterDepth'])).toEqual([undefined, 2, 0, undefined]);
  });

  it('say nothing of a queue that could not be looked at, but that it could not', () => {
    const one = subject();
    one.emitRun(NOTHING, false, { retry: { visible: 0, hidden: 3 }, 'dead-letter': EMPTY });
    one.emitRun(NOTHING, false, { retry: { problem: 'AccessDenied' }, 'dead-letter': EMPTY });
    expect(emfLines().map(metricsOf)).toEqual([
      { LagSeconds: 0, RetryQueueDepth: 3 },
      { LagSeconds: 0, RunErrors: 1 },
    ]);
    expect(logLines().at(-1)).toMatchObject({ queues: { retry: { problem: 'AccessDenied' } } });
  });

  it.each([
    [{ visible: 1, hidden: 0 }, 1],
    [{ visible: 50, hidden: 2 }, undefined],
    [{ visible: 0, hidden: 1 }, undefined],
  ])('call a retry queue untaken when messages wait and none is in flight: %j', (retry, untaken) => {
    subject().emitRun(NOTHING, false, { retry, 'dead-letter': EMPTY });
    expect(emfLines()[0]!['RetryQueueUntaken']).toBe(untaken);
  });

  it('leave the counts to the run’s line', () => {
    subject().emitRun(RUN, true);
    expect(logLines()).toMatchObject([
      {
        coldStart: true,
        run: { logsRead: 250, logsLate: 4, batches: { rejected: 1 }, rateLimit: { remaining: 7 } },
      },
    ]);
  });
});

describe('a replay’s metrics', () => {
  const left = { ...REPLAY, done: false, logsAccepted: 0 };
  const reason = (verdict: 'throttled' | 'denied' | 'intercepted') => ({
    reason: { verdict, message: 'why' },
  });

  it('are nothing when all is well: a replay that Azure puts off is told by the queue’s depth', () => {
    subject().emitReplay([REPLAY, { ...left, ...reason('throttled') }]);
    expect(emfLines()).toEqual([]);
  });

  it('are the sums over its failed batches', () => {
    subject().emitReplay([
      REPLAY,
      { ...REPLAY, logsDeadLettered: 2 },
      { ...left, ...reason('denied') },
      { ...left, ...reason('intercepted') },
      { ...left, party: 'queue' },
    ]);
    expect(metricsOf(emfLines()[0])).toEqual({
      LogsDeadLettered: 2,
      AzureDenied: 1,
      AzureIntercepted: 1,
      RunErrors: 1,
    });
  });

  it('count a batch that SQS gives up as one put aside', () => {
    subject().emitReplay([
      { ...left, lastTry: true },
      { ...REPLAY, lastTry: true },
    ]);
    expect(metricsOf(emfLines()[0])).toEqual({ LogsDeadLettered: 1 });
  });

  it('do not blame Azure for a message that was never posted', () => {
    subject().emitReplay([{ ...left, posts: 0, ...reason('denied') }]);
    expect(emfLines()).toEqual([]);
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
    ['intercepted', 'ERROR'],
    ['astray', 'ERROR'],
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
