import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packagePage, repositoryOf } from '../../scripts/package-pages.ts';
import { danglingIn } from './pages.ts';

const held = (path: string) => ['README.md', 'docs/setup.md', 'azure/template.json'].includes(path);
const page = (text: string, repository?: string) => packagePage('docs/setup.md', text, held, repository);

describe('a link of a page in the package', () => {
  test('to what the package holds, to the web, and within the page stays', () => {
    const text =
      '[a](../README.md#x), [b](https://example.com/x.md), [c](#here), [d](../azure/template.json)';
    expect(page(text)).toBe(text);
  });

  test('to what is in the repository alone becomes its path', () => {
    expect(page('see [decision 4](decisions/004.md#why) and [`x.ts`](../cdk/x.ts)')).toBe(
      'see decision 4 (`docs/decisions/004.md`) and `cdk/x.ts`',
    );
  });

  test('becomes an address once the project names its repository', () => {
    const repository = repositoryOf({
      version: '1.2.3',
      repository: { url: 'git+https://github.com/o/n.git' },
    });
    expect(repository).toBe('https://github.com/o/n/blob/v1.2.3');
    expect(page('[x](decisions/004.md#why)', repository)).toBe(
      '[x](https://github.com/o/n/blob/v1.2.3/docs/decisions/004.md#why)',
    );
    expect(repositoryOf({ version: '1.2.3' })).toBeUndefined();
  });

  test('to a picture becomes what it shows', () => {
    expect(page('<img src="images/x.svg" width="9" alt="A flow.">\n![B](images/y.png)')).toBe(
      '_A flow._\n_B_',
    );
  });
});

describe('a package with pages that name what it does not hold', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pages-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  test.each([
    ['a link', 'See [x](no.md#a).', 'docs/p.md: no.md'],
    ['a picture', '<img src="images/x.svg">', 'docs/p.md: images/x.svg'],
    ['a file of a command', 'Do:\n\n```sh\naz x -f azure/no.json\n```\n', 'docs/p.md: azure/no.json'],
    [
      'a file of the installed package',
      'Do:\n\n```sh\nT=node_modules/auth0-logs-to-azure/azure/no.json\n```\n',
      'docs/p.md: node_modules/auth0-logs-to-azure/azure/no.json',
    ],
    ['a command of a clone', 'Do:\n\n```sh\nnpm run build\n```\n', 'docs/p.md: npm run build'],
  ])('is found out by %s', (_, text, found) => {
    write('docs/p.md', text);
    expect(danglingIn(folder)).toEqual([found]);
  });

  test('is not one if all is there', () => {
    write('azure/template.json', '{}');
    const installed = 'node_modules/auth0-logs-to-azure/azure/template.json';
    write(
      'p.md',
      `[t](azure/template.json)\n\nIn a clone:\n\n\`\`\`sh\nnpm ci\naz -f ${installed} > outputs.json\n\`\`\`\n`,
    );
    expect(danglingIn(folder)).toEqual([]);
  });
});
