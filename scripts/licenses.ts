/** Licenses of what is bundled: `node scripts/licenses.ts` lists them from dist/meta.json and writes dist/licenses.txt. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';

/** An npm package of which some code is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** The SPDX expression from its package.json; '' if there is none. */
  readonly license: string;
  /** The complete text of its license and notice files. */
  readonly texts: readonly string[];
}

const ROOT = resolve(import.meta.dirname, '..');

/** Licenses that require only attribution. https://spdx.org/licenses/ */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
]);

/** No license text may contain these, whatever the package.json says. */
const COPYLEFT =
  /GNU (AFFERO |LESSER |LIBRARY )?GENERAL PUBLIC|MOZILLA PUBLIC LICEN[CS]E|EUROPEAN UNION PUBLIC LICEN[CS]E/i;

/** Licenses whose text names no holder, so a package without a copy can use another's. */
const MIT_0 = `MIT No Attribution

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The packages with code in any output of a build from `root`, by name and version. */
async function bundledPackages(metafile: Metafile, root: string): Promise<readonly BundledPackage[]> {
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(
    files.flatMap(file => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
  );
  const packages = await Promise.all([...folders].map(folder => readPackage(join(root, folder))));
  const byId = new Map(packages.map(one => [`${one.name}@${one.version}`, one]));
  return [...byId.keys()].sort().map(id => byId.get(id)!);
}

async function readPackage(folder: string): Promise<BundledPackage> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter(file => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')));
  return {
    name,
    version,
    license: typeof license === 'string' ? license : '',
    texts: texts.map(text => text.replaceAll('\r\n', '\n').trim()),
  };
}

/** Problems that prevent distributing the packages in a bundle: one sentence each. */
export function problemsOf(packages: readonly BundledPackage[]): readonly string[] {
  return packages.flatMap(one => {
    const who = `${one.name} ${one.version}`;
    if (one.license === '')
      return [`${who}: its package.json names no license; find it out, or remove the package`];
    if (!isAllowed(one.license)) {
      return [
        `${who}: its license is "${one.license}"; allowed: ${[...ALLOWED].join(', ')}; remove the package`,
      ];
    }
    if (one.texts.some(text => COPYLEFT.test(text))) {
      return [
        `${who}: it says "${one.license}", but a license file of it speaks of copyleft; remove the package`,
      ];
    }
    return textsOf(one, packages).length > 0
      ? []
      : [`${who}: it has no license file, and "${one.license}" requires distributing its text`];
  });
}

/** An SPDX expression without exceptions: one of the alternatives must be allowed in all its parts. */
function isAllowed(expression: string): boolean {
  const alternatives = expression.replaceAll(/[()]/g, '').split(/ OR /i);
  return alternatives.some(one => one.split(/ AND /i).every(part => ALLOWED.has(part.trim())));
}

function textsOf({ license, texts }: BundledPackage, packages: readonly BundledPackage[]): readonly string[] {
  if (texts.length > 0) return texts;
  if (license === 'MIT-0') return [MIT_0];
  if (license !== 'Apache-2.0') return [];
  return packages.find(other => other.license === license && other.texts.length > 0)?.texts.slice(0, 1) ?? [];
}

/** Every package with its license, then every license text once, with its packages. */
export function licensesText(packages: readonly BundledPackage[]): string {
  const list = packages.map(({ name, version, license }) => `${name} ${version}: ${license}`);
  const packagesOf = new Map<string, string[]>();
  for (const one of packages) {
    for (const text of textsOf(one, packages)) {
      packagesOf.set(text, [...(packagesOf.get(text) ?? []), `${one.name} ${one.version}`]);
    }
  }
  const sections = [...packagesOf].map(([text, names]) =>
    [RULE, names.join('\n'), RULE, '', text, ''].join('\n'),
  );
  return `${['The bundles hold code of these packages:', '', ...list, '', ...sections].join('\n')}\n`;
}
const RULE = '-'.repeat(80);

/**
 * Writes `<outdir>/licenses.txt` for the build that left `<outdir>/meta.json`, and returns its packages.
 * Throws Error with every problem if one of them may not be distributed.
 */
export async function writeLicenses(outdir: string, root = ROOT): Promise<readonly BundledPackage[]> {
  const metafile: Metafile = JSON.parse(await readFile(join(outdir, 'meta.json'), 'utf8'));
  const packages = await bundledPackages(metafile, root);
  const problems = problemsOf(packages);
  if (problems.length > 0) throw new Error(`licenses:\n${problems.map(one => `  - ${one}`).join('\n')}`);
  await writeFile(join(outdir, 'licenses.txt'), licensesText(packages));
  return packages;
}

async function main(): Promise<void> {
  const packages = await writeLicenses(join(ROOT, 'dist'));
  for (const { name, version, license } of packages) {
    console.log(`${license.padEnd(12)} ${name} ${version}`);
  }
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
