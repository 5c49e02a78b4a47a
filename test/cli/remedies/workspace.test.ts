import { chmod } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { cli } from '../cli.ts';
import { type LocalWorld, openLocalWorld } from '../local-world.ts';
import { commandsIn, parse, type } from './printed.ts';
import { only, openScene } from './scene.ts';

let world: LocalWorld;
afterEach(() => world.close());

async function audit(more: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const file = await world.write('pipeline.json', world.config);
  const state = world.directory;
  const words = ['audit', '--from', '1h', '--stored', '--config', file, '--state', state, ...more];
  return cli(words, { ...world.env, ...env });
}

test('no login of the Azure CLI: the command logs in', async () => {
  world = await openLocalWorld({ kind: 'data-collector' });
  await chmod(await world.write('az', '#!/bin/sh\necho "ERROR: no account" >&2\nexit 1\n'), 0o755);
  const env = { PATH: `${world.directory}${delimiter}${process.env['PATH']}` };
  const { code, stderr } = await audit([], env);
  const commands = commandsIn(stderr);
  expect({ code, commands }).toEqual({ code: 2, commands: ['az login'] });
  expect(await parse(commands[0]!)).toEqual(['az', 'login']);
});

test.each([
  ['us-gov', 'https://api.loganalytics.us', 'AzureUSGovernment'],
  ['china', 'https://api.loganalytics.azure.cn', 'AzureChinaCloud'],
])('no login in the cloud %s: the commands set the cloud, then log in', async (cloud, resource, name) => {
  world = await openLocalWorld({ kind: 'data-collector', settings: { cloud } });
  await chmod(await world.write('az', '#!/bin/sh\necho "ERROR: no $*" >&2\nexit 1\n'), 0o755);
  const { code, stderr } = await audit([], {
    PATH: `${world.directory}${delimiter}${process.env['PATH']}`,
  });
  expect(stderr).toContain(`--resource ${resource} `);
  const commands = commandsIn(stderr);
  expect({ code, commands }).toEqual({ code: 2, commands: [`az cloud set --name ${name}`, 'az login'] });
});

test('no workspace id: the command lists them', async () => {
  world = await openLocalWorld({ kind: 'logs-ingestion' });
  const { code, stderr } = await audit();
  const [list = '', ...more] = commandsIn(stderr);
  expect({ code, more }).toEqual({ code: 2, more: [] });
  expect(await parse(list)).toEqual([
    ...['az', 'monitor', 'log-analytics', 'workspace', 'list', '-o', 'table', '--query'],
    '[].{name:name,id:customerId}',
  ]);
});

test('dropped rows: the audit that doctor names, and the backfill that it names, as they are typed', async () => {
  const scene = await openScene({
    kind: 'logs-ingestion',
    settings: { workspaceId: '5ca1ab1e-0000-4000-8000-000000000001' },
    azure: { keepRecords: true, queryRoles: { application: 'all', operator: 'none' }, transform: 'fails' },
  });
  ({ world } = scene);
  const { say, shell } = scene;
  expect((await say('run --once')).code).toBe(0);
  const command = only((await say('doctor')).stdout, 'npx auth0-logs-to-azure audit --stored');
  // What was accepted just now is old enough.
  const found = await type(command, shell, ' --ingestion-delay 0m');
  expect([found.code, found.stdout]).toEqual([1, expect.stringContaining('NOT STORED: 20 logs')]);
  Object.assign(world.azure.workspace.settings, { transform: 'works' });
  for (const one of commandsIn(found.stdout)) expect((await type(one, shell, ' --yes')).code).toBe(0);
  expect((await type(command, shell)).stdout).toContain('Stored: 20 logs');
});
