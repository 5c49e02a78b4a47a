/** Files that are on the disk, and not only on their way there, before anybody relies on them. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
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

/** Undefined for what is not there; every other error is thrown on. */
export function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
