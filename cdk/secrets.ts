/** Secrets that the stack creates with a placeholder, for the user to fill in. */
import { RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { SECRET_PLACEHOLDER } from '../lambda/core/contract.ts';
import { SPECS } from '../lambda/destinations/all.ts';
import { acknowledge } from './acknowledge.ts';

/**
 * Never change this text: CloudFormation would overwrite every secret, and so the credentials in it.
 * The description of the secret says what belongs in it.
 */
const PLACEHOLDER_TEXT = JSON.stringify({ [SECRET_PLACEHOLDER]: 'see docs/setup.md' });
const DESCRIPTION =
  'Auth0 logs to Azure. Replace the placeholder with JSON: for Auth0 {"clientId","clientSecret"} or ' +
  `{"clientId","privateKey"}; for Azure ${SPECS.map(({ secretField }) => `{"${secretField.name}"}`).join(' or ')}. See docs/setup.md`;

/**
 * Creates the secret of this name with a placeholder that the functions recognize, once per stack, also when pipelines
 * share it. An ARN names an existing secret: nothing is created. The secret is retained when the stack is deleted.
 */
export function placeholderSecret(scope: IConstruct, name: string, encryptionKey: IKey | undefined): void {
  const stack = outermostStack(scope);
  const id = `Secret-${encodeURIComponent(name)}`;
  if (name.startsWith('arn:') || stack.node.tryFindChild(id)) return;
  const secret = new Secret(stack, id, {
    secretName: name,
    description: DESCRIPTION,
    secretStringValue: SecretValue.unsafePlainText(PLACEHOLDER_TEXT),
    // Its name is fixed: if a failed first deploy retained it, the second deploy would fail too.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ...(encryptionKey && { encryptionKey }),
  });
  acknowledge(secret, {
    id: 'AwsSolutions-SMG4',
    reason:
      'Auth0 and Azure issue these credentials, so no Lambda function can rotate them; the next run reads a rotated one.',
  });
}

/** The stack that contains the nested ones: it has the resources that pipelines share. */
export function outermostStack(scope: IConstruct): Stack {
  const stack = Stack.of(scope);
  return stack.nestedStackParent ? outermostStack(stack.nestedStackParent) : stack;
}
