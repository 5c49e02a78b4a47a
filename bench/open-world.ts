/** A world whose parts are processes of their own, and what is asked of such processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { World, WorldSetup } from './world.ts';

/**
 * Auth0 in one process and all else in another, so that their work is not counted as ours and the one does not hold up the
 * other: two worlds, of which each has a part in use.
 */
export async function openWorld(setup: WorldSetup): Promise<World> {
  const tenant = await inProcess(setup);
  const env = { AUTH0_BASE_URL: tenant.auth0.baseUrl, ...setup.env };
  const clouds = await inProcess({ ...setup, logs: 0, env });
  return {
    env: clouds.env,
    auth0: tenant.auth0,
    calls: async () => {
      const { auth0Pages, auth0Throttled } = await tenant.calls();
      return { ...(await clouds.calls()), auth0Pages, auth0Throttled };
    },
    close: async () => {
      await Promise.all([tenant.close(), clouds.close()]);
    },
  };
}

async function inProcess(setup: WorldSetup): Promise<World> {
  const child = fork(fileURLToPath(new URL('world-process.ts', import.meta.url)), {
    execArgv: ['--max-old-space-size=8192'],
  });
  return {
    ...(await ask<World>(child, setup)),
    calls: () => ask(child, 'calls'),
    close: () =>
      new Promise<void>(resolve => {
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}

/** One question to a child process and its answer. Rejects when the child dies instead. */
export function ask<T>(child: ChildProcess, question: object | string): Promise<T> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null) => reject(new Error(`the process ended (${code})`));
    child.once('exit', died);
    child.once('message', answer => {
      child.off('exit', died);
      resolve(answer as T);
    });
    child.send(question);
  });
}
