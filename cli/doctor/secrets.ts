/** Whether the pipeline's secrets can be read and are what they should be. Their values are never shown. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import type { SecretFields, SecretSource } from '../../lambda/core/model.ts';
import { secretFieldsOf } from '../../lambda/destinations/all.ts';
import { type Finding, about as findingOf } from '../checks/finding.ts';
import type { Target } from '../pipelines/operated.ts';
import { type About, awsCommand } from '../pipelines/remedy.ts';
import { missingIn, type Problem, privateKeyProblem, redactionKeyFault } from './secret-fields.ts';

export interface Vault {
  readonly config: PipelineConfig;
  readonly secrets: SecretSource;
  readonly kind: Target['kind'];
  /** The options by which this pipeline is found. */
  readonly about: About;
}

/** The operator cannot read the secret. This shows nothing about the pipeline. */
const NOT_FOR_US = new Set(['AccessDeniedException', 'DecryptionFailure', 'CredentialsProviderError']);

/** Auth0's: `{"clientId"}` with `"clientSecret"` or `"privateKey"`, and `"redactionKey"` where a rule needs it. */
export function auth0SecretFinding(vault: Vault): Promise<Finding> {
  const { auth0 } = vault.config;
  const hashes = hashesIn(vault.config);
  return secretFinding(vault, 'auth0 secret', auth0.secret, auth0Shape(vault.config), fields => {
    const proof = fields['privateKey']?.reveal() ? 'privateKey' : 'clientSecret';
    const needed = ['clientId', proof, ...(hashes ? ['redactionKey'] : [])];
    const missing = missingIn(fields, needed, proof === 'clientSecret' ? ' or "privateKey"' : '');
    const short = hashes ? redactionKeyFault(fields['redactionKey']?.reveal()) : undefined;
    return { needed, problem: missing ?? privateKeyProblem(fields['privateKey']?.reveal()) ?? short };
  });
}

/** Azure's, where the configuration names one. */
export function azureSecretFinding(vault: Vault): Promise<Finding> {
  const { azure } = vault.config;
  const name = azure.secret ?? '';
  const all = secretFieldsOf(azure);
  const needed = all.map(field => field.name);
  return secretFinding(vault, 'azure secret', name, azureShape(vault.config), fields => ({
    needed,
    problem:
      missingIn(fields, needed) ??
      all.map(field => field.problemOf(fields[field.name]!.reveal())).find(problem => problem !== undefined),
  }));
}

/** A remedy that names a secret of the stack is followed by the command that stores a new value. */
export function withFilling(finding: Finding, { config, kind, about }: Vault): Finding {
  const { remedy } = finding;
  const secrets = [
    [config.auth0.secret, auth0Shape(config)],
    [config.azure.secret, azureShape(config)],
  ] as const;
  const [name, shape] = secrets.find(([one]) => remedy?.includes(`the secret "${one}"`)) ?? [];
  if (kind !== 'stack' || remedy === undefined || name === undefined || shape === undefined) return finding;
  const [words = '', ...commands] = remedy.split('\n');
  const [filled = '', ...put] = filling(name, shape, about).split('\n');
  return { ...finding, remedy: [`${words.replace(/:$/, '')}; ${filled}`, ...commands, ...put].join('\n') };
}

const hashesIn = ({ redact }: PipelineConfig): boolean => redact.some(rule => rule.how === 'hash');

function auth0Shape(config: PipelineConfig): string {
  const key = hashesIn(config) ? ', "redactionKey": "…"' : '';
  return `{"clientId": "…", "clientSecret": "…"${key}} or {"clientId": "…", "privateKey": "…"${key}}`;
}

const azureShape = ({ azure }: PipelineConfig): string =>
  `{${secretFieldsOf(azure)
    .map(({ name }) => `"${name}": "…"`)
    .join(', ')}}`;

async function secretFinding(
  { secrets, kind, about }: Vault,
  check: string,
  name: string,
  shape: string,
  look: (fields: SecretFields) => {
    readonly needed: readonly string[];
    readonly problem: Problem | undefined;
  },
): Promise<Finding> {
  const say = findingOf(check);
  const answer = await secrets.read(name);
  if (answer.kind === 'fault') {
    const { code = '', verdict, message } = answer.fault;
    const [text = message] = message.split('; ');
    if (verdict !== 'denied' || NOT_FOR_US.has(code)) {
      const remedy = 'run this with credentials that can read it; “last run” shows whether the pipeline can';
      return say.unchecked(text.replace('by this role', 'by you'), remedy);
    }
    return say.error(
      text,
      kind === 'stack' ? filling(name, shape, about) : message.slice(text.length + 2) || shape,
    );
  }
  const { fields } = answer;
  const remedy = kind === 'stack' ? filling(name, shape, about) : `correct the secret; it must be ${shape}`;
  const { needed, problem } = look(fields);
  const blank = needed.find(
    key => fields[key]?.reveal().trim() !== fields[key]?.reveal() && key !== 'privateKey',
  );
  if (problem) return say[problem.level](`the secret "${name}" ${problem.text}`, remedy);
  if (blank !== undefined) {
    return say.warning(
      `the secret "${name}" has a "${blank}" that begins or ends with a space or a line break`,
      remedy,
    );
  }
  return say.ok(`"${name}" contains ${needed.join(' and ')}`);
}

function filling(name: string, shape: string, about: About): string {
  const put = `secretsmanager put-secret-value --secret-id ${name} \\\n    --secret-string file://secret.json`;
  return `write ${shape} to secret.json, and store that file in the secret (the next run uses it):\n  ${awsCommand(put, about)}`;
}
