/** Somebody who has logged in with the Azure CLI. */
import { chmod } from 'node:fs/promises';
import { delimiter } from 'node:path';
import type { LocalWorld } from './local-world.ts';

/** An `az` that has logged in, and takes no other command than the one that it is asked. */
export async function loggedIn(world: LocalWorld): Promise<Record<string, string>> {
  const script = `#!${process.execPath}
const [a, b, c, resource, d, form, ...rest] = process.argv.slice(2);
const words = [a, b, c, d, form].join(' ');
if (words !== 'account get-access-token --resource --output json' || rest.length > 0) process.exit(2);
if (!process.env.AZ_TOKEN) { console.error("ERROR: Please run 'az login' to setup account."); process.exit(1); }
if (resource !== 'https://api.loganalytics.io') process.exit(3);
console.log(JSON.stringify({ accessToken: process.env.AZ_TOKEN, expires_on: Math.floor(Date.now() / 1000) + 3600 }));
`;
  const path = await world.write('az', script);
  await chmod(path, 0o755);
  return {
    PATH: `${world.directory}${delimiter}${process.env['PATH']}`,
    AZ_TOKEN: world.azure.login('https://api.loganalytics.io'),
  };
}
