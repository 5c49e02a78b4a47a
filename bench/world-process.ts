/** A world in its own process: the first message sets it up, each later one asks for the calls counted so far. */
import { startWorld, type World, type WorldSetup } from './world.ts';

let world: World | undefined;

process.on('message', async (message: WorldSetup | 'calls') => {
  if (message === 'calls') return void process.send?.(await world?.calls());
  world = await startWorld(message);
  // Functions do not travel; what is left is plain data.
  process.send?.(JSON.parse(JSON.stringify(world)));
});
process.on('disconnect', () => process.exit());
