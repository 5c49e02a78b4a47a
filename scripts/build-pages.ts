/** Bundles the pages that commands serve (cli/web/): in a checkout when a command starts, for the package once. */
import { resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');

/** Each page and the file that it begins with. */
export const PAGES = {
  status: 'cli/status/page/main.tsx',
  demo: 'cli/demo/page/main.tsx',
} as const;

export type PageName = keyof typeof PAGES;

/** What a browser loads. */
export interface PageFile {
  readonly type: 'text/javascript' | 'text/css';
  readonly text: string;
}

/** For esbuild: the types of JSX and the libraries are Preact's, as tsconfig.json of cli/web/page/ says. */
export const PAGE_OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  platform: 'browser',
  // https://web-platform-dx.github.io/web-features/: what every browser has since 2023.
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  legalComments: 'none',
  logLevel: 'silent',
} satisfies BuildOptions;

/** The files of a page by name: `<page>.js` and `<page>.css`. Throws esbuild's BuildFailure. */
export async function buildPage(page: PageName): Promise<ReadonlyMap<string, PageFile>> {
  const { outputFiles } = await build({
    ...PAGE_OPTIONS,
    entryPoints: [{ in: PAGES[page], out: page }],
    outdir: '/',
    write: false,
  });
  return new Map(outputFiles.map(({ path, text }) => [path.slice(1), fileOf(path, text)]));
}

/** By its name's end. */
export const fileOf = (name: string, text: string): PageFile => ({
  type: name.endsWith('.css') ? 'text/css' : 'text/javascript',
  text,
});
