/** What docs/operating.md shows of a stack of which logs were skipped, and of a machine without AWS. */
import { describe } from 'vitest';
import { printsWhatIsShown } from './prints.ts';
import { openLocalScene, openStackScene, SITUATIONS } from './scenes.ts';

describe('after a checkpoint was set by hand', () => printsWhatIsShown(openStackScene, SITUATIONS.skipped));
describe('without AWS', () => printsWhatIsShown(openLocalScene, SITUATIONS.local));
