import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KINDS } from '../../simulator/azure/apis.ts';
import type { CallName } from './calls.ts';
import type { Moment } from './relay.ts';
import { type Bundles, buildFunctions, type CrashStage, openStage, PIPELINE, reportOf } from './stage.ts';

/** Ten batches or so: more than one run has in flight. */
const LOGS = 800;
const LOGS_OF_ONE_BATCH = 60;
let bundles: Bundles;
let stage: CrashStage;

beforeAll(async () => {
  bundles = await buildFunctions();
});
afterAll(() => bundles.remove());
beforeEach(async () => {
  stage = await openStage(KINDS.at(-1)!, bundles, { seed: 5, capacity: 3 * LOGS });
});
afterEach(() => stage.close());

type Hold = (name: CallName, moment: Moment) => Promise<() => void>;

/** Holds the next call of a name at a moment. Settles when it is held, with how to let it go. */
function holder(): Hold {
  const wanted: { name: CallName; moment: Moment; isHeld: (letGo: () => void) => void }[] = [];
  stage.watch((call, moment) => {
    const index = wanted.findIndex(one => one.name === call.name && one.moment === moment);
    if (index < 0) return undefined;
    const [held] = wanted.splice(index, 1);
    return new Promise(resolve => held?.isHeld(() => resolve(undefined)));
  });
  return (name, moment) => new Promise(isHeld => wanted.push({ name, moment, isHeld }));
}

async function expectPromiseKept(): Promise<void> {
  expect([await stage.judge.missing(), stage.judge.violations]).toEqual([[], []]);
}

const item = () => stage.aws.readCheckpoint(PIPELINE);

describe.each([2, 10])('%i processes at once', count => {
  test('one does the work, the others skip, and every log arrives once', async () => {
    const hosts = Array.from({ length: count }, () => stage.anotherShip());
    const hold = holder();
    const held = hold('post', 'arrived');
    stage.addLogs(LOGS);

    const outcomes: string[] = [];
    const othersEnded = Promise.withResolvers<void>();
    const runs = hosts.map(async host => {
      const report = reportOf(await host.invoke({}));
      if (outcomes.push(report.outcome) === count - 1) othersEnded.resolve();
      return report;
    });
    const letGo = await held;
    await othersEnded.promise;
    expect(outcomes).toEqual(Array(count - 1).fill('skipped'));
    letGo();
    const worked = (await Promise.all(runs)).filter(report => report.outcome !== 'skipped');
    expect(worked).toMatchObject([{ outcome: 'caught-up', logsAccepted: LOGS }]);

    // All instances are warm now, and none is held: one that comes when the work is done finds nothing left.
    stage.addLogs(LOGS);
    const reports = (await Promise.all(hosts.map(host => host.invoke({})))).map(reportOf);
    expect(reports.filter(report => report.logsAccepted > 0)).toMatchObject([{ logsAccepted: LOGS }]);
    for (const { outcome } of reports) expect(['caught-up', 'skipped']).toContain(outcome);
    await expectPromiseKept();
    expect([stage.azure.received.unique, stage.azure.received.duplicates]).toEqual([2 * LOGS, 0]);
  });
});

describe('a process that is frozen (SIGSTOP) past its lease', () => {
  test.each<[string, CallName, Moment]>([
    ['before its post reaches Azure', 'post', 'arrived'],
    ['after its post is accepted', 'post', 'applied'],
    ['with its checkpoint on the wire', 'save', 'arrived'],
  ])('%s: another finishes the work; awake, it cannot move the checkpoint', async (_, name, moment) => {
    // The first save is where a pipeline begins, and is not what is tested here.
    expect(reportOf(await stage.ship.invoke({})).outcome).toBe('caught-up');
    const frozen = stage.anotherShip();
    const hold = holder();
    stage.addLogs(LOGS);
    const held = hold(name, moment);
    const run = frozen.invoke({});
    const letGo = await held;
    frozen.kill('SIGSTOP');

    await stage.expireLease();
    expect(reportOf(await stage.ship.invoke({}))).toMatchObject({
      outcome: 'caught-up',
      logsAccepted: LOGS,
    });
    const finished = await item();
    letGo();
    let saves = 0;
    stage.watch((call, moment) => {
      if (call.name === 'save' && moment === 'arrived') saves++;
      return undefined;
    });
    expect(reportOf(await stage.ship.invoke({})).outcome).toBe('caught-up');
    const whileFrozen = saves;
    const { checkpointLogId, version } = (await item()) ?? {};
    frozen.kill('SIGCONT');
    expect(reportOf(await run)).toMatchObject({ outcome: 'lease-lost' });

    expect(await item()).toMatchObject({ checkpointLogId, version });
    expect([checkpointLogId, whileFrozen]).toEqual([finished?.['checkpointLogId'], 0]);
    await expectPromiseKept();
    const { unique, duplicates } = stage.azure.received;
    expect(unique).toBe(LOGS);
    expect(duplicates).toBeGreaterThan(0);
    expect(duplicates).toBeLessThanOrEqual(stage.maxInFlight * stage.largestBatch());
  });

  test('and awake while another is at work: it gives up, and the other is not disturbed', async () => {
    const frozen = stage.anotherShip();
    const hold = holder();
    stage.addLogs(LOGS_OF_ONE_BATCH);
    const firstHeld = hold('post', 'arrived');
    const first = frozen.invoke({});
    const letFirstGo = await firstHeld;
    frozen.kill('SIGSTOP');

    await stage.expireLease();
    stage.addLogs(LOGS);
    const secondHeld = hold('post', 'arrived');
    const second = stage.ship.invoke({});
    const letSecondGo = await secondHeld;
    letFirstGo();
    frozen.kill('SIGCONT');
    expect(reportOf(await first)).toMatchObject({ outcome: 'lease-lost', posts: 1 });
    letSecondGo();
    const all = LOGS_OF_ONE_BATCH + LOGS;
    expect(reportOf(await second)).toMatchObject({ outcome: 'caught-up', logsAccepted: all });
    await expectPromiseKept();
    expect([stage.azure.received.unique, stage.azure.received.duplicates]).toEqual([all, LOGS_OF_ONE_BATCH]);
  });
});
