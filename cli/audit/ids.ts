/** The file of `--ids`: every missing log id, one a line. */
import { closeSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { UsageError } from '../terminal/errors.ts';

export interface IdsFile {
  add(logId: string): void;
  /** It is whole. */
  keep(): void;
  discard(): void;
}

/**
 * Is there under its own name only once it is whole. Throws UsageError when it cannot be written, or when there is
 * something other than a file under its name: a link may lead to a file that nobody means to lose.
 */
export function idsFile(path: string): IdsFile {
  const part = `${path}.part`;
  const trying = <T>(write: () => T): T => {
    try {
      return write();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      throw new UsageError(
        `--ids is "${path}", which cannot be written (${code}); choose another file`,
        error,
      );
    }
  };
  for (const name of [path, part]) {
    const present = trying(() => lstatSync(name, { throwIfNoEntry: false }));
    if (present === undefined || present.isFile()) continue;
    const what = present.isSymbolicLink() ? 'a symbolic link' : 'no regular file';
    throw new UsageError(
      `--ids is "${path}", and ${name} is ${what}, which is not followed; choose another file`,
    );
  }
  const file = trying(() => {
    // What a run before left behind; whoever puts something there now is refused.
    rmSync(part, { force: true });
    return openSync(part, 'wx', 0o600);
  });
  return {
    add: (logId: string) => void trying(() => writeSync(file, `${logId}\n`)),
    keep: () => {
      closeSync(file);
      trying(() => renameSync(part, path));
    },
    discard: () => {
      closeSync(file);
      rmSync(part, { force: true });
    },
  };
}
