import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localQueue } from '../../../../cli/pipelines/local/queue.ts';
import { openTarget } from '../../../../cli/pipelines/open.ts';
import type { DeadLetter, Operated } from '../../../../cli/pipelines/operated.ts';
import { SOME } from '../../../destinations/samples.ts';

const AZURE = SOME.azure;
const SLOW = { schedule: 'rate(1 hour)', alarms: { lagMinutes: 90 } };
let directory = '';
let config = '';
let state = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'target-'));
  config = join(directory, 'config.json');
  state = join(directory, 'state');
  const pipeline = (name: string, more: object = {}) => ({
    name,
    auth0: { domain: `${name}.eu.auth0.com`, secret: `${name}/auth0` },
    azure: { ...AZURE, secret: `${name}/azure` },
    ...more,
  });
  await writeFile(config, JSON.stringify({ pipelines: [pipeline('prod'), pipeline('slow', SLOW)] }));
});
afterEach(() => rm(directory, { recursive: true }));

async function open(pipeline: string): Promise<Operated> {
  const { pipelines } = await openTarget({ config, state, pipeline });
  return pipelines[0]!;
}

test('nothing is made by looking, and nothing is known before the first run', async () => {
  const { place, kind, pipelines } = await openTarget({ config, state });
  expect({ place, kind }).toEqual({
    place: `state directory ${state} (which does not exist yet)`,
    kind: 'local',
  });
  for (const one of pipelines) {
    expect(await one.state()).toEqual({});
    expect(await one.queues.depths()).toEqual({ retry: { messages: 0 }, 'dead-letter': { messages: 0 } });
    expect([...(await one.alarms()), ...(await one.problems())]).toEqual([]);
    for await (const entry of one.ledger(0)) throw new Error(`an entry: ${entry.lastLogId}`);
  }
  expect(await readdir(directory)).toEqual(['config.json']);
});

test('limits follow the configuration, as the alarms of a deployment do', async () => {
  expect(await (await open('prod')).limits()).toEqual({ lagMs: 900_000, silenceMs: 300_000 });
  expect(await (await open('slow')).limits()).toEqual({ lagMs: 5_400_000, silenceMs: 10_800_000 });
});

test('secrets are missed only by whoever reads them', async () => {
  const { pipelines } = await openTarget({ config, state });
  const answer = await pipelines[0]!.secrets.read('prod/auth0');
  expect(answer).toMatchObject({ kind: 'fault', fault: { message: expect.stringContaining('there are 2') } });
  await writeFile(join(directory, 's.json'), JSON.stringify({ 'slow/auth0': { clientId: 'id' } }), {
    mode: 0o600,
  });
  const ofFile = await openTarget({ config, state, secrets: join(directory, 's.json') });
  expect(await ofFile.pipelines[1]!.secrets.read('slow/auth0')).toMatchObject({ kind: 'secret' });
});

describe('dead letters on disk', () => {
  const clock = { now: () => 1_780_000_000_000, sleep: async () => undefined };
  const letters = async (from: Operated) => {
    const found: DeadLetter[] = [];
    for await (const letter of from.queues.deadLetters()) found.push(letter);
    return found;
  };
  beforeEach(async () => {
    const own = { directory: join(state, 'prod'), clock, maxTries: 20 };
    await localQueue(own).put('dead-letter', ['first']);
    await localQueue({ ...own, clock: { ...clock, now: () => clock.now() + 5 } }).put('dead-letter', [
      'second',
    ]);
  });

  test('are shown oldest first, under the same id at every look, whatever somebody put there', async () => {
    await mkdir(join(state, 'prod/dead-letter'));
    await writeFile(join(state, 'prod/dead-letter/1790000000000-by-hand.json'), 'no message at all');
    const found = await letters(await open('prod'));
    expect(found.map(({ message, sentAtMs }) => [message, sentAtMs])).toEqual([
      ['first', clock.now()],
      ['second', clock.now() + 5],
      ['no message at all', 1_790_000_000_000],
    ]);
    expect(await letters(await open('prod'))).toEqual(found);
    const { 'dead-letter': dead } = await (await open('prod')).queues.depths();
    expect(dead.messages).toBe(3);
    expect(Math.abs((dead.oldestAgeMs ?? 0) - (Date.now() - clock.now()))).toBeLessThan(60_000);
  });

  test('go back to the retry queue, due at once and once only', async () => {
    const prod = await open('prod');
    const [first] = await letters(prod);
    await prod.queues.redrive(first!);
    await prod.queues.redrive(first!);
    const queue = localQueue({
      directory: join(state, 'prod'),
      clock,
      maxTries: 20,
    });
    const waiting = [];
    for await (const batch of queue.waiting()) waiting.push(batch);
    expect(waiting).toMatchObject([{ message: 'first', tries: 0 }]);
    expect(waiting[0]!.notBeforeMs).toBeLessThanOrEqual(Date.now());
    expect((await letters(prod)).map(one => one.message)).toEqual(['second']);
  });

  test('stay when the retry queue cannot take them', async () => {
    const prod = await open('prod');
    const database = new DatabaseSync(join(state, 'prod/state.sqlite'));
    database.exec(`CREATE TRIGGER full BEFORE UPDATE ON message BEGIN SELECT RAISE(ABORT, 'no'); END`);
    database.close();
    for (const letter of await letters(prod)) await expect(prod.queues.redrive(letter)).rejects.toThrow();
    expect(await letters(prod)).toHaveLength(2);
  });

  test('are gone when they are removed', async () => {
    const prod = await open('prod');
    for (const letter of await letters(prod)) await prod.queues.remove(letter);
    expect(await letters(prod)).toEqual([]);
  });
});
