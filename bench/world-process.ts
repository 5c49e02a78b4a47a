/** One part of a world in a process of its own: first it is told what to be, then asked for the calls counted so far. */
import { startClouds, startTenant, type WorldSetup } from './world.ts';

/** What it is told first. */
export type Part =
  | { readonly part: 'tenant'; readonly setup: WorldSetup }
  | { readonly part: 'clouds'; readonly setup: WorldSetup; readonly auth0BaseUrl: string };

let calls: (() => Promise<object>) | undefined;

process.on('message', async (message: Part | 'calls') => {
  if (message === 'calls') return void process.send?.(await calls?.());
  const started =
    message.part === 'tenant'
      ? await startTenant(message.setup)
      : await startClouds(message.setup, message.auth0BaseUrl);
  ({ calls } = started);
  // Functions do not travel; what is left is plain data.
  process.send?.(JSON.parse(JSON.stringify(started)));
});
process.on('disconnect', () => process.exit());
