/** A pipeline of this machine, whose options are all unlike the defaults, so that a forgotten one is found out. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { openLocalWorld, recentLogs } from '../local-world.ts';
import { commandsIn, type } from './printed.ts';

export type Setup = NonNullable<Parameters<typeof openLocalWorld>[0]>;

export async function openScene(setup: Setup = {}, settings: object = {}) {
  const world = await openLocalWorld({ ...setup, auth0: { logs: recentLogs(20), ...setup.auth0 } });
  const config = await world.write('pipeline.json', { ...world.config, ...settings });
  const secrets = await world.writeSecrets();
  const state = join(world.directory, 'its state');
  const options = ` --config ${config} --state '${state}' --secrets ${secrets}`;
  const shell = { env: world.addresses };
  const say = (words: string) => type(`npx auth0-logs-to-azure ${words}${options}`, shell);
  return { world, config, secrets, state, options, shell, say };
}

/** The one command that starts like this. */
export function only(printed: string, start: string): string {
  const found = [...new Set(commandsIn(printed).filter(one => one.startsWith(start)))];
  expect(found).toHaveLength(1);
  return found[0]!;
}
