/** In the package this stands for build.ts: its folder dist/ was written when the package was made. See package-cli.ts. */
import { fileURLToPath } from 'node:url';
import type { Bundles } from './build.ts';

export async function buildFunctions(): Promise<Bundles> {
  const bundleOf = (name: string) => fileURLToPath(new URL(`../dist/${name}/index.mjs`, import.meta.url));
  return { ship: bundleOf('ship'), replay: bundleOf('replay'), remove: async () => undefined };
}
