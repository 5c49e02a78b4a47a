/** `status --web` of the installed package: the page was built when the package was made. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustBe } from '../deploy/checks.ts';
import type { Stage } from './stage.ts';

const MAX_BYTES = 150_000;

/** In a folder with the package and this Node. */
export async function page(stage: Stage, folder: string, node: string): Promise<void> {
  await stage.checks.check('status --web serves its page, on the oldest Node', async () => {
    const config = join(folder, 'page.json');
    await writeFile(config, stage.env['PIPELINE'] ?? '');
    const main = join(folder, 'node_modules/auth0-logs-to-azure/cli/auth0-logs-to-azure.mjs');
    const words = [main, 'status', '--web', '--config', config, '--state', join(folder, 'page-state')];
    const child = spawn(node, words, {
      cwd: folder,
      signal: stage.signal,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>(resolve => child.once('close', resolve));
    try {
      const bytes = await load(await addressIn(child.stdout));
      mustBe(bytes < MAX_BYTES, `it has ${bytes} bytes; allowed: ${MAX_BYTES}`);
      child.kill('SIGINT');
      mustBe((await ended) === 130, 'Ctrl-C does not end it with 130');
      return `${bytes} bytes`;
    } finally {
      child.kill('SIGKILL');
    }
  });
}

async function addressIn(output: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const part of output) {
    text += part;
    const [url] = /http:\/\/127\S+(?=\s)/.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`it prints no address: ${text}`);
}

/** As a browser does: the session, the page, and what it names. Returns the bytes of all. */
async function load(url: string): Promise<number> {
  const first = await fetch(url, { redirect: 'manual' });
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const get = async (address: URL) => {
    const answer = await fetch(address, { headers: { cookie } });
    mustBe(answer.ok, `${address.pathname} is answered with ${answer.status}`);
    return answer.text();
  };
  const base = new URL(first.headers.get('location') ?? '', url);
  const seen = new Map<string, string>();
  const waiting = [''];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    const text = await get(new URL(name, base));
    seen.set(name, text);
    const named = [...text.matchAll(/(?:src|href)="([\w.-]+\.(?:js|css))"|["']\.\/([\w-]+\.js)["']/g)];
    waiting.push(...named.map(([, file, part]) => file ?? part ?? ''));
  }
  mustBe(seen.has('status.js') && seen.has('status.css'), `it loads only ${[...seen.keys()]}`);
  return [...seen.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
