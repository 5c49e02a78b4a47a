import { describe, expect, test, vi } from 'vitest';
import { aboutPipeline, awsCommand, command, firstRun } from '../../../cli/pipelines/remedy.ts';

const STACK = { stack: 'Logs', region: 'eu-west-1', profile: 'on call', state: 'state', pipeline: 'prod' };
const LOCAL = { config: "it's.json", secrets: 's.json', state: '/srv/state', pipeline: 'prod' };

describe('a command', () => {
  test('names everything by which its pipeline was found, ready for a shell', () => {
    expect(command(['replay', '--list'], STACK)).toBe(
      "npx auth0-logs-to-azure replay --list --stack Logs --region eu-west-1 --profile 'on call' --pipeline prod",
    );
    expect(command(['status'], LOCAL)).toBe(
      "npx auth0-logs-to-azure status --config 'it'\\''s.json' --state /srv/state --secrets s.json --pipeline prod",
    );
  });

  test('names nothing that was not given, and no option that the command does not take', () => {
    expect(command(['status'], { state: 'state' })).toBe('npx auth0-logs-to-azure status');
    const both = { ...STACK, config: 'c.json' };
    expect(command(['run', '--once'], { ...both, secrets: 's.json' })).toBe(
      'npx auth0-logs-to-azure run --once --config c.json --secrets s.json --pipeline prod',
    );
  });

  test('that runs has its secrets: from the environment, or else from the file of docs/setup.md', () => {
    const run = () => command(['run', '--once'], { config: 'c.json' });
    expect(run()).toBe('npx auth0-logs-to-azure run --once --config c.json --secrets secrets.json');
    vi.stubEnv('AUTH0_CLIENT_ID', 'id');
    vi.stubEnv('AUTH0_CLIENT_SECRET', 'secret');
    expect(run()).toBe('npx auth0-logs-to-azure run --once --config c.json');
    vi.unstubAllEnvs();
    expect(command(['status'], { config: 'c.json' })).toBe('npx auth0-logs-to-azure status --config c.json');
  });

  test('is about one pipeline where there are several', () => {
    expect(aboutPipeline({ stack: 'Logs' }, 'prod', true)).toEqual({ stack: 'Logs', pipeline: 'prod' });
    expect(aboutPipeline({ stack: 'Logs' }, 'prod', false)).toEqual({ stack: 'Logs' });
  });

  test('of the AWS CLI names the region and the profile', () => {
    expect(awsCommand('sqs list-queues', STACK)).toBe(
      "aws sqs list-queues --region eu-west-1 --profile 'on call'",
    );
    expect(awsCommand('sqs list-queues', {})).toBe('aws sqs list-queues');
  });
});

test('a federated pipeline is deployed and not run: "run" refuses it', () => {
  expect(firstRun(LOCAL, false)).toContain('\n  npx auth0-logs-to-azure run --once --config');
  expect(firstRun({ config: 'prod.json' }, true)).toMatch(
    /\n {2}npx auth0-logs-to-azure deploy --config prod\.json$/,
  );
});
