/**
 * The commands of the operator's pages work as they stand there, against a stack with dead letters. Those with output on
 * the page are run by operating.test.ts.
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocks } from './pages.ts';
import { openStackScene, type Scene } from './scenes.ts';
import { shown } from './terminal.ts';

const hasJq = spawnSync('jq', ['--version']).error === undefined;
let scene: Scene;
beforeAll(async () => {
  scene = await openStackScene();
  for (const situation of ['well', 'dead letters']) await scene.enter(situation);
});
afterAll(() => scene.close());

const isShown = new Set(shown('operating.md').map(({ command }) => `${command}\n`));
const scripts = ['operating.md', 'runbook.md']
  .flatMap(name => blocks(name, 'sh'))
  .filter(({ text }) => !text.startsWith('# needs ') && !isShown.has(text));
test.skipIf(!hasJq).each(scripts.map(({ where, text }) => [where, text]))(
  'the commands of %s work: %s',
  async (_, script) => {
    const { code, text } = await scene.shell(script);
    const errors = text.split('\n').filter(line => /^(error|jq|bash): /.test(line));
    // There is no terminal here: what asks before it does something gets this far.
    expect(errors.filter(line => !line.includes('confirmation needs a'))).toEqual([]);
    expect([0, 1, ...(errors.length > 0 ? [2] : [])], text).toContain(code);
  },
);
