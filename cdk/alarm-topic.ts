/** The topic of the alarms: encrypted; only CloudWatch may publish, and only with TLS. */
import { Annotations, Aws, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { PipelineConfig } from '../lambda/config/config.ts';
import { acknowledge } from './acknowledge.ts';
import { outermostStack } from './secrets.ts';

const CLOUDWATCH = new ServicePrincipal('cloudwatch.amazonaws.com');

/** The topic of the configuration's `alarms.topicArn`, or a new one with its subscriptions. */
export function alarmTopic(scope: Construct, config: PipelineConfig, kmsKey: IKey | undefined): ITopic {
  const { alarms } = config;
  if (alarms.topicArn) return Topic.fromTopicArn(scope, 'AlarmTopic', alarms.topicArn);
  const masterKey = kmsKey ?? sharedAlarmKey(scope);
  const topic = new Topic(scope, 'AlarmTopic', {
    displayName: `Auth0 logs to Azure: ${config.name}`,
    masterKey,
    enforceSSL: true,
  });
  // This policy replaces the default one, which allows the alarms of this account.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AllowAlarms',
      principals: [CLOUDWATCH],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: ofThisAccount(),
    }),
  );
  for (const address of alarms.email) topic.addSubscription(new EmailSubscription(address));
  for (const url of alarms.https) {
    topic.addSubscription(new UrlSubscription(url, { protocol: SubscriptionProtocol.HTTPS }));
  }
  for (const subscription of topic.node.findAll().filter(child => child !== topic)) {
    acknowledge(subscription, {
      id: 'Serverless-SNSRedrivePolicy',
      reason:
        'SNS retries deliveries, and a queue of old notifications has no use: CloudWatch shows the state of the alarms.',
    });
  }
  if (alarms.email.length + alarms.https.length === 0) {
    Annotations.of(scope).addWarningV2(
      'auth0-logs-to-azure:nobody-is-told',
      `pipeline ${config.name}: its alarms notify nobody; set alarms.email, alarms.https or alarms.topicArn`,
    );
  }
  return topic;
}

/**
 * Alarms cannot publish to a topic with the AWS managed key alias/aws/sns, so each stack has one customer managed key.
 * https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
 */
function sharedAlarmKey(scope: Construct): IKey {
  const stack = outermostStack(scope);
  const found = stack.node.tryFindChild('AlarmKey');
  if (found instanceof Key) return found;
  const key = new Key(stack, 'AlarmKey', {
    description: 'Encrypts the alarm topics of Auth0 logs to Azure',
    enableKeyRotation: true,
    // It only protects notifications in transit: no data is lost with it.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  allowAlarms(key);
  return key;
}

/** Lets this account's alarms use a key of one's own. A key that was only imported keeps its policy: see docs/setup.md. */
export function allowAlarms(key: IKey): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AllowAlarms',
      principals: [CLOUDWATCH],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: ofThisAccount(),
    }),
  );
}

/** Lets CloudWatch Logs use the key, only for log groups of this account. */
export function allowLogs(key: IKey, scope: Construct): void {
  const { account, region, partition } = Stack.of(scope);
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AllowLogs',
      principals: [new ServicePrincipal(`logs.${region}.${Aws.URL_SUFFIX}`)],
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*', 'kms:Describe*'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*`,
        },
      },
    }),
  );
}

function ofThisAccount() {
  return { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };
}
