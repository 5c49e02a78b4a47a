import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

// The tests start Node some hundreds of times: what one process has compiled, the next one need not.
process.env['NODE_COMPILE_CACHE'] ??= resolve(import.meta.dirname, 'node_modules/.cache/node');

/**
 * What keeps nothing outside of its tests: its files share a process, and load only once what takes longest, such as CDK and
 * its rules for templates, which every synth is held against.
 */
const PURE = ['alarms', 'azure', 'cdk', 'config', 'core', 'destinations', 'edges'].map(
  folder => `test/${folder}/**/*.test.ts`,
);
const NEVER = ['test/deploy/**', 'test/package/**', 'node_modules/**'];

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'pure', include: PURE, isolate: false, globalSetup: 'test/cdk/folder.ts' },
      },
      { extends: true, test: { name: 'real', include: ['test/**/*.test.ts'], exclude: [...NEVER, ...PURE] } },
    ],
    exclude: NEVER,
    // One a processor: most of the time is that of the commands and functions that the tests start and wait for.
    maxWorkers: '100%',
    // For what hangs; a slow machine is no fault.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['default'],
  },
});
