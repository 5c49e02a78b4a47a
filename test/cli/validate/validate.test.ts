import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PIPELINE } from '../../config/samples.ts';
import { cli, ROOT } from '../cli.ts';

const ALARMS = { email: ['ops@example.com'] };

async function validate(content: unknown, ...args: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'validate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'config.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return { file, ...(await cli(['validate', file, ...args])) };
}

test('names the pipelines of a valid file', async () => {
  const { file, code, stdout, stderr } = await validate({ $schema: 'x.json', ...PIPELINE, alarms: ALARMS });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`${file} is valid: 1 pipeline\n  prod: from acme.eu.auth0.com\n    to `);
});

test('warns of what is valid and probably not meant, and exits with 0', async () => {
  const auth0 = { ...PIPELINE.auth0, domain: 'login.acme.com' };
  const { code, stderr } = await validate({
    pipelines: [{ ...PIPELINE, auth0, settleSeconds: 0, sweepMinutes: 0 }],
  });
  expect(code).toBe(0);
  expect(stderr.match(/^warning: prod: .*/gm)).toEqual([
    expect.stringContaining('alarms notify nobody'),
    expect.stringContaining('"login.acme.com" does not look like the tenant’s own domain'),
    expect.stringContaining('late logs are missed'),
  ]);
});

test('reports every problem of a file that is not valid, as an error', async () => {
  const { file, code, stdout, stderr } = await validate({ ...PIPELINE, settleSeconds: -1, schedul: 'x' });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`error: ${file}: the configuration has 2 problems:\n`);
  expect(stderr).toMatch(/^ {2}- settleSeconds: is -1; allowed: seconds, 0 to 3600$/m);
  expect(stderr).toMatch(/^ {2}- schedul: unknown setting, did you mean "schedule"\?/m);
});

test('refuses a start in the future, as a deploy does', async () => {
  const { code, stderr } = await validate({
    ...PIPELINE,
    auth0: { ...PIPELINE.auth0, startFrom: '2199-01-01' },
  });
  expect(code).toBe(2);
  expect(stderr).toContain('auth0.startFrom: is 2199-01-01T00:00:00.000Z, which is in the future');
});

test('prints the same as JSON, valid or not', async () => {
  const valid = await validate({ ...PIPELINE, alarms: ALARMS }, '--json');
  expect([valid.code, JSON.parse(valid.stdout)]).toEqual([
    0,
    {
      file: valid.file,
      valid: true,
      problems: [],
      warnings: [],
      pipelines: [{ name: 'prod', domain: 'acme.eu.auth0.com', destination: expect.any(String) }],
    },
  ]);
  const invalid = await validate({ ...PIPELINE, name: 'Prod' }, '--json');
  expect([invalid.code, invalid.stderr]).toEqual([2, '']);
  expect(JSON.parse(invalid.stdout)).toMatchObject({
    valid: false,
    problems: [expect.stringContaining('name: is "Prod"')],
  });
});

test('reports what is no JSON as a problem too, when it prints JSON', async () => {
  const { code, stdout, stderr } = await validate('{"a": [1, 2,],}', '--json');
  expect([code, stderr]).toEqual([2, '']);
  const problems = [
    expect.stringMatching(/^invalid JSON \(.*\); correct the file: no comma before a closing bracket/),
  ];
  expect(JSON.parse(stdout)).toMatchObject({ valid: false, problems });
});

test('warns of each value of the example that stands for the reader’s own', async () => {
  const { code, stdout, stderr } = await cli(['validate', join(ROOT, 'config.example.json')]);
  expect([code, stdout]).toEqual([0, expect.stringContaining('is valid')]);
  const settings = [
    'auth0.domain',
    'azure.dcrImmutableId',
    'azure.tenantId',
    'azure.clientId',
    'alarms.email',
  ];
  expect(stderr.match(/(?<=: )\S+(?= is ".*", which is the example’s)/g)).toEqual(settings);
});

test.each([
  ['{"a": 1,}', 'no comma before a closing brace'],
  ["{'a': 1}", 'names are in double quotes'],
  ['{"a": 1 "b": 2}', 'a comma or a closing brace is missing'],
  ['{"a": “x”}', 'straight double quotes'],
  ['{"a": 1}\n// more', 'nothing may follow the end'],
])('hints at the mistake in %s', async (content, hint) => {
  expect((await validate(content)).stderr).toContain(hint);
});

test.each([
  ['no JSON', '{"secret": "s3cr3t",', /is invalid JSON .*; correct the file/],
  [
    'a secret where its name belongs',
    { ...PIPELINE, auth0: { ...PIPELINE.auth0, secret: 'a1B2'.repeat(16) } },
    /not shown/,
  ],
])('does not quote %s', async (_, content, message) => {
  const { code, stderr } = await validate(content);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/s3cr3t|a1B2a1B2/);
});

test('says what to do without a file', async () => {
  const { code, stderr } = await cli(['validate', 'no/such.json']);
  expect([code, stderr]).toEqual([
    2,
    'error: the configuration file no/such.json does not exist; specify its path: validate FILE\n',
  ]);
});
