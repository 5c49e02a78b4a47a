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
import { packagePage, repositoryOf } from './package-pages.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'dist/package');
/** Of the tarball. */
const MAX_BYTES = 1_000_000;
/** Pages about the project, and not about its use. */
const OF_REPOSITORY = ['performance.md', 'releasing.md'];
/** Pages too, since errors and README name them: see package-pages.ts. */
const COPIED = [
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'SECURITY.md',
  'config.example.json',
  'config.schema.json',
  'cdk.json',
  'azure/template.json',
  'docs/images/flow.svg',
  // What docs/service.md installs.
  'Dockerfile',
  'service/auth0-logs-to-azure.service',
  ...readdirSync(join(ROOT, 'docs'))
    .filter(name => name.endsWith('.md') && !OF_REPOSITORY.includes(name))
    .map(name => `docs/${name}`),
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
  const project = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const manifest = packageManifest(project);
  writePages(repositoryOf(project));
  writeExample();
  for (const path of ['azure/template.json', 'config.schema.json']) {
    const file = join(FOLDER, path);
    writeFileSync(file, JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))));
  }
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

/** Over the copies. */
function writePages(repository: string | undefined): void {
  const held = (path: string) => existsSync(join(FOLDER, path)) || path === 'package.json';
  for (const path of COPIED.filter(one => one.endsWith('.md') && held(one))) {
    const file = join(FOLDER, path);
    writeFileSync(file, packagePage(path, readFileSync(file, 'utf8'), held, repository));
  }
}

/** The example is copied into a project, from where its schema is found. */
function writeExample(): void {
  const file = join(FOLDER, 'config.example.json');
  const schema = './node_modules/auth0-logs-to-azure/config.schema.json';
  writeFileSync(file, readFileSync(file, 'utf8').replace('./config.schema.json', schema));
}

/** Internal types, which no app imports: an editor shows no comment of theirs. */
const INTERNAL = /[\\/]lambda[\\/](core|destinations)[\\/].*\.d\.ts$/;

/** Without comments and line breaks; names stay. The public types keep their comments. */
function shorten(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (INTERNAL.test(path))
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/^\s*\/\*\*.*?\*\/\n/gms, ''));
    if (!name.endsWith('.js')) continue;
    writeFileSync(path, shortCode(readFileSync(path, 'utf8')));
  }
}

/** Node prints the line that throws: of an error for the app's author, it is to be one statement. */
export function shortCode(source: string): string {
  const minifyWhitespace = !source.includes('throw new ConfigError');
  return transformSync(source, { minifyWhitespace, format: 'esm' }).code;
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
