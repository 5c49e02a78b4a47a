import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = mkdtempSync(join(tmpdir(), 'installed-app-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** Synthesizes as the CDK does: in this folder, with this context. */
function template(app: string, cwd: string, context: object): unknown {
  const dist = join(FOLDER, 'dist');
  for (const name of ['ship', 'replay', 'guard']) {
    mkdirSync(join(dist, name), { recursive: true });
    writeFileSync(join(dist, name, 'index.mjs'), 'export const handler = () => undefined;\n');
  }
  const out = mkdtempSync(join(FOLDER, 'out-'));
  const config = join(ROOT, 'config.example.json');
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, app)], {
    cwd,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      CDK_OUTDIR: out,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, config, dist, stackName: 'Same' }),
    },
  });
  expect(status, stderr).toBe(0);
  const { Outputs: _, ...rest } = JSON.parse(readFileSync(join(out, 'Same.template.json'), 'utf8'));
  return rest;
}

test('in a folder without cdk.json, the app makes the template that the checkout makes with it', () => {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  const elsewhere = template('cdk/installed-app.ts', FOLDER, {});
  expect(elsewhere).toEqual(template('cdk/app.ts', ROOT, context));
});
