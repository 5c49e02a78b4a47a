/**
 * `npm run package`: the npm package, in dist/package/, and its tarball beside it, dist/auth0-logs-to-azure-VERSION.tgz.
 * Its tree is that of the project, so that a path from a file to another is the same in both.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { transformSync } from 'esbuild';
import { bundle, FUNCTIONS } from './build.ts';
import { writeLicenses } from './licenses.ts';
import { packageCli } from './package-cli.ts';
import { OUTSIDE, packageManifest } from './package-manifest.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'dist/package');
/** Of the tarball. */
const MAX_BYTES = 1_000_000;
/** Taken as they are; the pages too, since errors and README name them. */
const COPIED = [
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'SECURITY.md',
  'config.example.json',
  'config.schema.json',
  'cdk.json',
  'azure/template.json',
  ...readdirSync(join(ROOT, 'docs')).flatMap(name => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

export interface Packed {
  readonly filename: string;
  /** Bytes of the tarball. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Writes folder and tarball. Throws Error when something does not compile, or the tarball is too large. */
export async function makePackage(): Promise<Packed> {
  rmSync(FOLDER, { recursive: true, force: true });
  await bundle(FUNCTIONS, join(FOLDER, 'dist'), ROOT, true);
  await writeLicenses(join(FOLDER, 'dist'), ROOT);
  rmSync(join(FOLDER, 'dist/meta.json'));
  await packageCli(FOLDER, ROOT, OUTSIDE);
  call('node_modules/.bin/tsc', '-p', 'tsconfig.package.json');
  for (const folder of ['cdk', 'lambda']) shorten(join(FOLDER, folder));
  for (const path of COPIED) {
    if (!existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(FOLDER, path)), { recursive: true });
    cpSync(join(ROOT, path), join(FOLDER, path));
  }
  const template = join(FOLDER, 'azure/template.json');
  writeFileSync(template, JSON.stringify(JSON.parse(readFileSync(template, 'utf8'))));
  const manifest = packageManifest(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  writeFileSync(join(FOLDER, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  const printed = call('npm', 'pack', FOLDER, '--json', '--pack-destination', join(ROOT, 'dist'));
  const packed = packedIn(printed);
  if (packed.size > MAX_BYTES) {
    throw new Error(
      `${packed.filename}: ${packed.size} bytes; allowed: ${MAX_BYTES}; look at dist/package for what grew`,
    );
  }
  return packed;
}

/** Without comments and line breaks; names stay. The types keep their comments. */
function shorten(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue;
    const path = join(folder, name);
    const { code } = transformSync(readFileSync(path, 'utf8'), { minifyWhitespace: true, format: 'esm' });
    writeFileSync(path, code);
  }
}

/** What `npm pack --json` prints: a list, or since npm 12 an object by name. */
function packedIn(printed: string): Packed {
  const [packed] = Object.values(JSON.parse(printed) as Record<string, Packed>);
  return packed!;
}

/** Returns what a program printed. Throws Error with it when the program fails. */
function call(program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

async function main(): Promise<void> {
  const { filename, size, unpackedSize, files } = await makePackage();
  const parts = Map.groupBy(files, ({ path }) => (path.includes('/') ? `${path.split('/')[0]}/` : path));
  for (const [part, within] of parts) {
    const bytes = within.reduce((sum, file) => sum + file.size, 0);
    console.log(
      `${part.padEnd(20)} ${String(within.length).padStart(4)} files ${kilobytes(bytes).padStart(9)}`,
    );
  }
  console.log(
    `dist/${filename}: ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked, ${files.length} files`,
  );
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1000)} kB`;
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
