/** The deployment of azure/template.json, by the Azure CLI and the operator's own login. No secret passes through it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanMessage } from '../../lambda/core/http.ts';
import { UsageError } from '../terminal/errors.ts';
import { packageFile } from '../terminal/package-files.ts';
import { isNotInstalled, NO_AZ } from './azure-login.ts';

/** The deployment's name in docs/setup.md. */
const DEPLOYMENT = 'auth0-logs';
/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, of what needs no quotes in any shell. */
const AZURE_NAME = /^[A-Za-z0-9][\w().-]{0,89}$/;

/** Undefined for a name that may be given to the Azure CLI. */
export const azureNameProblem = (name: string): string | undefined =>
  AZURE_NAME.test(name)
    ? undefined
    : 'allowed: letters, digits, ( ) . _ and -, beginning with a letter or a digit';

/** Throws UsageError for a name that may not. */
export function refuseAzureName(flag: string, name: string): void {
  const problem = azureNameProblem(name);
  if (problem !== undefined) throw new UsageError(`${flag} is ${JSON.stringify(name)}; ${problem}`);
}

export interface AzurePlan {
  readonly group: string;
  readonly workspace: string;
  /** Of what must be created; undefined if nothing must. */
  readonly location: string | undefined;
  readonly creates: readonly ('group' | 'workspace')[];
}

/** Of the template, by their names. */
type Parameters = Readonly<Record<string, unknown>>;

/** The subscription's name, or why it is unknown and what to do. `elsewhere`: what else can be done, after "or". */
export async function subscription(
  elsewhere: string,
): Promise<{ readonly name: string } | { readonly obstacle: string }> {
  const { stdout, error, isNotInstalled } = await run('account', 'show', '--query', 'name', '-o', 'tsv');
  if (isNotInstalled) return { obstacle: `${NO_AZ} and log in, or ${elsewhere}` };
  if (error === undefined) return { name: stdout.trim() };
  return { obstacle: `nobody has logged in with the Azure CLI; ${elsewhere}, or log in:\n  az login` };
}

/** The outputs of the template's deployment; undefined if there is none. */
export async function deployedOutputs(group: string): Promise<unknown> {
  const shown = await az('deployment', 'group', 'show', '-g', group, '-n', DEPLOYMENT, ...OUTPUTS);
  return shown.error === undefined && shown.stdout.trim() !== '' ? JSON.parse(shown.stdout) : undefined;
}

/** Which of both are not there yet. */
export async function absent(group: string, workspace: string): Promise<AzurePlan['creates']> {
  const { stdout } = await az('group', 'exists', '-n', group);
  if (stdout.trim() !== 'true') return ['group', 'workspace'];
  const found = await az(
    'monitor',
    'log-analytics',
    'workspace',
    'show',
    '-g',
    group,
    '-n',
    workspace,
    '-o',
    'json',
  );
  return found.error === undefined ? [] : ['workspace'];
}

const OUTPUTS = ['--query', 'properties.outputs', '-o', 'json'];

/** Throws UsageError with Azure's own words. */
export async function createMissing({ group, workspace, location = '', creates }: AzurePlan): Promise<void> {
  if (creates.includes('group')) await done('group', 'create', '-n', group, '-l', location, '-o', 'none');
  if (!creates.includes('workspace')) return;
  const words = ['workspace', 'create', '-g', group, '-n', workspace, '-l', location, '-o', 'none'];
  await done('monitor', 'log-analytics', ...words);
}

/** The parameters of the last deployment, without secure ones; undefined if there is none. */
export async function deployedParameters(group: string): Promise<Parameters | undefined> {
  const query = ['--query', 'properties.parameters', '-o', 'json'];
  const shown = await az('deployment', 'group', 'show', '-g', group, '-n', DEPLOYMENT, ...query);
  if (shown.error !== undefined || shown.stdout.trim() === '') return undefined;
  const entries = Object.entries(Object(JSON.parse(shown.stdout)));
  return Object.fromEntries(entries.map(([name, one]) => [name, Object(one).value]));
}

/** Deploys azure/template.json. Returns the outputs. Throws UsageError with Azure's own words. */
export function deployTemplate(group: string, parameters: Parameters): Promise<unknown> {
  return deployFile(group, DEPLOYMENT, packageFile('azure/template.json'), parameters);
}

/** Of azure/template.json, what the identity trusts, and nothing else. */
const CREDENTIALS = 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials';
const TRUST_PARAMETERS = ['identityName', 'awsIssuer', 'awsRoleArns'];

/**
 * Lets the identity trust the roles, by that part of the template alone, under the same names: the whole template would
 * reset its secure parameters, which cannot be read. Throws UsageError with Azure's own words.
 */
export async function deployTrust(group: string, parameters: Parameters): Promise<void> {
  const template = JSON.parse(await readFile(packageFile('azure/template.json'), 'utf8'));
  const found = template.resources.find((one: { readonly type: string }) => one.type === CREDENTIALS);
  const { condition: _, dependsOn: __, ...resource } = found;
  const declared = TRUST_PARAMETERS.map(name => [name, template.parameters[name]]);
  await inFolder(async folder => {
    const file = join(folder, 'template.json');
    const { $schema, contentVersion } = template;
    const part = { $schema, contentVersion, parameters: Object.fromEntries(declared), resources: [resource] };
    await writeFile(file, JSON.stringify(part));
    await deployFile(group, `${DEPLOYMENT}-trust`, file, parameters);
  });
}

function deployFile(group: string, name: string, template: string, parameters: Parameters): Promise<unknown> {
  return inFolder(async folder => {
    // A file, since JSON on a command line is quoted differently in each shell.
    const file = join(folder, 'parameters.json');
    await writeFile(file, JSON.stringify(parametersFile(parameters)));
    const words = ['-g', group, '-n', name, '-f', template, '-p', `@${file}`];
    const printed = await done('deployment', 'group', 'create', ...words, ...OUTPUTS);
    return printed.trim() === '' ? undefined : JSON.parse(printed);
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'auth0-logs-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** https://learn.microsoft.com/azure/azure-resource-manager/templates/parameter-files */
function parametersFile(values: Parameters) {
  const parameters = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
    contentVersion: '1.0.0.0',
    parameters,
  };
}

async function done(...words: readonly string[]): Promise<string> {
  const { stdout, error } = await az(...words);
  if (error === undefined) return stdout;
  throw new UsageError(
    `az ${words.slice(0, 3).join(' ')} failed: ${error}; correct the cause, and run this again`,
  );
}

interface Answer {
  readonly stdout: string;
  readonly error?: string;
  readonly isNotInstalled?: boolean;
}

/** Throws UsageError on a machine without the program. */
async function az(...words: readonly string[]): Promise<Answer> {
  const answer = await run(...words);
  if (answer.isNotInstalled) throw new UsageError(`${NO_AZ}, and log in`);
  return answer;
}

function run(...words: readonly string[]): Promise<Answer> {
  return new Promise(resolve => {
    // On Windows it is a script, which only a shell runs; every name is of AZURE_NAME.
    const options = { shell: process.platform === 'win32', maxBuffer: 16 * 1024 * 1024 };
    execFile('az', words, options, (error, stdout, stderr) => {
      if (!error) return resolve({ stdout });
      const why = cleanMessage(stderr || error.message).replace(/\.$/, '');
      resolve({ stdout, error: why, isNotInstalled: isNotInstalled(error, stderr) });
    });
  });
}
