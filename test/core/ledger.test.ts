import { describe, expect, test } from 'vitest';
import { readLastRun } from '../../lambda/core/last-run.ts';
import { logIdOf } from '../../lambda/core/record/log.ts';
import { emptySketch, idKey, missingFrom, readSketch } from '../../lambda/core/sketch.ts';
import { log, logs, world } from '../world.ts';

describe('what a run leaves behind', () => {
  test('the ledger covers every log that the checkpoint passed, without a gap and by name', async () => {
    const w = world({ logs: logs(30), maxBatchBytes: 4_000 });
    await w.tick();
    expect(w.ledger.length).toBeGreaterThan(2);
    const named = new Set<string>();
    let after: string | undefined;
    for (const entry of w.ledger) {
      if (after !== undefined) expect(entry.afterLogId).toBe(after);
      after = entry.lastLogId;
      for (const key of missingFrom(emptySketch(), readSketch(entry.ids) ?? emptySketch()) ?? [])
        named.add(key);
    }
    expect(after).toBe(w.state().checkpoint?.logId);
    expect(w.tenant.filter(one => !named.has(idKey(logIdOf(one) ?? '')))).toEqual([]);
    expect(w.ledger.reduce((sum, entry) => sum + entry.accepted, 0)).toBe(30);
  });

  test('it tells what was accepted, excluded, put on the retry queue and dead-lettered', async () => {
    const poison = log(3, 70_000);
    const mixed = [...logs(2), poison, log(4, 60_000, { type: 'noise' })];
    const w = world({ logs: mixed, exclude: ['noise'], poison: id => id === poison['log_id'] });
    await w.tick();
    expect(w.ledger).toMatchObject([{ logs: 4, accepted: 2, excluded: 1, deadLettered: 1, retried: 0 }]);
    w.tenant.push(log(5, 50_000));
    w.faults.post = () => ({ kind: 'answered', status: 503 });
    await w.tick();
    expect(w.ledger.at(-1)).toMatchObject({ logs: 1, accepted: 0, retried: 1 });
  });

  test('what is neither accepted nor queued is not in it', async () => {
    const w = world({ logs: logs(3) });
    w.faults.post = () => ({ kind: 'answered', status: 403 });
    await w.tick();
    w.faults.post = () => ({ kind: 'answered', status: 503 });
    w.faults.put = () => 'fail';
    await w.tick();
    expect(w.ledger).toEqual([]);
  });

  test('the report is kept beside the checkpoint, also of a run that was stopped', async () => {
    const w = world({ logs: logs(3) });
    w.faults.post = () => ({ kind: 'answered', status: 403 });
    await w.tick();
    expect(readLastRun(w.state().lastRun)).toMatchObject({ outcome: 'denied', party: 'azure', logsRead: 3 });
    w.faults.post = () => undefined;
    await w.tick();
    expect(readLastRun(w.state().lastRun)).toMatchObject({ outcome: 'caught-up', logsAccepted: 3, lagMs: 0 });
    expect(readLastRun('{"a":1}')).toBeUndefined();
    expect(readLastRun('no json')).toBeUndefined();
  });

  test('a first run that settles nothing keeps the place where it began, by its release alone', async () => {
    const w = world({ logs: logs(3) });
    w.faults.post = () => ({ kind: 'answered', status: 403 });
    await w.tick();
    expect(w.calls.save).toBe(0);
    expect(w.state().checkpoint).toEqual({ logId: '0' });
  });
});
