/** The command line of the package, as JavaScript: its packages are bundled, so that an install brings none of them. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { PAGE_OPTIONS, PAGES } from './build-pages.ts';
import { writeLicenses } from './licenses.ts';
import { NODE_MINIMUM } from './package-manifest.ts';

/** In the package the functions and the pages are built already. */
const prebuilt: Plugin = {
  name: 'prebuilt',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/scripts\/build(-pages)?\.ts$/ }, ({ path }) => ({
      path: join(import.meta.dirname, basename(path).replace('build', 'prebuilt')),
    })),
};

/** A message names a page as who has installed the package finds it; what `acceptance` names is for an issue. */
const installedPages: Plugin = {
  name: 'installed-pages',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/(cli|lambda\/destinations)\/.*\.ts$/ }, async ({ path }) =>
      path.includes('/cli/acceptance/')
        ? undefined
        : { contents: installedPage(await readFile(path, 'utf8')), loader: 'ts' },
    ),
};

const installedPage = (code: string) =>
  code.replaceAll(/\b(docs\/[\w-]+\.md|README\.md)\b/g, 'node_modules/auth0-logs-to-azure/$1');

/** Bundled packages of the older kind call `require` for parts of Node. https://github.com/evanw/esbuild/pull/2067 */
const REQUIRE = `import{createRequire as toRequire}from'node:module';const require=toRequire(import.meta.url);`;

const [major = 0, minor = 0] = NODE_MINIMUM;
/** Loads nothing before it has looked at Node: an older one would print a stack trace. */
const START = `#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > ${major} || (major === ${major} && minor >= ${minor})) {
  await import('./main.js');
} else {
  console.error(\`error: Node \${process.versions.node} is too old; allowed: ${major}.${minor} or newer; install a newer Node\`);
  process.exitCode = 2;
}
`;

/**
 * Writes `<folder>/cli/`: main.js, files for what several commands share, the pages, and the licenses of all that is bundled.
 * `outside` stays outside: packages that are installed beside this one.
 */
export async function packageCli(folder: string, root: string, outside: readonly string[]): Promise<void> {
  const outdir = join(folder, 'cli');
  const { metafile } = await build({
    absWorkingDir: root,
    // The second is started by the demo, as a process of its own.
    entryPoints: [
      { in: 'cli/main.ts', out: 'main' },
      { in: 'simulator/aws/lambda-host-child.ts', out: 'lambda-host-child' },
    ],
    outdir,
    bundle: true,
    // A command loads what it needs, no more.
    splitting: true,
    chunkNames: 'part-[hash]',
    platform: 'node',
    target: `node${NODE_MINIMUM.join('.')}`,
    format: 'esm',
    mainFields: ['module', 'main'],
    external: [...outside],
    plugins: [prebuilt, installedPages],
    // The AWS SDK loads it in a browser alone.
    alias: { bowser: join(import.meta.dirname, 'no-browser.ts') },
    banner: { js: REQUIRE },
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  const pages = await build({
    ...PAGE_OPTIONS,
    entryPoints: Object.entries(PAGES).map(([out, file]) => ({ in: file, out })),
    outdir: join(outdir, 'pages'),
    splitting: true,
    chunkNames: 'part-[hash]',
    metafile: true,
    logLevel: 'warning',
  });
  const outputs = { ...metafile.outputs, ...pages.metafile.outputs };
  await writeFile(join(outdir, 'meta.json'), JSON.stringify({ ...metafile, outputs }));
  await writeLicenses(outdir, root);
  await rm(join(outdir, 'meta.json'));
  await writeFile(join(outdir, 'auth0-logs-to-azure.mjs'), START, { mode: 0o755 });
}
