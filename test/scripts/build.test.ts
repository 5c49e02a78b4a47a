import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle } from '../../scripts/build.ts';
import { lambdaHost } from '../../simulator/aws/lambda-host.ts';

const ENTRIES = { ship: 'src/ship.ts', replay: 'src/replay.ts' };
let one = '';
let sizes: Readonly<Record<string, number>> = {};

async function project(): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'build-')));
  await mkdir(join(root, 'src'));
  await mkdir(join(root, 'node_modules/two-faced'), { recursive: true });
  const write = (path: string, text: string) => writeFile(join(root, path), text);
  // As the AWS SDK's packages are: CommonJS by default, ES modules for those who ask.
  await write('node_modules/two-faced/package.json', '{"main":"common.js","module":"module.js"}');
  await write('node_modules/two-faced/common.js', 'exports.face = "CommonJS";');
  await write(
    'node_modules/two-faced/module.js',
    '/*! license of two-faced */ export const face = "module"; export const unused = "never called";',
  );
  await write('src/shared.ts', 'export const shared: string = "shared";');
  await write(
    'src/ship.ts',
    `import { createHash } from 'node:crypto';
     import { face } from 'two-faced';
     import { shared } from './shared.ts';
     export const handler = async () => [face, shared, createHash('md5').update('').digest('hex')];`,
  );
  await write('src/replay.ts', 'export const handler = async () => "replayed";');
  return root;
}

beforeAll(async () => {
  one = await project();
  sizes = await bundle(ENTRIES, join(one, 'dist'), one);
});
afterAll(() => rm(one, { recursive: true }));

async function invoke(bundlePath: string): Promise<unknown> {
  const host = lambdaHost({ bundle: bundlePath, env: {}, timeoutMs: 20_000 });
  const invocation = await host.invoke({});
  await host.stop();
  return invocation.ok ? invocation.result : invocation;
}

it('makes one file a function, that runs without anything beside it', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'bundle-'));
  try {
    for (const name of ['ship', 'replay']) {
      await cp(join(one, 'dist', name, 'index.mjs'), join(elsewhere, `${name}.mjs`));
    }
    const md5OfNothing = 'd41d8cd98f00b204e9800998ecf8427e';
    expect(await invoke(join(elsewhere, 'ship.mjs'))).toEqual(['module', 'shared', md5OfNothing]);
    expect(await invoke(join(elsewhere, 'replay.mjs'))).toBe('replayed');
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});

it('leaves out what is not used', async () => {
  expect(await readFile(join(one, 'dist/ship/index.mjs'), 'utf8')).not.toContain('never called');
});

it('puts the source map, the licenses and the list of inputs beside it', async () => {
  const files = ['index.mjs', 'index.mjs.LEGAL.txt', 'index.mjs.map'];
  expect((await readdir(join(one, 'dist/ship'))).sort()).toEqual(files);
  const code = await readFile(join(one, 'dist/ship/index.mjs'), 'utf8');
  expect(code).toContain('//# sourceMappingURL=index.mjs.map');
  expect(await readFile(join(one, 'dist/ship/index.mjs.LEGAL.txt'), 'utf8')).toContain(
    'license of two-faced',
  );
  const { inputs } = JSON.parse(await readFile(join(one, 'dist/meta.json'), 'utf8'));
  expect(Object.keys(inputs)).toContain('src/shared.ts');
});

it('tells the bytes of each bundle', async () => {
  const code = await readFile(join(one, 'dist/ship/index.mjs'));
  expect(sizes['ship']).toBe(code.length);
  expect(Object.keys(sizes)).toEqual(['ship', 'replay']);
});

it('makes the same bytes of the same sources, wherever they lie and whatever was there before', async () => {
  const two = await project();
  try {
    const outdir = join(two, 'dist');
    await mkdir(join(outdir, 'ship'), { recursive: true });
    await writeFile(join(outdir, 'ship/left-over.mjs'), '');
    await bundle(ENTRIES, outdir, two);
    expect(await readdir(join(outdir, 'ship'))).not.toContain('left-over.mjs');
    for (const file of ['ship/index.mjs', 'ship/index.mjs.map', 'replay/index.mjs', 'meta.json']) {
      expect(await readFile(join(outdir, file), 'utf8')).toBe(
        await readFile(join(one, 'dist', file), 'utf8'),
      );
    }
  } finally {
    await rm(two, { recursive: true });
  }
});

it('fails when an entry cannot be bundled', async () => {
  await writeFile(join(one, 'src/broken.ts'), 'import "./not-there.ts";');
  await expect(bundle({ ship: 'src/broken.ts' }, join(one, 'broken'), one)).rejects.toThrow('not-there.ts');
});
