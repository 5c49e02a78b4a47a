import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type IamSimulator, startIam } from '../../../simulator/aws/iam.ts';
import { EIGHTY, OWN_ENV, ROOT, tooLong } from '../cli.ts';
import { openStackWorld, type StackWorld } from '../stack-world.ts';

let world: StackWorld;
let iam: IamSimulator;
let folder: string;
beforeAll(async () => {
  const id = '01234567-89ab-cdef-0123-456789abcdef';
  world = await openStackWorld({ config: { azure: { auth: 'federated', tenantId: id, clientId: id } } });
  folder = await mkdtemp(join(tmpdir(), 'trust-'));
  await writeFile(join(folder, 'az'), AZ);
  await chmod(join(folder, 'az'), 0o755);
});
afterAll(async () => {
  await Promise.all([world.close(), iam.close()]);
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await iam?.close();
  iam = await startIam();
  await rm(join(folder, 'parameters.json'), { force: true });
});

/** An `az` that knows one deployment, and keeps the parameters of the next. */
const AZ = `#!${process.execPath}
const { copyFileSync } = require('node:fs');
const { join } = require('node:path');
const words = process.argv.slice(2);
const [a, b, c] = words;
if (a !== 'deployment' || b !== 'group' || words[4] !== 'logs') { console.error('ERROR: (ResourceGroupNotFound)'); process.exit(1); }
if (c === 'show') {
  console.log(JSON.stringify({
    identityName: { type: 'String', value: 'their-identity' },
    alertWebhooks: { type: 'SecureObject' },
  }));
} else {
  copyFileSync(words[words.indexOf('-p') + 1].slice(1), join(__dirname, 'parameters.json'));
  copyFileSync(words[words.indexOf('-f') + 1], join(__dirname, 'template.json'));
  console.log('{}');
}
`;

const trust = (...args: readonly string[]) =>
  world.run(['azure', 'trust', ...args], {
    AWS_ENDPOINT_URL_IAM: iam.url,
    PATH: `${folder}${delimiter}${OWN_ENV.PATH}`,
    ...EIGHTY,
  });
const given = async () => {
  const { parameters } = JSON.parse(await readFile(join(folder, 'parameters.json'), 'utf8'));
  return Object.fromEntries(Object.entries(parameters).map(([name, one]) => [name, Object(one).value]));
};
/** The first pipeline posts with a key, and only its ship function queries. */
const ROLES = ['prodShip', 'prod-euShip', 'prod-euReplay'].map(
  name => `arn:aws:iam::000000000000:role/Auth0LogsToAzure-${name}Role-1SIMULATED`,
);

test('the part of the template that trusts the roles of every pipeline is deployed, and nothing else', async () => {
  const { code, stdout, stderr } = await trust('--group', 'logs', '--yes');
  expect([code, stderr, tooLong(stdout)]).toEqual([0, '', []]);
  expect(stdout).toContain(iam.issuer);
  expect(iam.enabled).toBe(true);
  expect(await given()).toEqual({
    identityName: 'their-identity',
    awsIssuer: iam.issuer,
    awsRoleArns: ROLES,
  });
  const part = JSON.parse(await readFile(join(folder, 'template.json'), 'utf8'));
  const whole = JSON.parse(await readFile(join(ROOT, 'azure/template.json'), 'utf8'));
  expect(part.resources).toHaveLength(1);
  // Under the name that the whole template would give it: an identity takes a subject only once.
  expect(whole.resources).toContainEqual(expect.objectContaining(part.resources[0]));
  const used = [...JSON.stringify(part.resources).matchAll(/parameters\('(\w+)'\)/g)].map(
    ([, name]) => name!,
  );
  expect(Object.keys(part.parameters)).toEqual(expect.arrayContaining(used));
  // Where it is enabled already, it is not enabled again.
  expect((await trust('--group', 'logs', '--yes')).code).toBe(0);
});

test('a dry run changes neither AWS nor Azure', async () => {
  const { code, stdout } = await trust('--group', 'logs', '--dry-run', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([0, { group: 'logs', roles: ROLES, changed: false }]);
  expect(iam.enabled).toBe(false);
  await expect(given()).rejects.toThrow('ENOENT');
});

test.each([
  ['without a terminal and without --yes', ['--group', 'logs'], 'specify --yes'],
  ['for a group without the deployment', ['--group', 'other', '--yes'], 'has no deployment "auth0-logs"'],
  ['for a name that a shell could take for more', ['--group', 'a;b', '--yes'], '--group is "a;b"; allowed'],
  ['for a stack that is not there', ['--group', 'logs', '--stack', 'Nope'], 'stack "Nope"'],
])('it is refused %s, and nothing is changed', async (_, args, message) => {
  const { code, stderr } = await trust(...args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(iam.enabled).toBe(false);
});

test('without the Azure CLI it says how to get it', async () => {
  const env = { AWS_ENDPOINT_URL_IAM: iam.url, PATH: join(folder, 'empty') };
  const { code, stderr } = await world.run(['azure', 'trust', '--group', 'logs', '--yes'], env);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('the Azure CLI (az) is not installed; install it ('),
  ]);
});
