/** Last chapter: the command `deploy` of the installed package, in a folder without an app of one's own. */
import { join } from 'node:path';
import { mustBe } from '../deploy/checks.ts';
import { writeFiles } from './apps.ts';
import type { DeployStage } from './deploying.ts';
import { type } from './stage.ts';

const STACK = 'OwnStack';

/** `folder` has the packages that the README names. The emulator is bootstrapped. */
export async function withoutApp(stage: DeployStage, folder: string): Promise<void> {
  const { checks, ends } = stage;
  const command = (...words: string[]) =>
    type(stage, folder, 'auth0-logs-to-azure', ...words, '--stack', STACK);
  const { config, secrets } = ends.pipeline(stage.kind, 'own');
  const values = {
    [String(config.auth0['secret'])]: secrets.auth0,
    [String(config.azure['secret'])]: secrets.azure,
  };
  await writeFiles(folder, { 'config.json': JSON.stringify(config), 'secrets.json': JSON.stringify(values) });
  const isDeployed = await checks.check(
    'deploy of the installed command, without an app of one’s own',
    async () => {
      await command('deploy', '--yes', '--secrets', join(folder, 'secrets.json'));
      return `${STACK} is deployed, and its secrets are stored`;
    },
  );
  if (!isDeployed) return;
  await checks.check('status of the installed command finds that, too', async () => {
    // It has had no run, or one that did not find Auth0: the addresses of the simulators are not in a configuration.
    const printed = await command('status').catch((error: Error) => error.message);
    const [told] = /^own: .*$/m.exec(printed) ?? [];
    mustBe(told !== undefined, `it says:\n${printed}`);
    return told;
  });
}
