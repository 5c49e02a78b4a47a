import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { OWN_ENV } from '../cli/cli.ts';
import { MINIMAL } from './example.ts';
import { DIST } from './synth.ts';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'node_modules/.bin');
const FOLDER = mkdtempSync(join(tmpdir(), 'test-cdk-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** The command as a user without an AWS account would run it, but for the build. */
async function cdkSynth(...args: string[]) {
  const home = mkdtempSync(join(FOLDER, 'home-'));
  const out = join(home, 'cdk.out');
  const PATH = `${BIN}:${process.env['PATH']}`;
  const env = { ...OWN_ENV, PATH, HOME: home, CDK_DISABLE_CLI_TELEMETRY: '1' };
  const child = spawn(
    join(BIN, 'cdk'),
    ['synth', '--quiet', '--no-notices', '--build', 'true', '-c', `dist=${DIST}`, '-o', out, ...args],
    {
      cwd: ROOT,
      env,
    },
  );
  let output = '';
  child.stdout.on('data', data => (output += data));
  child.stderr.on('data', data => (output += data));
  const code = await new Promise(resolve => child.on('close', resolve));
  const templates = existsSync(out) ? readdirSync(out).filter(name => name.endsWith('.template.json')) : [];
  return { code, output, templates: templates.map(name => join(out, name)) };
}

describe('cdk synth', () => {
  test('works with the example and without AWS credentials, and says that it is the example', async () => {
    const { code, output, templates } = await cdkSynth('-c', 'config=config.example.json');
    expect(output).toContain('this is config.example.json');
    expect(code).toBe(0);
    expect(templates).toHaveLength(1);
    expect(Object.keys(JSON.parse(readFileSync(templates[0]!, 'utf8')).Resources).length).toBeGreaterThan(30);
  });

  test.each([[], ['-c', 'conf=config.json']])(
    'without a configuration refuses, and writes no template: %j',
    async (...args) => {
      const { code, output, templates } = await cdkSynth(...args);
      expect(code).toBe(1);
      expect(output).toMatch(/the configuration is missing|"conf": unknown switch, did you mean "config"/);
      expect(output).not.toMatch(/^\s+at /m);
      expect(templates).toEqual([]);
    },
  );

  test('with an invalid configuration prints every problem, no stack trace, and writes no template', async () => {
    const bad = join(FOLDER, 'bad.json');
    writeFileSync(bad, JSON.stringify({ ...MINIMAL, name: 'No', settleSeconds: -1, typo: true }));
    const { code, output, templates } = await cdkSynth('-c', `config=${bad}`);
    expect(code).toBe(1);
    expect(output).toContain('the configuration has 3 problems:');
    expect(output).toMatch(/- name: .*\n.*- settleSeconds: .*\n.*- typo: /);
    expect(output).not.toMatch(/^\s+at /m);
    expect(templates).toEqual([]);
  });
});
