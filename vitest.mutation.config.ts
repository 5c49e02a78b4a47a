/** The tests that the mutants of one file are judged by: scripts/mutation.ts names them. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: process.env['MUTATION_TESTS']?.split(',') ?? [],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
