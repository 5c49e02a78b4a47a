/** What is written, and what never is, for `--ids`. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { idsFile } from '../../../cli/audit/ids.ts';
import { createFile, replaceFile } from '../../../cli/terminal/durable-file.ts';

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
      expect(write).toThrow(
        `${path + suffix} is a symbolic link, which is not followed; choose another file`,
      );
      await rm(path + suffix);
    }
    expect(await readFile(other, 'utf8')).toBe('mine');
    expect(await readdir(directory)).toEqual(['other']);
  },
);

test.each(['', '.part'])('what is no file at "missing.txt%s" is refused at once', async suffix => {
  await mkdir(path + suffix);
  expect(write).toThrow('is no regular file');
  await rm(path + suffix, { recursive: true });
  // Opening a pipe would wait for a reader.
  if (spawnSync('mkfifo', [path + suffix]).status === 0) expect(write).toThrow('is no regular file');
});

test('the files of the state directory take the place of a link, and leave alone what it leads to', async () => {
  await symlink(other, path);
  expect(await createFile(path, 'new')).toBe(false);
  await replaceFile(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect(await readFile(other, 'utf8')).toBe('mine');
});
