import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { DOCS, page } from './pages.ts';

/** What Markdown makes of a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

const anchorsIn = (text: string) =>
  [...text.replaceAll(/^ *```.*?^ *```$/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    anchor(heading!),
  );

test.each(['configuration.md', 'migrating.md', 'setup.md', 'azure.md'])(
  'every link of %s within the project leads to a file, and to a heading of it',
  name => {
    const links = [...page(name).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => link!)
      .filter(link => !/^https?:/.test(link));
    expect(links.length).toBeGreaterThan(5);
    const broken = links.filter(link => {
      const [file = '', heading] = link.split('#');
      const path = file === '' ? join(DOCS, name) : join(DOCS, dirname(name), file);
      return !existsSync(path) || (heading && !anchorsIn(readFileSync(path, 'utf8')).includes(heading));
    });
    expect(broken).toEqual([]);
  },
);
