/** What the matrix refuses and the house does all the same, each with its reason. One that nothing needs any more fails. */
import type { Exception } from './judge.ts';
import { COMPUTED } from './sources.ts';

export const EXCEPTIONS: readonly Exception[] = [
  {
    from: 'cli/demo/world.ts',
    to: 'scripts/build.ts',
    because: 'it plays the functions as they are deployed',
  },
  {
    from: 'cli/web/server.ts',
    to: 'scripts/build-pages.ts',
    because: 'in a checkout it bundles the page that it serves',
  },
  {
    from: 'scripts/mutation.ts',
    to: 'test/edges/*',
    because: 'it names the tests that it runs; it imports none',
  },
  { from: 'bench/client-process.ts', to: COMPUTED, because: 'it is told which bundle to measure' },
  { from: 'bench/cold-start.ts', to: COMPUTED, because: 'it is told which bundle to measure' },
  { from: 'simulator/aws/lambda-host-child.ts', to: COMPUTED, because: 'it is told which bundle to run' },
  { from: 'simulator/aws/queues.ts', to: COMPUTED, because: 'its package does not export that part' },
];
