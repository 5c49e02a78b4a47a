/** Bundles the functions: `node scripts/build.ts` writes dist/{ship,replay,guard}/index.mjs and dist/licenses.txt. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { writeLicenses } from './licenses.ts';

const ROOT = resolve(import.meta.dirname, '..');
const PIPELINE = { ship: 'lambda/ship-handler.ts', replay: 'lambda/replay-handler.ts' };
/** All that is deployed. */
export const FUNCTIONS = { ...PIPELINE, guard: 'lambda/guard-handler.ts' };

/**
 * Keeps Node's own `fetch`, which nothing here uses, from being loaded: a fifth of the processor time of a cold start. To import `node:http` is
 * to read all that it exports, such as the WebSocket that comes with `fetch`.
 * https://nodejs.org/docs/latest-v24.x/api/process.html#processgetbuiltinmoduleid
 */
const WITHOUT_FETCH: Plugin = {
  name: 'without-fetch',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(node:)?http$/ }, () => ({ path: 'http', namespace: 'builtin' }));
    onLoad({ filter: /^http$/, namespace: 'builtin' }, () => ({
      contents: `const http = process.getBuiltinModule('node:http');
        export default http;
        export const { Agent, request } = http;`,
    }));
  },
};

/**
 * Bundles each entry of `entries` (name → source file, from `root`) to `<outdir>/<name>/index.mjs`, with its source
 * map, its licenses, and `<outdir>/meta.json` for all. The same sources give the same bytes.
 * For the package it leaves out source maps, which the functions do not read, and what several bundles hold is once in `<outdir>/shared/`.
 * Returns the bytes of each bundle. Throws esbuild's BuildFailure, whose message holds every error with its place.
 */
export async function bundle(
  entries: Readonly<Record<string, string>>,
  outdir: string,
  root = ROOT,
  forPackage = false,
): Promise<Readonly<Record<string, number>>> {
  const names = Object.keys(entries);
  for (const name of names) await rm(join(outdir, name), { recursive: true, force: true });
  const options = {
    absWorkingDir: root,
    entryPoints: Object.entries(entries).map(([name, file]) => ({ in: file, out: `${name}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The AWS SDK's ES modules can be tree-shaken; its CommonJS modules cannot.
    mainFields: ['module', 'main'],
    plugins: [WITHOUT_FETCH],
    // The auth0 package has headers of its own where Node has none.
    define: { 'globalThis.Headers': 'undefined' },
    minify: true,
    sourcemap: !forPackage && 'linked',
    splitting: forPackage,
    chunkNames: 'shared/[hash]',
    sourcesContent: false,
    legalComments: forPackage ? 'none' : 'external',
    metafile: true,
    logLevel: 'silent',
  } satisfies BuildOptions;
  const { metafile, warnings } = await build(options);
  for (const { text, location } of warnings) console.warn(`${location?.file}:${location?.line}: ${text}`);
  await writeFile(join(outdir, 'meta.json'), JSON.stringify(metafile));
  const sizes = names.map(async name => [name, (await stat(join(outdir, name, 'index.mjs'))).size] as const);
  return Object.fromEntries(await Promise.all(sizes));
}

/** Paths of the two bundles that a pipeline runs. */
export interface Bundles {
  readonly ship: string;
  readonly replay: string;
  remove(): Promise<void>;
}

/** Bundles both into a separate folder: dist/ may be stale, or in use by a deployment. */
export async function buildFunctions(): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), 'auth0-logs-to-azure-functions-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await bundle(PIPELINE, folder);
  } catch (error) {
    await remove();
    throw error;
  }
  return { ship: join(folder, 'ship/index.mjs'), replay: join(folder, 'replay/index.mjs'), remove };
}

async function main(): Promise<void> {
  const sizes = await bundle(FUNCTIONS, join(ROOT, 'dist'));
  for (const [name, bytes] of Object.entries(sizes)) {
    console.log(`${`dist/${name}/index.mjs`.padEnd(24)} ${(bytes / 1024).toFixed(1).padStart(7)} KiB`);
  }
  const packages = await writeLicenses(join(ROOT, 'dist'));
  console.log(`${'dist/licenses.txt'.padEnd(24)} ${String(packages.length).padStart(7)} packages`);
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
