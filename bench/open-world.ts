/** A world whose parts are processes of their own, and what is asked of such processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { both, type Clouds, type Tenant, type World, type WorldSetup } from './world.ts';
import type { Part } from './world-process.ts';

/** Each in a process of its own, so that their work is not counted as ours and the one does not hold up the other. */
export async function openWorld(setup: WorldSetup): Promise<World> {
  const tenant = await inProcess<Tenant>({ part: 'tenant', setup });
  const { baseUrl } = tenant.address;
  return both(tenant, await inProcess<Clouds>({ part: 'clouds', setup, auth0BaseUrl: baseUrl }));
}

async function inProcess<T extends Tenant | Clouds>(part: Part): Promise<T> {
  const child = fork(fileURLToPath(new URL('world-process.ts', import.meta.url)), {
    execArgv: ['--max-old-space-size=8192'],
  });
  return {
    ...(await ask<T>(child, part)),
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
    const died = (code: number | null) => reject(new Error(`a process of the benchmark ended (${code})`));
    child.once('exit', died);
    child.once('message', answer => {
      child.off('exit', died);
      resolve(answer as T);
    });
    child.send(question);
  });
}
