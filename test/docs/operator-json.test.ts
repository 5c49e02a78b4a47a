/** The keys of JSON that docs/operating.md names, in what is printed of a stack with dead letters, and on a machine of one's own. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { page } from './pages.ts';
import { openLocalScene, openStackScene, type Scene } from './scenes.ts';

let scene: Scene;
let local: Scene;
beforeAll(async () => {
  [scene, local] = await Promise.all([openStackScene(), openLocalScene()]);
  for (const situation of ['well', 'dead letters']) await scene.enter(situation);
  await local.enter('local');
});
afterAll(() => Promise.all([scene.close(), local.close()]));

test.each([
  ['status', ['status']],
  ['doctor', ['doctor']],
  ['replay', ['replay --list', 'replay --dry-run']],
  ['checkpoint', ['checkpoint get', 'checkpoint set 1h --dry-run']],
  ['audit', ['audit --from 4h', 'audit --from 4h --stored']],
  ['backfill', ['backfill --from 2h --to 1h']],
  ['dry-run', ['dry-run --from 1h']],
])('what --json of %s prints has every key that the page names', (title, commands) =>
  hasKeysOfPage(scene, title, commands),
);

test.each([
  ['run', ['run --config config.json --secrets secrets.json --once']],
  ['validate', ['validate config.json']],
  ['azure outputs', ['azure outputs outputs.json --domain acme.eu.auth0.com']],
  ['demo', ['demo --logs 100']],
])('and so has that of %s, which needs no stack', (title, commands) => hasKeysOfPage(local, title, commands));

/** Each command prints one document, and the keys that the page's section names are in one or the other. */
async function hasKeysOfPage(where: Scene, title: string, commands: readonly string[]): Promise<void> {
  const [section = ''] = page('operating.md').split(`\n## ${title}\n`)[1]?.split('\n## ') ?? [];
  const keys = [...section.matchAll(/`((?:\.\w+(?:\[\])?)+)`/g)].map(([, key]) => key!);
  expect(keys.length).toBeGreaterThan(5);
  const printed = await Promise.all(
    commands.map(one => where.shell(`npx auth0-logs-to-azure ${one} --json 2>/dev/null`)),
  );
  const documents = printed.map(({ text }): unknown => JSON.parse(text));
  expect(keys.filter(key => !documents.some(document => has(document, key)))).toEqual([]);
}

/** Whether there is such a key; `[]` stands for some element, where there is one. */
function has(value: unknown, path: string): boolean {
  const [, key, list, rest = ''] = /^\.(\w+)(\[\])?(.*)$/.exec(path) ?? [];
  if (key === undefined) return true;
  const inner: unknown = Object(value)[key];
  if (!list) return inner !== undefined && has(inner, rest);
  return Array.isArray(inner) && (inner.length === 0 || inner.some(one => has(one, rest)));
}
