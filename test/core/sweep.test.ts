import { describe, expect, test } from 'vitest';
import { logIdOf } from '../../lambda/core/record/log.ts';
import { log, logs, world } from '../world.ts';

const MINUTE = 60_000;
/** A log that appears now, though its id lies `ageMs` back. */
const lateLog = (n: number, ageMs: number) => log(900_000 + n, ageMs, { description: 'late' });

describe('the sweep for late logs', () => {
  test('finds logs that appear behind the checkpoint, ships each exactly once and nothing else again', async () => {
    const w = world({ logs: logs(400) });
    await w.tick();
    for (let n = 0; n < 12; n++) w.insertLate(lateLog(n, 70_000 + n * 11_000));
    expect(await w.tick()).toMatchObject({ logsLate: 0 });
    w.advance(16 * MINUTE);
    expect(await w.tick()).toMatchObject({ outcome: 'caught-up', logsLate: 12, logsAccepted: 12 });
    w.advance(16 * MINUTE);
    expect(await w.tick()).toMatchObject({ logsLate: 0, logsAccepted: 0 });
    expect([w.missing(), w.duplicates(), w.violations]).toEqual([[], 0, []]);
  });

  test('keeps finding them while new logs come, over many sweeps', async () => {
    const w = world({ logs: logs(50) });
    let found = 0;
    for (let round = 0; round < 12; round++) {
      const report = await w.tick();
      found += report.logsLate;
      const ageMs = w.clock.now() - Date.parse('2026-03-01T12:00:00.000Z');
      for (let n = 0; n < 40; n++) w.tenant.push(log(round * 100 + n, 20_000 + n * 1000 - ageMs));
      w.advance(3 * MINUTE);
      await w.tick();
      w.insertLate(lateLog(round, 60_000 - ageMs));
      w.advance(6 * MINUTE);
    }
    w.advance(16 * MINUTE);
    found += (await w.tick()).logsLate;
    expect(found).toBe(12);
    expect([w.missing(), w.duplicates(), w.violations]).toEqual([[], 0, []]);
  });

  test('more late logs than can be named: the window ships again, none is missing', async () => {
    const w = world({ logs: logs(300) });
    await w.tick();
    for (let n = 0; n < 120; n++) w.insertLate(lateLog(n, 70_000 + n * 1000));
    w.advance(16 * MINUTE);
    expect(await w.tick()).toMatchObject({ logsLate: 120, isLateEstimate: true, logsReshipped: 420 });
    expect(w.missing()).toEqual([]);
    expect(w.duplicates()).toBe(300);
    for (let sweep = 0; sweep < 3; sweep++) {
      w.advance(16 * MINUTE);
      expect(await w.tick()).toMatchObject({ logsLate: 0, logsAccepted: 0 });
    }
  });

  test('a generation that is full at the sweep is looked through once more all the same', async () => {
    const w = world({ logs: logs(10_000), maxBatchBytes: 20_000_000 });
    await w.tick();
    w.advance(16 * MINUTE);
    // 100 pages, 25 of them a run.
    for (let run = 0; run < 4; run++) await w.tick();
    w.insertLate(lateLog(1, 90_000));
    w.advance(16 * MINUTE);
    let found = 0;
    for (let run = 0; run < 9; run++) found += (await w.tick()).logsLate;
    expect([found, w.missing(), w.duplicates()]).toEqual([1, [], 0]);
  });

  test('is off when it is set to 0', async () => {
    const w = world({ logs: logs(100), options: { sweepMs: 0 } });
    await w.tick();
    w.insertLate(lateLog(1, 90_000));
    w.advance(60 * MINUTE);
    expect(await w.tick()).toMatchObject({ logsLate: 0 });
    expect(w.state().late).toBeUndefined();
  });

  test('a late log that Azure will not take now waits on the retry queue; while denied, the sweep is repeated', async () => {
    const w = world({ logs: logs(100) });
    await w.tick();
    w.insertLate(lateLog(1, 90_000));
    w.advance(16 * MINUTE);
    w.faults.post = () => ({ kind: 'answered', status: 403 });
    expect(await w.tick()).toMatchObject({ outcome: 'denied' });
    expect(w.queues.retry).toEqual([]);
    w.faults.post = () => ({ kind: 'answered', status: 503 });
    expect(await w.tick()).toMatchObject({ outcome: 'unavailable', logsRetried: 1 });
    w.faults.post = () => undefined;
    await w.replayAll();
    expect(w.missing()).toEqual([]);
  });

  test('what it remembers is small and needs no write of its own, not even the sweep’s', async () => {
    const w = world({ logs: logs(5_000), maxBatchBytes: 400_000 });
    const report = await w.tick();
    expect(w.state().late?.length).toBeLessThan(3_000);
    expect(w.calls.save).toBe(report.posts);
    const before = w.state().late;
    w.advance(16 * MINUTE);
    await w.tick();
    expect(w.calls.save).toBe(report.posts);
    expect(w.state().late).not.toBe(before);
  });

  test('Auth0 failing in the middle of it is no failure of the run, and the next run sweeps', async () => {
    const w = world({ logs: logs(100) });
    await w.tick();
    const late = lateLog(1, 90_000);
    w.insertLate(late);
    w.advance(16 * MINUTE);
    const calls = w.calls.page;
    w.faults.page = call => (call > calls ? { verdict: 'denied', message: 'no' } : undefined);
    expect(await w.tick()).toMatchObject({ outcome: 'caught-up', logsLate: 0 });
    w.faults.page = () => undefined;
    expect(await w.tick()).toMatchObject({ logsLate: 1 });
    expect(w.accepted.get(logIdOf(late) ?? '')).toBe(1);
  });

  test('killed at any of its calls, the late logs still arrive', async () => {
    for (let at = 0; at < 8; at++) {
      for (const when of ['before', 'after'] as const) {
        const w = world({ logs: logs(150) });
        await w.tick();
        for (let n = 0; n < 3; n++) w.insertLate(lateLog(n, 90_000 + n));
        w.advance(16 * MINUTE);
        await w.killedTick({ at, when });
        w.advance(16 * MINUTE);
        await w.tick();
        expect({ at, when, missing: w.missing(), violations: w.violations }).toEqual({
          at,
          when,
          missing: [],
          violations: [],
        });
        expect(w.duplicates()).toBeLessThanOrEqual(3);
      }
    }
  });
});
