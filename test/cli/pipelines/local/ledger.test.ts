import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ledgerDirectory, localLedger, readLocalLedger } from '../../../../cli/pipelines/local/ledger.ts';
import { parsePipeline } from '../../../../lambda/config/config.ts';
import type { LedgerEntry } from '../../../../lambda/core/ledger.ts';
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
const ledger = () => localLedger(join(directory, 'ledger'), clock, code => failures.push(code));
async function read(fromMs = 0): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for await (const one of readLocalLedger(join(directory, 'ledger'), fromMs)) entries.push(one);
  return entries;
}

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
  expect(await readdir(join(directory, 'ledger'))).toEqual(['2026-03-10.jsonl', '2026-03-11.jsonl']);
  expect(failures).toEqual([]);
});

test('what was tried on another workspace, or under another name there, vouches for nothing here', () => {
  const placed = (azure: object) => {
    const destination = { ...SOME.azure, secret: 'azure', ...azure };
    const auth0 = { domain: 'acme.eu.auth0.com', secret: 'auth0' };
    return ledgerDirectory('state', parsePipeline({ name: 'prod', auth0, azure: destination }));
  };
  const own = placed({});
  expect(placed({ secret: 'renewed' })).toBe(own);
  const others = SOME.elsewhere.map(placed);
  expect(others.length).toBeGreaterThan(1);
  expect(new Set([own, ...others]).size).toBe(1 + others.length);
});

test('days before the time asked for are left out, its own day is not', async () => {
  await ledger().add(entry(1));
  nowMs += DAY_MS;
  await ledger().add(entry(2));
  expect(await read(NOW + 30_000)).toEqual([entry(1), entry(2)]);
  expect(await read(NOW + 60_000)).toEqual([entry(2)]);
});

test('a line that a crash has broken off, or that is no entry, spoils none but itself', async () => {
  await ledger().add(entry(1));
  const [name = ''] = await readdir(join(directory, 'ledger'));
  const path = join(directory, 'ledger', name);
  await appendFile(path, '\n{"afterLogId":"1","lastLo');
  await ledger().add(entry(2));
  await appendFile(path, '\n{"lastLogId":7,"ids":"AAAA"}\nnull');
  await ledger().add(entry(3));
  expect(await read()).toEqual([entry(1), entry(2), entry(3)]);
});

test('what is older than Auth0’s longest retention is tidied away, and nothing else', async () => {
  await ledger().add(entry(1));
  await writeFile(join(directory, 'ledger', '2020-notes.txt'), 'mine');
  nowMs += 32 * DAY_MS;
  await ledger().add(entry(2));
  expect(await read()).toEqual([entry(1), entry(2)]);
  nowMs += DAY_MS;
  await ledger().add(entry(3));
  expect(await read()).toEqual([entry(2), entry(3)]);
  expect(await readdir(join(directory, 'ledger'))).toContain('2020-notes.txt');
});

test('a disk that takes nothing stops nobody, and is told', async () => {
  await writeFile(join(directory, 'ledger'), 'a file where the directory should be');
  await ledger().add(entry(1));
  expect(failures).toEqual([expect.stringMatching(/^E(EXIST|NOTDIR)$/)]);
});

test('a link in the place of its file is not followed, and the failure told', async () => {
  const other = join(directory, 'other');
  await writeFile(other, 'mine');
  await mkdir(join(directory, 'ledger'));
  await symlink(other, join(directory, 'ledger', '2026-03-10.jsonl'));
  await ledger().add(entry(1));
  expect(failures).toEqual(['ELOOP']);
  expect(await readFile(other, 'utf8')).toBe('mine');
});
