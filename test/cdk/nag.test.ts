import { type App, Stack, Validations } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { Auth0LogsToAzure } from '../../cdk/pipeline.ts';
import { config } from './example.ts';
import { app, DIST, stack } from './synth.ts';

/** Rules that cdk-nag found broken and nobody acknowledged. Synthesis throws a report of them. */
function findings(of: Stack): string[] {
  const app = of.node.root as App;
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  try {
    app.synth();
    return [];
  } catch (error) {
    const report = error instanceof Error ? error.message : '';
    const found = [...report.matchAll(/Acknowledge with '\w+::((AwsSolutions|Serverless)-.+)'/g)];
    if (found.length === 0) throw error;
    return found.map(([, rule]) => rule!);
  }
}

function acknowledged(of: Stack): { id: string; reason: string }[] {
  const isAcknowledgement = (entry: { type: string }) =>
    entry.type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY;
  return of.node
    .findAll()
    .flatMap(one =>
      one.node.metadata
        .filter(isAcknowledgement)
        .flatMap(entry => Object.entries<string>(entry.data).map(([id, reason]) => ({ id, reason }))),
    );
}

describe('cdk-nag’s AwsSolutions and Serverless packs', () => {
  test('find nothing in a stack of two pipelines', () => {
    expect(findings(stack([config(), config({ name: 'staging' })]))).toEqual([]);
  });

  test('find nothing in nested stacks', () => {
    expect(findings(stack([config()], { nested: true }))).toEqual([]);
  });

  test('find nothing with a key and a network of the user’s', () => {
    const own = new Stack(app(), 'Own');
    const kmsKey = new Key(own, 'Key', { enableKeyRotation: true });
    const vpc = Vpc.fromVpcAttributes(own, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['a'],
      privateSubnetIds: ['subnet-0123456789abcdef0'],
      privateSubnetRouteTableIds: ['rtb-0123456789abcdef0'],
    });
    new Auth0LogsToAzure(own, 'prod', { config: config(), dist: DIST, kmsKey, vpc });
    expect(findings(own)).toEqual([]);
  });

  test('find nothing in a pipeline whose roles are vouched for', () => {
    const azure = {
      kind: 'logs-ingestion',
      endpoint: 'https://acme-x1y2.westeurope-1.ingest.monitor.azure.com',
      dcrImmutableId: `dcr-${'0a'.repeat(16)}`,
      tenantId: '01234567-89ab-cdef-0123-456789abcdef',
      clientId: '01234567-89ab-cdef-0123-456789abcdef',
      auth: 'federated',
    };
    expect(findings(stack([config({ azure })]))).toEqual([]);
  });

  test('find something where something is wrong', () => {
    const wrong = stack();
    new Queue(wrong, 'Naked');
    expect(findings(wrong)).toEqual(expect.arrayContaining(['AwsSolutions-SQS3', 'AwsSolutions-SQS4']));
  });

  test('are silenced rule by rule and resource by resource, each with a sentence', () => {
    const all = acknowledged(stack());
    expect(all.length).toBeGreaterThan(0);
    for (const { id, reason } of all) {
      expect(id).toMatch(/(AwsSolutions|Serverless)-\w+/);
      expect(reason).toMatch(/^[A-Z].{20,}\.$/);
    }
  });
});
