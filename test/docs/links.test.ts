import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsIn, blocks, DOCS, PAGES, page, ROOT } from './pages.ts';

const LINKED = ['../CHANGELOG.md', ...PAGES];

test.each(LINKED)('every link of %s within the project leads to a file, and to a heading of it', name => {
  const links = [...page(name).matchAll(/(?:\]\(|src=")([^)"\s]+)[)"]/g)]
    .map(([, link]) => link!)
    .filter(link => !/^https?:/.test(link));
  expect(links.length).toBeGreaterThan(1);
  const broken = links.filter(link => {
    const [file = '', heading] = link.split('#');
    const path = file === '' ? join(DOCS, name) : join(DOCS, dirname(name), file);
    return !existsSync(path) || (heading && !anchorsIn(readFileSync(path, 'utf8')).includes(heading));
  });
  expect(broken).toEqual([]);
});

test('every import of an example in TypeScript is exported by the package', () => {
  const imported = PAGES.flatMap(name => blocks(name, 'ts')).flatMap(({ text }) =>
    [...text.matchAll(/\{([^}]+)\} from 'auth0-logs-to-azure'/g)].flatMap(([, names]) => names!.split(',')),
  );
  const exported = readFileSync(join(ROOT, 'cdk/api.ts'), 'utf8').match(/\w+/g)!;
  expect(imported.length).toBeGreaterThan(1);
  expect(imported.filter(name => !exported.includes(name.trim()))).toEqual([]);
});
