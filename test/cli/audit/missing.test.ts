/** What is written of missing logs, and what never is, for `--ids`; and what is to be shipped. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { idsFile, joined, missingSpans } from '../../../cli/audit/missing.ts';
import { replaceFile } from '../../../cli/terminal/durable-file.ts';
import { logIdAt } from '../../../simulator/auth0/tenant.ts';

let directory: string;
let path: string;
let other: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ids-'));
  path = join(directory, 'missing.txt');
  other = join(directory, 'other');
  await writeFile(other, 'mine');
});
afterEach(() => rm(directory, { recursive: true }));

function write(): void {
  const file = idsFile(path);
  file.add('900');
  file.keep();
}

test('is there when it is whole, in place of the one before and of what a killed audit left', async () => {
  await writeFile(path, 'old');
  await writeFile(`${path}.part`, 'half');
  await chmod(`${path}.part`, 0o644);
  const file = idsFile(path);
  file.add('900');
  expect(await readFile(path, 'utf8')).toBe('old');
  file.keep();
  expect(await readFile(path, 'utf8')).toBe('900\n');
  idsFile(path).discard();
  expect(await readFile(path, 'utf8')).toBe('900\n');
  expect((await readdir(directory)).sort()).toEqual(['missing.txt', 'other']);
});

test.each(['', '.part'])(
  'a link at "missing.txt%s" is not followed, nor put out of the way',
  async suffix => {
    for (const target of [other, join(directory, 'nowhere')]) {
      await symlink(target, path + suffix);
      expect(write).toThrow(`${path + suffix} is a symbolic link; choose another file`);
      await rm(path + suffix);
    }
    expect(await readFile(other, 'utf8')).toBe('mine');
    expect(await readdir(directory)).toEqual(['other']);
  },
);

test.each(['', '.part'])('what is no file at "missing.txt%s" is refused at once', async suffix => {
  await mkdir(path + suffix);
  expect(write).toThrow('is not a regular file');
  await rm(path + suffix, { recursive: true });
  // Opening a pipe would wait for a reader.
  if (spawnSync('mkfifo', [path + suffix]).status === 0) expect(write).toThrow('is not a regular file');
});

test('a file that is replaced takes the place of a link, and leaves alone what it leads to', async () => {
  await symlink(other, path);
  await replaceFile(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect(await readFile(other, 'utf8')).toBe('mine');
});

const AT_MS = Date.parse('2026-03-01T12:00:00.500Z');
const at = (seconds: number) => AT_MS + seconds * 1000;
const id = (seconds: number) => logIdAt(at(seconds), '7');
const WINDOW = { fromMs: at(-100), toMs: at(10_000) };
const shown = (spans: readonly { fromMs: number; toMs: number }[]) =>
  spans.map(({ fromMs, toMs }) => [fromMs, toMs].map(ms => new Date(ms).toISOString().slice(11, 19)));

test('missing logs near each other are shipped by one command, in whole seconds', () => {
  const spans = missingSpans();
  for (const seconds of [0, 1, 500, 2000]) spans.add(id(seconds));
  expect(shown(spans.all([], WINDOW))).toEqual([
    ['12:00:00', '12:08:21'],
    ['12:33:20', '12:33:21'],
  ]);
});

test('what is unsure is shipped too, as far as it lies in the window', () => {
  const spans = missingSpans();
  spans.add(id(3000));
  const unsure = (after: number, last: number) => ({
    afterLogId: id(after),
    lastLogId: id(last),
    logs: 9,
    atLeastMissing: 0,
  });
  expect(shown(spans.all([unsure(-5000, 20), unsure(2900, 3100), unsure(9000, 99_999)], WINDOW))).toEqual([
    ['11:58:20', '12:00:21'],
    ['12:48:20', '12:51:41'],
    ['14:30:00', '14:46:41'],
  ]);
});

test('spans become one only if nearly all logs are lost, so that few others are shipped again', () => {
  const spans = [
    { fromMs: 0, toMs: 1000 },
    { fromMs: 900_000, toMs: 901_000 },
    { fromMs: 1_800_000, toMs: 1_801_000 },
  ];
  expect(joined(spans, 90, 10)).toEqual([{ fromMs: 0, toMs: 1_801_000 }]);
  expect(joined(spans, 89, 11)).toEqual(spans);
  expect(joined([], 0, 10)).toEqual([]);
});
