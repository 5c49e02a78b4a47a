import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NODE_MINIMUM, OUTSIDE, packageManifest } from '../../scripts/package-manifest.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const project = JSON.parse(read('package.json'));
const made = packageManifest(project);
const PEERS: Readonly<Record<string, string>> = made.peerDependencies;

test('the versions that the project is tested with are in the ranges of the peers', () => {
  for (const [name, range] of Object.entries(PEERS)) {
    const [least, tested] = [range.slice(1), project.dependencies[name]].map(text =>
      text.split('.').map(Number),
    );
    expect(range, name).toMatch(/^\^[1-9]\d*\.\d+\.\d+$/);
    expect(tested[0], name).toBe(least[0]);
    expect(tested[1] * 1000 + tested[2], name).toBeGreaterThanOrEqual(least[1] * 1000 + least[2]);
  }
});

test('no peer is installed by itself, and a dependency has the version that is tested', () => {
  expect(Object.keys(made.peerDependenciesMeta)).toEqual(Object.keys(PEERS));
  expect(made.dependencies).toEqual({ valibot: project.dependencies.valibot });
  expect([...OUTSIDE].sort()).toEqual([...Object.keys(made.dependencies), ...Object.keys(PEERS)].sort());
});

test('it can be published, as the project itself cannot', () => {
  expect(project.private).toBe(true);
  expect(made).not.toHaveProperty('private');
  expect(made).toMatchObject({
    name: project.name,
    version: project.version,
    license: 'MIT',
    type: 'module',
  });
  expect(made).not.toHaveProperty('scripts');
});

test('demo and pages name versions of the emulators, and minimums, that are in the manifest', () => {
  const [dynalite, fauxqs] = ['dynalite', 'fauxqs'].map(
    name => `${name}@${PEERS[name]!.slice(1).split('.')[0]}`,
  );
  expect(read('cli/demo/command.ts')).toContain(`npm install --save-dev ${dynalite} ${fauxqs}`);
  expect(read('README.md')).toContain(`npm install --save-dev ${dynalite} ${fauxqs}`);
  expect(made.engines.node).toBe(`>=${NODE_MINIMUM.join('.')}`);
  expect(read('README.md')).toContain(`Node ${NODE_MINIMUM.join('.')} or newer`);
  const least = PEERS['aws-cdk-lib']!.slice(1).split('.').slice(0, 2).join('.');
  expect(read('docs/construct.md')).toContain(
    `Node ${NODE_MINIMUM.join('.')} or newer, and \`aws-cdk-lib\` ${least} or newer`,
  );
});
