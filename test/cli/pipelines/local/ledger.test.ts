import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ledgerPlace, localLedger, readLocalLedger } from '../../../../cli/pipelines/local/ledger.ts';
import { parsePipeline } from '../../../../lambda/config/config.ts';
import type { LedgerEntry, ReadEntry } from '../../../../lambda/core/ledger.ts';
import { SOME } from '../../../destinations/samples.ts';

const NOW = Date.parse('2026-03-10T23:59:00Z');
const DAY_MS = 86_400_000;
const entry = (n: number): LedgerEntry => ({
  afterLogId: `${n}`,
  lastLogId: `${n + 1}`,
  logs: n,
  accepted: n,
  excluded: 0,
  retried: 0,
  deadLettered: 0,
  ids: 'AAAA',
});

let directory: string;
let nowMs: number;
const failures: string[] = [];
const clock = { now: () => nowMs, sleep: async () => undefined };
const place = () => ({ directory, destination: 'w' });
const ledger = () => localLedger(place(), clock, code => failures.push(code));
async function readWithTimes(fromMs = 0): Promise<ReadEntry[]> {
  const entries: ReadEntry[] = [];
  for await (const one of readLocalLedger(place(), fromMs)) entries.push(one);
  return entries;
}
const read = async (fromMs = 0): Promise<LedgerEntry[]> =>
  (await readWithTimes(fromMs)).map(({ enteredAtMs: _, ...one }) => one);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ledger-'));
  nowMs = NOW;
  failures.length = 0;
});
afterEach(() => rm(directory, { recursive: true }));

test('what is entered is read back, in order, whoever entered it', async () => {
  expect(await read()).toEqual([]);
  for (const n of [1, 2]) await ledger().add(entry(n));
  nowMs += 2 * 60_000;
  await ledger().add(entry(3));
  expect(await read()).toEqual([entry(1), entry(2), entry(3)]);
  const times = (await readWithTimes()).map(one => one.enteredAtMs);
  expect(times).toEqual([NOW, NOW, NOW + 2 * 60_000]);
  expect(failures).toEqual([]);
});

test('what was tried on another workspace, or under another name there, vouches for nothing here', () => {
  const placed = (azure: object) => {
    const destination = { ...SOME.azure, secret: 'azure', ...azure };
    const auth0 = { domain: 'acme.eu.auth0.com', secret: 'auth0' };
    return ledgerPlace('state', parsePipeline({ name: 'prod', auth0, azure: destination }));
  };
  const own = placed({});
  expect(placed({ secret: 'renewed' })).toEqual(own);
  const others = SOME.elsewhere.map(placed);
  expect(others.length).toBeGreaterThan(1);
  expect(new Set([own, ...others].map(one => one.destination)).size).toBe(1 + others.length);
});

test('days before the time asked for are left out, its own day is not', async () => {
  await ledger().add(entry(1));
  nowMs += DAY_MS;
  await ledger().add(entry(2));
  expect(await read(NOW + 30_000)).toEqual([entry(1), entry(2)]);
  expect(await read(NOW + 60_000)).toEqual([entry(2)]);
});

test('what another destination’s ledger holds is none of this one’s', async () => {
  await ledger().add(entry(1));
  await localLedger({ directory, destination: 'other' }, clock, code => failures.push(code)).add(entry(2));
  expect(await read()).toEqual([entry(1)]);
});

test('more entries than are read at a time come whole and in order', async () => {
  await ledger().add(entry(0));
  const database = new DatabaseSync(join(directory, 'state.sqlite'));
  const insert = database.prepare('INSERT INTO ledger (destination, writtenAtMs, entry) VALUES (?, ?, ?)');
  for (let n = 1; n < 1200; n++) insert.run('w', NOW, JSON.stringify(entry(n)));
  database.close();
  expect(await read()).toEqual(Array.from({ length: 1200 }, (_, n) => entry(n)));
});

test('what is older than Auth0’s longest retention is tidied away', async () => {
  await ledger().add(entry(1));
  nowMs += 32 * DAY_MS;
  await ledger().add(entry(2));
  expect(await read()).toEqual([entry(1), entry(2)]);
  nowMs += DAY_MS;
  await ledger().add(entry(3));
  expect(await read()).toEqual([entry(2), entry(3)]);
});

test('a disk that takes nothing stops nobody, and is told', async () => {
  await mkdir(join(directory, 'state.sqlite'));
  await ledger().add(entry(1));
  expect(failures).toEqual(['EISDIR']);
});

test('a link in the place of the file is not followed, and the failure told', async () => {
  const other = join(directory, 'other');
  await writeFile(other, '');
  await symlink(other, join(directory, 'state.sqlite'));
  await ledger().add(entry(1));
  expect(failures).toEqual(['ELOOP']);
  expect(await readFile(other, 'utf8')).toBe('');
});
