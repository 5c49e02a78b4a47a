/** Files that are on the disk, and not only on their way there, before anybody relies on them. */
import { randomUUID } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Names that begin so are unfinished and nobody's business. */
const UNFINISHED = '.unfinished-';

/** Writes the file, whole or not at all, in place of what was there. Rejects when it is not on the disk. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const unfinished = await writeBeside(path, text);
  try {
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Writes the file, whole or not at all; false, and nothing is done, when there is one already. */
export async function createFile(path: string, text: string): Promise<boolean> {
  const unfinished = await writeBeside(path, text);
  try {
    // Unlike a renaming, a link never takes another file's place: of two writers exactly one succeeds.
    await link(unfinished, path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
  await syncDirectory(dirname(path));
  return true;
}

/** Moves a file, which takes the place of one at `to`. Rejects when the move is not on the disk. */
export async function moveFile(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
}

async function writeBeside(path: string, text: string): Promise<string> {
  const unfinished = join(dirname(path), `${UNFINISHED}${basename(path)}-${randomUUID()}`);
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return unfinished;
}

/** A new name is on the disk only when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory, and writes names through by itself.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Whether it says that there is no such file or directory. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Undefined for what is not there; every other error is thrown on. */
export function ignoreMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
