/** What `init` asks the Azure CLI, and has it do. It works with the operator's own login; no secret passes through it. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanMessage } from '../../lambda/core/http.ts';
import { UsageError } from '../terminal/errors.ts';
import { packageFile } from '../terminal/package-files.ts';

/** The deployment's name in docs/setup.md. */
const DEPLOYMENT = 'auth0-logs';
/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, of what needs no quotes in any shell. */
export const AZURE_NAME = /^[A-Za-z0-9][\w().-]{0,89}$/;

export interface AzurePlan {
  readonly group: string;
  readonly workspace: string;
  /** Of what must be created; undefined if nothing must. */
  readonly location: string | undefined;
  readonly creates: readonly ('group' | 'workspace')[];
  readonly alertEmails: readonly string[];
}

/** The subscription's name; undefined if `az` is not installed or nobody has logged in. */
export async function subscription(): Promise<string | undefined> {
  const { stdout, error } = await az('account', 'show', '--query', 'name', '-o', 'tsv');
  return error === undefined ? stdout.trim() : undefined;
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

/** Creates what is missing, and deploys azure/template.json. Returns the outputs. Throws UsageError with Azure's own words. */
export async function deployTemplate(plan: AzurePlan): Promise<unknown> {
  const { group, workspace, location = '', creates, alertEmails } = plan;
  if (creates.includes('group')) await done('group', 'create', '-n', group, '-l', location, '-o', 'none');
  if (creates.includes('workspace')) {
    const words = ['workspace', 'create', '-g', group, '-n', workspace, '-l', location, '-o', 'none'];
    await done('monitor', 'log-analytics', ...words);
  }
  const folder = await mkdtemp(join(tmpdir(), 'auth0-logs-'));
  try {
    // A file, since JSON on a command line is quoted differently in each shell.
    const parameters = join(folder, 'parameters.json');
    const given = { workspaceName: workspace, ...(alertEmails.length > 0 && { alertEmails }) };
    await writeFile(parameters, JSON.stringify(parametersFile(given)));
    const words = [
      '-g',
      group,
      '-n',
      DEPLOYMENT,
      '-f',
      packageFile('azure/template.json'),
      '-p',
      `@${parameters}`,
    ];
    return JSON.parse(await done('deployment', 'group', 'create', ...words, ...OUTPUTS));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** https://learn.microsoft.com/azure/azure-resource-manager/templates/parameter-files */
function parametersFile(values: Readonly<Record<string, unknown>>) {
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
    `az ${words.slice(0, 3).join(' ')} failed: ${error}; correct the cause, and run init again`,
  );
}

interface Answer {
  readonly stdout: string;
  readonly error?: string;
}

function az(...words: readonly string[]): Promise<Answer> {
  return new Promise(resolve => {
    // On Windows it is a script, which only a shell runs; every name is of AZURE_NAME.
    const options = { shell: process.platform === 'win32', maxBuffer: 16 * 1024 * 1024 };
    execFile('az', words, options, (error, stdout, stderr) =>
      resolve(
        error ? { stdout, error: cleanMessage(stderr || error.message).replace(/\.$/, '') } : { stdout },
      ),
    );
  });
}
