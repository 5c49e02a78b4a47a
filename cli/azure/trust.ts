/** `azure trust`: sets which AWS roles Entra trusts: those of the stack's functions. */
import {
  EnableOutboundWebIdentityFederationCommand,
  GetOutboundWebIdentityFederationInfoCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { specOf, usesAwsRole } from '../../lambda/destinations/all.ts';
import { deployedParameters, deployTrust, refuseAzureName } from '../pipelines/azure-template.ts';
import { command } from '../pipelines/remedy.ts';
import { type StackClients, stackClients } from '../pipelines/stack/clients.ts';
import { pipelineOutputs } from '../pipelines/stack/outputs.ts';
import { DEFAULT_STACK, shipFunction } from '../pipelines/stack/target.ts';
import { confirm, terminal } from '../terminal/confirm.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { wrappedLines } from '../terminal/text.ts';

export interface TrustOptions {
  readonly group: string;
  readonly stack?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** As the template has it. */
const DEFAULT_IDENTITY = 'auth0-logs-to-azure';

/** Returns the exit code. Throws UsageError when AWS or Azure refuses, or nothing is federated. */
export async function runTrust(options: TrustOptions): Promise<number> {
  const { group, stack = DEFAULT_STACK, json } = options;
  const say = (text: string) => (json ? undefined : console.log(wrappedLines(text)));
  refuseAzureName('--group', group);
  const clients = await stackClients(options, process.env);
  const roles = await rolesOf(clients, stack);
  const parameters = await deployedParameters(group);
  if (!parameters) {
    throw new UsageError(
      `--group: the resource group "${group}" has no deployment "auth0-logs" of azure/template.json, or "az login" is needed`,
    );
  }
  const { identityName = DEFAULT_IDENTITY, principalId } = parameters;
  if (principalId) {
    throw new UsageError(
      `--group: the deployment in "${group}" has a principal of your own, and no identity; add the roles to its application as federated credentials, or use its client secret`,
    );
  }
  const iam = iamClient(clients, options.profile);
  const present = await issuerOf(clients, iam);
  say(`roles of stack ${stack}:\n${roles.map(one => `  ${one}`).join('\n')}`);
  if (!present)
    say('the AWS account does not issue tokens for roles yet: this will be enabled, once for the account');
  if (options.dryRun || !(await isWanted(options, identityName))) {
    if (json) console.log(JSON.stringify({ group, roles, issuer: present, changed: false }, undefined, 2));
    else say('nothing was changed');
    return EXIT.ok;
  }
  const issuer = present ?? (await enable(clients, iam));
  await deployTrust(group, { identityName, awsIssuer: issuer, awsRoleArns: roles });
  if (json) console.log(JSON.stringify({ group, roles, issuer, changed: true }, undefined, 2));
  say(`Entra trusts them, from ${issuer}. It can take 30 minutes until it applies; the pipelines wait. See:`);
  say(`  ${command(['status'], { stack: options.stack, region: options.region, profile: options.profile })}`);
  return EXIT.ok;
}

async function isWanted({ yes, json }: TrustOptions, identity: unknown): Promise<boolean> {
  if (yes) return true;
  const asked = terminal();
  if (!asked || json)
    throw new UsageError('there is no terminal to ask at; specify --yes, or --dry-run to change nothing');
  return confirm(asked, `let the identity "${identity}" trust these roles?`, new AbortController().signal);
}

/** Of the functions that use their AWS role at Entra. Where only queries need it, replays do not. */
async function rolesOf(clients: StackClients, stack: string): Promise<readonly string[]> {
  const outputs = await pipelineOutputs(clients, stack);
  const roles: string[] = [];
  for (const output of outputs) {
    const { config } = await shipFunction(clients, output);
    if (!usesAwsRole(config.azure)) continue;
    const posts = specOf(config.azure).isFederated(config.azure);
    for (const name of [output.shipFunction, ...(posts ? [output.replayFunction] : [])]) {
      const ask = new GetFunctionConfigurationCommand({ FunctionName: name });
      const { Role: role } = await clients.ask('lambda:GetFunctionConfiguration', () =>
        clients.lambda.send(ask),
      );
      if (role !== undefined) roles.push(role);
    }
  }
  if (roles.length > 0) return roles;
  throw new UsageError(
    `no pipeline of stack "${stack}" is federated: azure.auth is not "federated", so nothing must be trusted`,
  );
}

function iamClient({ region }: StackClients, profile: string | undefined): IAMClient {
  return new IAMClient({ region, maxAttempts: 3, ...(profile !== undefined && { profile }) });
}

/** Undefined while the account issues no tokens. */
function issuerOf({ ask }: StackClients, iam: IAMClient): Promise<string | undefined> {
  return ask('iam:GetOutboundWebIdentityFederationInfo', async () => {
    try {
      const info = await iam.send(new GetOutboundWebIdentityFederationInfoCommand({}));
      return info.JwtVendingEnabled === false ? undefined : info.IssuerIdentifier;
    } catch (error) {
      if (error instanceof Error && /FeatureDisabled/.test(error.name)) return undefined;
      throw error;
    }
  });
}

async function enable({ ask }: StackClients, iam: IAMClient): Promise<string> {
  const made = await ask('iam:EnableOutboundWebIdentityFederation', () =>
    iam.send(new EnableOutboundWebIdentityFederationCommand({})),
  );
  if (made.IssuerIdentifier !== undefined) return made.IssuerIdentifier;
  throw new UsageError('AWS named no issuer; run this again in a minute');
}
