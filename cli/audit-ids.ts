/** The file of `--ids`: every missing log id, one a line. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { UsageError } from './errors.ts';

export interface IdsFile {
  add(logId: string): void;
  /** It is whole. */
  keep(): void;
  discard(): void;
}

/** Is there under its own name only once it is whole. Throws UsageError when it cannot be written. */
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
  const file = trying(() => openSync(part, 'w', 0o600));
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
