/** The keys of JSON that docs/operating.md names, in what is printed of a stack with dead letters. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { page } from './pages.ts';
import { openStackScene, type Scene } from './scenes.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openStackScene();
  for (const situation of ['well', 'dead letters']) await scene.enter(situation);
});
afterAll(() => scene.close());

test.each([
  ['status', ['status']],
  ['doctor', ['doctor']],
  ['replay', ['replay --list', 'replay --dry-run']],
  ['checkpoint', ['checkpoint get', 'checkpoint set 1h --dry-run']],
  ['audit', ['audit --from 4h']],
  ['backfill', ['backfill --from 2h --to 1h']],
  ['dry-run', ['dry-run --from 1h']],
])('what --json of %s prints has every key that the page names', async (title, commands) => {
  const [section = ''] = page('operating.md').split(`\n## ${title}\n`)[1]?.split('\n## ') ?? [];
  const keys = [...section.matchAll(/`((?:\.\w+(?:\[\])?)+)`/g)].map(([, key]) => key!);
  expect(keys.length).toBeGreaterThan(5);
  const printed = await Promise.all(
    commands.map(one => scene.shell(`npx auth0-logs-to-azure ${one} --json 2>/dev/null`)),
  );
  const documents = printed.map(({ text }): unknown => JSON.parse(text));
  expect(keys.filter(key => !documents.some(document => has(document, key)))).toEqual([]);
});

/** Whether there is such a key; `[]` stands for some element, where there is one. */
function has(value: unknown, path: string): boolean {
  const [, key, list, rest = ''] = /^\.(\w+)(\[\])?(.*)$/.exec(path) ?? [];
  if (key === undefined) return true;
  const inner: unknown = Object(value)[key];
  if (!list) return inner !== undefined && has(inner, rest);
  return Array.isArray(inner) && (inner.length === 0 || inner.some(one => has(one, rest)));
}
