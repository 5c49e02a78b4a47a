/** What docs/operating.md shows of a deployed stack. */
import { expect, test } from 'vitest';
import { printsWhatIsShown } from './prints.ts';
import { openStackScene, SITUATIONS } from './scenes.ts';
import { shown } from './terminal.ts';

printsWhatIsShown(openStackScene, SITUATIONS.stack);

test('every situation that the page shows is one that is made', () => {
  const situations = new Set(shown('operating.md').map(({ situation }) => situation));
  expect([...situations].sort()).toEqual(Object.values(SITUATIONS).flat().sort());
});
