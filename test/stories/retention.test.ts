/**
 * Auth0 deletes what is older than the plan's retention: here a day, in virtual time, while Azure is away for three.
 * Auth0 and the runs have the virtual clock; the edges sign with the real one, as Azure checks it.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { METRICS } from '../../lambda/core/contract.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { ship } from '../../lambda/core/ship.ts';
import { buildFunctions } from '../../scripts/build.ts';
import { type Log, logIdAt } from '../../simulator/auth0/tenant.ts';
import { lambdaHost } from '../../simulator/aws/lambda-host.ts';
import { APIS, KINDS } from '../../simulator/azure/apis.ts';
import { type Kind, openStage, type Stage } from './stage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const RETENTION_MS = 24 * HOUR_MS;

let stage: Stage;
let nowMs = 0;
let maxBatchBytes = 0;
let written = 0;
const clock = {
  now: () => nowMs,
  sleep: async (ms: number) => {
    nowMs += ms;
  },
};
afterEach(() => stage.close());

/** A tenant that keeps its logs for a day; the virtual time begins `hoursAgo`. */
async function open(hoursAgo: number, kind: Kind = KINDS[0], batchBytes = 1_000_000): Promise<void> {
  nowMs = Date.now() - hoursAgo * HOUR_MS;
  maxBatchBytes = batchBytes;
  stage = await openStage({ kind, auth0: { now: clock.now, retentionMs: RETENTION_MS } });
}

/** `count` new logs, spread over the hour that ends now. */
function write(count: number): void {
  const logs = Array.from({ length: count }, (_, i): Log => {
    const atMs = Math.floor(nowMs - HOUR_MS + ((i + 1) / count) * (HOUR_MS - MINUTE_MS));
    const id = logIdAt(atMs, String(written++).padStart(36, '0'));
    return { log_id: id, _id: id, date: new Date(atMs).toISOString(), type: 's' };
  });
  stage.auth0.tenant.add(logs);
}

async function tick(): Promise<RunReport> {
  const parts = await stage.wiring.ship();
  const dependencies = { ...parts, clock, destination: { ...parts.destination, maxBatchBytes } };
  const times = { deadlineMs: nowMs + 100_000, leaseExpiresAtMs: nowMs + 110_000 };
  return ship(dependencies, { ...stage.wiring.options, owner: `tick at ${nowMs}`, ...times });
}

/** Logs that are neither at Azure nor in a queue, and that Auth0 has deleted. */
async function lost(): Promise<string[]> {
  const cliff = logIdAt(nowMs - RETENTION_MS);
  return (await stage.missing()).filter(id => id < cliff);
}

/** One hour after the other: logs are written, a run is made, and now and then a pass over the retry queue. */
async function hours(count: number, logsAnHour: number): Promise<RunReport[]> {
  const reports: RunReport[] = [];
  for (let hour = 1; hour <= count; hour++) {
    nowMs += HOUR_MS;
    write(logsAnHour);
    reports.push(await tick());
    if (hour % 4 === 0) await stage.replayOnce();
    if (hour % 12 === 0) expect(await lost()).toEqual([]);
  }
  return reports;
}

/** After the outage: what waits is delivered, and what became a dead letter meanwhile is redriven by an operator. */
async function recover(): Promise<void> {
  expect((await hours(3, 5)).at(-1)).toMatchObject({ outcome: 'caught-up', retentionAtRisk: false });
  while ((await stage.replayOnce()) > 0);
  await stage.aws.redrive();
  while ((await stage.replayOnce()) > 0);
  expect(await stage.missing()).toEqual([]);
  expect(stage.azure.received.unique).toBe(stage.auth0.tenant.ids().size);
}

describe('Azure is away for three days, Auth0 keeps logs for one, and logs go on being written: none is lost', () => {
  test('denied, for the key was revoked: held for half a day, then put aside', async () => {
    await open(80);
    expect((await hours(2, 10)).at(-1)?.outcome).toBe('caught-up');
    const secret = APIS[KINDS[0]].secret(stage.azure.settings);
    stage.azure.setSecret(Buffer.from('revoked').toString('base64'));
    const reports = await hours(72, 10);

    const firstSpill = reports.findIndex(report => report.logsRetried > 0);
    expect(firstSpill).toBe(12);
    const held = reports.slice(0, firstSpill);
    expect([...new Set(held.map(report => report.outcome))]).toEqual(['denied']);
    expect(new Set(held.map(report => report.checkpoint?.logId)).size).toBe(1);
    expect(held.findIndex(report => report.retentionAtRisk)).toBe(firstSpill - 1);
    expect(reports[firstSpill]).toMatchObject({ retentionAtRisk: true, logsRetried: 100 });
    expect(reports.some(report => report.gapSuspected)).toBe(false);

    stage.azure.setSecret(secret);
    await recover();
  });

  test('unavailable, and more is written than a run may put aside: the backlog never grows older than half a day', async () => {
    await open(80, KINDS.at(-1), 1_300);
    stage.post.always({ kind: 'status', status: 503 });
    const reports = await hours(72, 20);

    const firstAtRisk = reports.findIndex(report => report.retentionAtRisk);
    const before = reports.slice(0, firstAtRisk);
    expect(before.length).toBeGreaterThan(6);
    expect(Math.max(...before.map(report => report.logsRetried))).toBeLessThan(20);
    // From then on as much is put aside as is written.
    expect(reports.slice(firstAtRisk + 1).every(report => report.logsRetried >= 20)).toBe(true);
    expect(Math.max(...reports.map(report => report.lagMs ?? 0))).toBeLessThan(RETENTION_MS / 2 + HOUR_MS);
    expect(reports.some(report => report.gapSuspected)).toBe(false);

    stage.post.clear();
    await recover();
  });
});

describe('a gap that the retention has eaten', () => {
  test('is not suspected of a tenant that is quiet for three days, nor after 20 hours without a run', async () => {
    await open(80);
    await hours(1, 10);
    for (let hour = 0; hour < 72; hour += 6) {
      nowMs += 6 * HOUR_MS;
      expect(await tick()).toMatchObject({ outcome: 'caught-up', gapSuspected: false, lagMs: 0 });
    }
    for (let hour = 0; hour < 20; hour++) {
      nowMs += HOUR_MS;
      write(5);
    }
    expect(await tick()).toMatchObject({ outcome: 'caught-up', logsAccepted: 100, gapSuspected: false });
    expect(await stage.missing()).toEqual([]);
  });

  test('is suspected when Auth0 gave nothing for two days, after half a day’s warning; shipping goes on', async () => {
    await open(60);
    await hours(2, 10);
    stage.auth0.faults.logs.always({ kind: 'status', status: 500 });
    const reports: RunReport[] = [];
    for (let hour = 1; hour <= 48; hour++) {
      nowMs += HOUR_MS;
      write(5);
      reports.push(await tick());
    }
    expect(reports.findIndex(report => report.retentionAtRisk)).toBe(12 - 1);
    expect(reports.findIndex(report => report.gapSuspected)).toBe(24 - 1);
    stage.auth0.faults.logs.clear();
    expect(await tick()).toMatchObject({ outcome: 'caught-up', gapSuspected: true });
    expect(await tick()).toMatchObject({ outcome: 'caught-up', gapSuspected: false });
    // What is missing is what Auth0 has deleted, and nothing else.
    expect((await stage.missing()).length).toBeGreaterThan(100);
    expect(await lost()).toEqual(await stage.missing());
  });

  test('raises the metric GapSuspected in the line that the bundled function prints, once', async () => {
    await open(50);
    await hours(1, 10);
    nowMs = Date.now();
    write(10);
    const { ship: path, remove } = await buildFunctions();
    const host = lambdaHost({ bundle: path, env: stage.env, timeoutMs: 30_000 });
    try {
      const first = await host.invoke({});
      expect(first).toMatchObject({ ok: true, result: { outcome: 'caught-up', gapSuspected: true } });
      expect(await host.invoke({})).toMatchObject({ ok: true, result: { gapSuspected: false } });
    } finally {
      await host.stop();
      await remove();
    }
    const lines = host.logs.filter(line => line.includes('"_aws"')).map(line => JSON.parse(line));
    expect(lines.map(line => line[METRICS.gapSuspected])).toEqual([1, undefined]);
    expect(lines[0]).toMatchObject({ pipeline: 'story', [METRICS.lagSeconds]: 0 });
    const empty = { visible: 0, hidden: 0 };
    const run = host.logs
      .map(line => (line.startsWith('{') ? JSON.parse(line) : {}))
      .find(line => 'run' in line);
    expect(run).toMatchObject({ queues: { retry: empty, 'dead-letter': empty } });
  });
});
