/** The Azure half: the outputs of the template, from a file or by the Azure CLI, and the secret that they need, if any. */
import { parsePipelines } from '../../lambda/config/config.ts';
import { ENV } from '../../lambda/core/contract.ts';
import { secretFieldsOf, specOf } from '../../lambda/destinations/all.ts';
import { httpClient } from '../../lambda/edges/http-client.ts';
import { baseUrlOf, systemClock } from '../../lambda/environment.ts';
import { azureFindings } from '../checks/azure.ts';
import { about, type Finding } from '../checks/finding.ts';
import {
  type AzurePlan,
  absent,
  azureNameProblem,
  createMissing,
  deployedOutputs,
  deployTemplate,
  refuseAzureName,
  subscription,
} from '../pipelines/azure-template.ts';
import { configurationFrom, MAKE_OUTPUTS } from '../pipelines/from-outputs.ts';
import { valueSecrets } from '../pipelines/local/secrets.ts';
import { UsageError } from '../terminal/errors.ts';
import { readJsonFile } from '../terminal/json-file.ts';
import { wrappedLines } from '../terminal/text.ts';
import { problemWith } from './answer-problem.ts';
import { type Auth0Answers, type SecretFields, secretIn } from './auth0-answers.ts';
import { type Checked, checked } from './checked.ts';
import { NOBODY, type Session } from './options.ts';

export interface AzureAnswers {
  /** The content of the configuration file. */
  readonly config: object;
  readonly secret: SecretFields | undefined;
  /** The resource group, if it is known. */
  readonly group: string | undefined;
}

/** Asks until Azure answers as it should. */
export async function azureAnswers(session: Session, auth0: Auth0Answers): Promise<Checked<AzureAnswers>> {
  const alarmEmail = await emails(session);
  return checked(session, async last => {
    const { outputs, group, mayRead } = await outputsOf(session, alarmEmail);
    const more = { alarmEmail, name: session.options.name, ...(mayRead && { verify: 'repair' as const }) };
    const base = { kind: 'new', ...auth0, ...more } as const;
    const config = Object(configurationFrom(outputs, base));
    const { azure } = parsePipelines(config)[0]!;
    const name = specOf(azure).isFederated(azure) ? undefined : azure.secret;
    const secret = name === undefined ? undefined : await secretOf(session, azure, last !== undefined);
    const opening = {
      secrets: valueSecrets(name === undefined || !secret ? {} : { [name]: secret }),
      clock: systemClock,
      fetch: httpClient(),
      fetchToken: httpClient(),
      baseUrl: baseUrlOf(session.env, ENV.azureBaseUrl),
      tokenBaseUrl: baseUrlOf(session.env, ENV.entraBaseUrl),
    };
    const found: Finding = about('azure secret').ok('given');
    const findings = await azureFindings({ config: azure, opening }, secret && found, undefined);
    return { answers: { config, secret, group }, findings };
  });
}

/** What is wrong with who gets the alarms. */
export const emailProblem = (address: string): string | undefined =>
  address === NOBODY ? undefined : problemWith('alarms.email', { alarms: { email: [address] } });

async function emails({ options, ask }: Session): Promise<readonly string[]> {
  const given = options.alarmEmail ?? [
    await ask!.text(`Who gets the alarms? An email address, or "${NOBODY}"`, '', emailProblem),
  ];
  return given.filter(one => one !== NOBODY);
}

type Azure = ReturnType<typeof parsePipelines>[number]['azure'];

async function secretOf(
  { options, env, ask }: Session,
  azure: Azure,
  isAgain: boolean,
): Promise<SecretFields> {
  const fields = secretFieldsOf(azure);
  if (!isAgain && options.azureSecret !== undefined) return secretIn('--azure-secret', options.azureSecret);
  const values: Record<string, string> = {};
  for (const { name, variable } of fields) {
    const known = isAgain ? undefined : env[variable];
    if (!known && !ask) {
      const shape = fields.map(field => `"${field.name}": "…"`).join(', ');
      throw new UsageError(
        `the destination needs a secret; specify --azure-secret FILE with {${shape}}, or set ${variable} in the environment`,
      );
    }
    values[name] = known || (await ask!.secret(`The secret of Azure, "${name}"`));
  }
  return values;
}

/** `mayRead`: it is known that the identity may read the rows. */
async function outputsOf(session: Session, alertEmails: readonly string[]) {
  const { options, ask, say } = session;
  if (options.outputs !== undefined) return ofFile(options.outputs, options.group);
  const found = await subscription(
    ask
      ? 'deploy azure/template.json elsewhere, and answer with a file of its outputs'
      : 'specify --outputs FILE',
  );
  if ('obstacle' in found) {
    if (!ask) throw new UsageError(`--group: ${found.obstacle}`);
    say(wrappedLines(found.obstacle));
    say(`On a machine with the Azure CLI, ${MAKE_OUTPUTS}`);
    const required = (answer: string) => (answer === '' ? 'it is empty' : undefined);
    return ofFile(
      await ask.text('File with the outputs of that deployment', 'outputs.json', required),
      undefined,
    );
  }
  const { name } = found;
  const group =
    options.group ??
    (await ask!.text(`Resource group in the subscription "${name}"`, 'auth0-logs', azureNameProblem));
  refuseAzureName('--group', group);
  const outputs = await deployedOutputs(group);
  if (outputs !== undefined) return { outputs, group, mayRead: false };
  const plan = await planFor(session, name, group);
  await createMissing(plan);
  const parameters = {
    workspaceName: plan.workspace,
    readRows: true,
    ...(alertEmails.length > 0 && { alertEmails }),
  };
  return { outputs: await deployTemplate(group, parameters), group, mayRead: true };
}

const ofFile = (file: string, group: string | undefined) => ({
  outputs: readJsonFile('outputs file', file, MAKE_OUTPUTS),
  group,
  mayRead: false,
});

/** What is created in Azure, after a yes. */
async function planFor(
  { options, ask, say }: Session,
  subscriptionName: string,
  group: string,
): Promise<AzurePlan> {
  const none = `the resource group "${group}" has no deployment "auth0-logs" of azure/template.json`;
  if (!ask && options.workspace === undefined) {
    throw new UsageError(`--group: ${none}; specify --workspace NAME to deploy it, or --outputs FILE`);
  }
  const workspace =
    options.workspace ?? (await ask!.text('Log Analytics workspace in it', 'auth0-logs', azureNameProblem));
  refuseAzureName('--workspace', workspace);
  const creates = await absent(group, workspace);
  const location =
    creates.length === 0
      ? undefined
      : (options.location ?? (await ask?.text('Azure region', 'westeurope', azureNameProblem)));
  if (creates.length > 0 && location === undefined) {
    throw new UsageError(
      `the ${creates.join(' and the ')} must be created; specify --location, such as westeurope`,
    );
  }
  if (location !== undefined) refuseAzureName('--location', location);
  const made = creates.map(one =>
    one === 'group' ? `the resource group "${group}"` : `the workspace "${workspace}"`,
  );
  const all = [...made, `the table, rule, identity, queries and alert rules of azure/template.json`].join(
    ', ',
  );
  if (ask && !(await ask.yes(`${none}. Create ${all} in "${subscriptionName}" now?`, true))) {
    throw new UsageError(
      `nothing was created, and nothing is known of Azure; deploy azure/template.json as in docs/azure.md, and run init again`,
    );
  }
  say(wrappedLines(`creating ${all}; this takes a minute or two`));
  return { group, workspace, location, creates };
}
