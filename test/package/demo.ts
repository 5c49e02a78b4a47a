/** The demo of the installed package, which needs two emulators that the package leaves out: `npx auth0-logs-to-azure`. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { mustBe } from '../deploy/checks.ts';
import { type Stage, type } from './stage.ts';

/** In a folder that has the emulators, with the oldest Node. */
export async function demo(stage: Stage, folder: string, node: string): Promise<void> {
  const file = join(folder, 'node_modules/auth0-logs-to-azure/cli/auth0-logs-to-azure.mjs');
  const play = (...options: string[]) => type(stage, folder, node, file, 'demo', '--logs', '500', ...options);
  await stage.checks.check('the demo plays, on the oldest Node', async () => {
    const printed = await play();
    const [told] = /^Nothing is lost: 500 logs in Azure/m.exec(printed) ?? [];
    mustBe(told !== undefined, `it says:\n${printed}`);
    return told;
  });
  await stage.checks.check('without the emulators it says what to install', async () => {
    await rename(join(folder, 'node_modules/dynalite'), join(folder, 'dynalite'));
    for (const options of [[], ['--web']]) {
      const said = await play(...options).catch((error: Error) => error.message.replaceAll('\n', ' '));
      mustBe(/npm install --save-dev dynalite@4 fauxqs@1/.test(said), `${options} it says: ${said}`);
    }
    return 'npm install --save-dev dynalite@4 fauxqs@1';
  });
}
