/** In the package this stands for build-pages.ts: its folder cli/pages/ was written when the package was made. See package-cli.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PageFile, PageName } from './build-pages.ts';

const FOLDER = fileURLToPath(new URL('pages/', import.meta.url));

/** All files of all pages: a page loads what it shares with another. */
export async function buildPage(_page: PageName): Promise<ReadonlyMap<string, PageFile>> {
  return new Map(
    readdirSync(FOLDER).map(name => [
      name,
      {
        type: name.endsWith('.css') ? ('text/css' as const) : ('text/javascript' as const),
        text: readFileSync(FOLDER + name, 'utf8'),
      },
    ]),
  );
}
