/** What vitest does around all tests of CDK: their processes have no end of their own at which to remove what they wrote. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes the folder that synth.ts writes into. Returns what removes it. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'test-cdk-'));
  process.env['TEST_CDK_FOLDER'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
