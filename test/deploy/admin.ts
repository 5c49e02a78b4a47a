/** Somebody who may change the stack, at a shell with the AWS CLI. */
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runToEnd } from '../../simulator/aws/ministack/child.ts';
import type { MiniStack } from '../../simulator/aws/ministack/server.ts';
import { mustBe } from './checks.ts';

export interface Admin {
  /** Where the shell is. */
  readonly folder: string;
  /** Types it into bash, and returns what it printed. Throws unless it succeeds. */
  type(command: string): Promise<string>;
}

export interface AdminOptions {
  readonly aws: MiniStack;
  /** Folder of the program `aws`. */
  readonly programs: string;
  readonly scratch: string;
  readonly signal: AbortSignal;
}

export async function startAdmin({ aws, programs, scratch, signal }: AdminOptions): Promise<Admin> {
  const folder = join(scratch, 'admin');
  await mkdir(folder);
  // The AWS CLI 1 does not heed AWS_ENDPOINT_URL for SQS.
  const program = `#!/bin/sh\nexec '${join(programs, 'aws')}' --endpoint-url '${aws.endpoint}' "$@"\n`;
  await writeFile(join(folder, 'aws'), program, { mode: 0o755 });
  const { AWS_REGION = '' } = aws.env;
  const env = {
    ...aws.env,
    // The AWS CLI reads this name.
    AWS_DEFAULT_REGION: AWS_REGION,
    PATH: [folder, process.env['PATH']].join(delimiter),
    HOME: folder,
    TMPDIR: folder,
  };
  return {
    folder,
    type: async command => {
      const { end, output, stdout } = await runToEnd('bash', ['-c', command], { env, cwd: folder, signal });
      mustBe(end === 0, `${command}\nended with ${end}:\n${output}`);
      return stdout;
    },
  };
}
