/** Files that are safely on the disk before the caller continues. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The prefix of unfinished files, which nothing reads. */
const UNFINISHED = '.unfinished-';

/** Replaces the file atomically. Rejects when it is not on the disk. */
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
  // Windows cannot open a directory, and persists names automatically.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Undefined for a missing file. Rethrows every other error. */
export function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
