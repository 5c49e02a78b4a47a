import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LINTS } from '../../scripts/lint-files.ts';
import { type Candidate, notesOf, releaseProblems } from '../../scripts/release.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const REPOSITORY = 'acme/auth0-logs-to-azure';
const url = `git+https://github.com/${REPOSITORY}.git`;
const GOOD: Candidate = {
  tag: 'v1.2.0',
  repository: REPOSITORY,
  manifest: { version: '1.2.0', repository: { url } },
  changelog: '# Changelog\n\n## 1.2.0\n\n### Minor Changes\n\n- A thing.\n\n## 1.2.0-rc.1\n\nOther.\n',
  changesets: ['README.md', 'config.json'],
};

describe('a release', () => {
  test('has no problem when tag, version, repository and changelog agree', () => {
    expect(releaseProblems(GOOD)).toEqual([]);
    expect(notesOf(GOOD.changelog, '1.2.0')).toBe('### Minor Changes\n\n- A thing.');
  });

  test.each<[string, Partial<Candidate>, string]>([
    ['another tag', { tag: 'v1.3.0' }, 'the tag is "v1.3.0", but package.json has version 1.2.0; tag v1.2.0'],
    [
      'no repository',
      { manifest: { version: '1.2.0' } },
      `repository.url of package.json is ""; npm accepts a provenance only from ${url}: set it`,
    ],
    ['another repository', { repository: 'fork/x' }, 'only from git+https://github.com/fork/x.git: set it'],
    [
      'a changeset',
      { changesets: ['README.md', 'big-cats-run.md'] },
      'not yet in a version: big-cats-run.md; run npx changeset version',
    ],
    [
      'no notes',
      { changelog: '# Changelog\n\n## 1.1.0\n\nOld.\n' },
      'CHANGELOG.md has nothing under "## 1.2.0"',
    ],
    [
      'an unreleased section',
      { changelog: `${GOOD.changelog}\n## Unreleased\n\n- x\n` },
      'has a section "Unreleased"; move its text under "## 1.2.0"',
    ],
  ])('with %s is refused', (_name, change, problem) => {
    const problems = releaseProblems({ ...GOOD, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });
});

describe('the workflows', () => {
  const files = readdirSync(join(ROOT, '.github/workflows'));
  const all = files.map(name => read(`.github/workflows/${name}`)).join('\n');

  test('run every action by its commit, and nothing but npm scripts and files that exist', () => {
    const used = [...all.matchAll(/uses: (\S+)(.*)/g)];
    expect(used.length).toBeGreaterThan(8);
    for (const [, action = '', comment = ''] of used) {
      expect(action).toMatch(/^(actions|github)\/[\w/-]+@[0-9a-f]{40}$/);
      expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
    const { scripts } = JSON.parse(read('package.json'));
    for (const [, name = ''] of all.matchAll(/npm run ([a-z:]+)/g)) expect(scripts).toHaveProperty([name]);
    expect(all).toContain('run: .ci/run');
    expect(existsSync(join(ROOT, '.ci/run'))).toBe(true);
  });

  test('give the right to publish to one job, which checks out nothing', () => {
    const jobs = read('.github/workflows/release.yml').split(/^ {2}(?=\w+:\n)/m);
    const publishing = jobs.filter(job => job.includes('id-token: write'));
    expect(publishing).toHaveLength(1);
    expect(publishing[0]).not.toContain('actions/checkout');
    expect(publishing[0]).toContain('environment: npm\n');
    expect(all.match(/id-token/g)).toHaveLength(1);
  });

  test('are linted, with the Dockerfile and the unit, by .ci/run', () => {
    expect(read('.ci/run')).toContain('npm run lint:files\n');
    const checked = LINTS.flatMap(({ words }) => words);
    for (const path of ['.github/workflows/*.yml', '.github', 'Dockerfile']) expect(checked).toContain(path);
  });
});

test('the placeholder of CODEOWNERS is the only owner, and the page names it', () => {
  const owners = read('.github/CODEOWNERS')
    .split('\n')
    .filter(line => line && !line.startsWith('#'));
  expect(owners.every(line => / @PLACEHOLDER$/.test(line))).toBe(true);
  expect(read('docs/releasing.md')).toContain('`@PLACEHOLDER`');
});

test('changesets are of this package, and of a kind that changesets knows', () => {
  for (const name of readdirSync(join(ROOT, '.changeset')).filter(one => one.endsWith('.md'))) {
    if (name === 'README.md') continue;
    expect(read(`.changeset/${name}`)).toMatch(/^---\n"auth0-logs-to-azure": (patch|minor|major)\n---\n\n\S/);
  }
});
