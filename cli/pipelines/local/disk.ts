/** Whether a run can write to the disk of a state directory. Writes nothing itself. */
import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import type { Stopped } from '../operated.ts';

/** Three failed batches of 256 KiB, as many as are put aside at once, and the checkpoint. */
const LEAST_FREE_BYTES = 1024 * 1024;

const MEANWHILE = 'no log is lost: a run that cannot save its checkpoint ships the same logs again';

/** None when the directory is not there yet, or when its file system does not say. */
export async function diskFaults(directory: string): Promise<Stopped[]> {
  const stopped = (what: string, text: string, remedy: string): Stopped[] => [
    { what, text: `${text} (${directory})`, remedy: `${remedy}; ${MEANWHILE}`, runbook: 'run-errors' },
  ];
  try {
    // The user of `run` may have other permissions; only a read-only file system affects every user.
    await access(directory, constants.W_OK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EROFS') {
      const text = 'the state directory is on a read-only file system';
      return stopped('the state directory is read-only', text, 'mount it writable');
    }
  }
  const disk = await statfs(directory).catch(() => undefined);
  if (!disk || disk.blocks === 0 || disk.bavail * disk.bsize >= LEAST_FREE_BYTES) return [];
  const text = `the disk of the state directory has ${disk.bavail * disk.bsize} bytes left`;
  return stopped('the disk of the state directory is full', text, 'free space on it');
}
