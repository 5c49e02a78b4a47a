/**
 * `npm run release -- v1.2.3 OWNER/NAME`: what a release consists of, in dist/release/, or the reasons why it cannot be one.
 * The workflow publishes it: docs/releasing.md.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makePackage } from './package.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'dist/release');

export interface Candidate {
  readonly tag: string;
  /** OWNER/NAME at GitHub. */
  readonly repository: string;
  readonly manifest: { readonly version: string; readonly repository?: { readonly url?: string } | string };
  readonly changelog: string;
  /** Files of .changeset/. */
  readonly changesets: readonly string[];
}

/** Why it cannot be released, a sentence each with its remedy. */
export function releaseProblems({ tag, repository, manifest, changelog, changesets }: Candidate): string[] {
  const { version } = manifest;
  const given = typeof manifest.repository === 'string' ? manifest.repository : manifest.repository?.url;
  const url = `git+https://github.com/${repository}.git`;
  const waiting = changesets.filter(name => name.endsWith('.md') && name !== 'README.md');
  return [
    tag !== `v${version}` && `the tag is "${tag}", but package.json has version ${version}; tag v${version}`,
    given !== url &&
      `repository.url of package.json is "${given ?? ''}"; npm accepts a provenance only from ${url}: set it`,
    waiting.length > 0 &&
      `changesets are not yet in a version: ${waiting.join(', ')}; run npx changeset version`,
    notesOf(changelog, version) === '' &&
      `CHANGELOG.md has nothing under "## ${version}"; run npx changeset version`,
    /^## Unreleased$/m.test(changelog) &&
      `CHANGELOG.md has a section "Unreleased"; move its text under "## ${version}"`,
  ].filter(problem => problem !== false);
}

/** The section of a version; '' when there is none. */
export function notesOf(changelog: string, version: string): string {
  const section = changelog.split(/^## /m).find(text => text.split('\n')[0] === version);
  return section?.slice(version.length).trim() ?? '';
}

async function main([tag = '', repository = '']: readonly string[]): Promise<number> {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
  const changelog = read('CHANGELOG.md');
  const manifest = JSON.parse(read('package.json'));
  const changesets = readdirSync(join(ROOT, '.changeset'));
  const problems = releaseProblems({ tag, repository, manifest, changelog, changesets });
  for (const problem of problems) console.error(`error: ${problem}`);
  if (problems.length > 0) return 1;
  const { filename } = await makePackage();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  copyFileSync(join(ROOT, 'dist', filename), join(FOLDER, filename));
  copyFileSync(join(ROOT, 'dist/package/dist/licenses.txt'), join(FOLDER, 'licenses-functions.txt'));
  copyFileSync(join(ROOT, 'dist/package/cli/licenses.txt'), join(FOLDER, 'licenses-commands.txt'));
  writeFileSync(join(FOLDER, 'sbom.cdx.json'), softwareBill());
  writeFileSync(join(FOLDER, 'notes.md'), `${notesOf(changelog, manifest.version)}\n`);
  console.log(readdirSync(FOLDER).join('\n'));
  return 0;
}

/** CycloneDX, of all packages that are bundled or installed: https://docs.npmjs.com/cli/v11/commands/npm-sbom */
function softwareBill(): string {
  const words = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--omit', 'dev'];
  return execFileSync('npm', words, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1_048_576 });
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
