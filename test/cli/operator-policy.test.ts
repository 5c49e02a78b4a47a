import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(resolve(ROOT, path), 'utf8');

interface Policy {
  readonly Statement: readonly { readonly Action: string | readonly string[]; readonly Resource: string }[];
}

/** An action as IAM writes it, in a string of the code. */
const ACTION = /['`]([a-z]+:[A-Z][A-Za-z]+)\b/g;

test('the operator’s policy allows what the commands ask AWS for, and nothing else', () => {
  const files = readdirSync(resolve(ROOT, 'cli/pipelines/stack'));
  const asked = files.flatMap(name =>
    [...read(`cli/pipelines/stack/${name}`).matchAll(ACTION)].map(([, action]) => action),
  );
  const { Statement: statements }: Policy = JSON.parse(read('test/deploy/operator-policy.json'));
  const allowed = statements.flatMap(one => one.Action);
  // Secrets are read by the pipeline's own edge.
  const needed = new Set([...asked, 'secretsmanager:GetSecretValue']);
  expect(allowed.toSorted()).toEqual([...needed].sort());
});

test('it names the stack wherever AWS knows of resources', () => {
  const { Statement: statements }: Policy = JSON.parse(read('test/deploy/operator-policy.json'));
  const everywhere = statements.filter(({ Resource }) => Resource === '*').flatMap(one => one.Action);
  // CloudWatch wants "*", and so does a list of mappings: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/permissions-reference-cw.html
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
  expect(everywhere).toEqual([
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'lambda:ListEventSourceMappings',
  ]);
});
