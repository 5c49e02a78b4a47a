/** Secrets that the stack makes empty, for the user to fill in. */
import { RemovalPolicy, SecretValue, Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { SECRET_PLACEHOLDER } from '../lambda/core/contract.ts';
import { SPECS } from '../lambda/destinations/all.ts';

/**
 * The same for every secret and for ever: CloudFormation writes a secret anew when this text changes, and would
 * so destroy what the user has filled in. What belongs into the secret is told by its description instead.
 */
const PLACEHOLDER_TEXT = JSON.stringify({ [SECRET_PLACEHOLDER]: 'see docs/setup.md' });
const DESCRIPTION =
  'Auth0 logs to Azure. Replace the placeholder with JSON: for Auth0 {"clientId","clientSecret"} or ' +
  `{"clientId","privateKey"}; for Azure ${SPECS.map(({ secretField }) => `{"${secretField.name}"}`).join(' or ')}. See docs/setup.md`;

/**
 * Makes the secret of this name with a placeholder that the functions recognise, once a stack however many pipelines
 * share it. An ARN names a secret that exists: nothing is made. It stays when the stack goes.
 */
export function placeholderSecret(scope: IConstruct, name: string, encryptionKey: IKey | undefined): void {
  const stack = outermostStack(scope);
  const id = `Secret-${encodeURIComponent(name)}`;
  if (name.startsWith('arn:') || stack.node.tryFindChild(id)) return;
  const secret = new Secret(stack, id, {
    secretName: name,
    description: DESCRIPTION,
    secretStringValue: SecretValue.unsafePlainText(PLACEHOLDER_TEXT),
    // Its name is fixed: left behind by a failed first deploy, it would make the second one fail too.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ...(encryptionKey && { encryptionKey }),
  });
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason:
      'Auth0 and Azure issue these credentials, so no Lambda function can rotate them; the next run reads a rotated one.',
  });
}

/** The stack that holds all nested ones: what pipelines share lives there. */
export function outermostStack(scope: IConstruct): Stack {
  const stack = Stack.of(scope);
  return stack.nestedStackParent ? outermostStack(stack.nestedStackParent) : stack;
}
