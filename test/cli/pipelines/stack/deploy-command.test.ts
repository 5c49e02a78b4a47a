import { expect, test } from 'vitest';
import { deployCommand } from '../../../../cli/pipelines/stack/target.ts';

const stack = { name: 'Logs', region: 'eu-west-1', profile: undefined };

test('the command names the configuration, every switch, region and profile', () => {
  const deployWith = ['config=config.json', 'stackName=Logs', 'createSecrets=false'];
  expect(deployCommand({ ...stack, profile: 'ops' }, { deployWith })).toBe(
    'npx cdk deploy -c config=config.json -c stackName=Logs -c createSecrets=false --region eu-west-1 --profile ops',
  );
});

test('what a shell would take apart is quoted', () => {
  expect(deployCommand(stack, { deployWith: ["config=../our files/it's.json"] })).toBe(
    `npx cdk deploy -c 'config=../our files/it'\\''s.json' --region eu-west-1`,
  );
});

test('a stack of another app is named', () => {
  expect(deployCommand(stack, {})).toBe('npx cdk deploy Logs --region eu-west-1');
});
