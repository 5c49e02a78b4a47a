import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsIn, DOCS, page } from './pages.ts';

const PAGES = [
  '../CHANGELOG.md',
  '../CONTRIBUTING.md',
  '../README.md',
  '../SECURITY.md',
  'azure.md',
  'configuration.md',
  'migrating.md',
  'operating.md',
  'runbook.md',
  'setup.md',
];

test.each(PAGES)('every link of %s within the project leads to a file, and to a heading of it', name => {
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
