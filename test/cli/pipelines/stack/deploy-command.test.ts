import { expect, test } from 'vitest';
import { deployCommand } from '../../../../cli/pipelines/stack/target.ts';

const stack = { name: 'Logs', region: 'eu-west-1', profile: undefined };

test('the command names the configuration, every switch, region and profile', () => {
  const deployWith = ['config=config.json', 'stackName=Logs', 'createSecrets=false'];
  expect(deployCommand({ ...stack, profile: 'ops' }, { deployWith })).toBe(
    'npx auth0-logs-to-azure deploy -c createSecrets=false --config config.json --stack Logs --region eu-west-1 --profile ops',
  );
});

test('what a shell would take apart is quoted', () => {
  expect(deployCommand(stack, { deployWith: ["config=../our files/it's.json"] })).toBe(
    `npx auth0-logs-to-azure deploy --config '../our files/it'\\''s.json' --region eu-west-1`,
  );
});

test('the pipelines of a cdk.json are deployed by the CDK', () => {
  expect(deployCommand(stack, { deployWith: ['stackName=Logs'] })).toBe(
    'npx cdk deploy -c stackName=Logs --region eu-west-1',
  );
});

test('a stack of another app is named', () => {
  expect(deployCommand(stack, {})).toBe('npx cdk deploy Logs --region eu-west-1');
});
