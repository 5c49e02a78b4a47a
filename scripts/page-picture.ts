/** A page as a file: HTML, or a picture of it by Chromium, in the few colors that a page of text has. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { replaceFile } from '../cli/terminal/durable-file.ts';

export interface Look {
  /** Of the page, in CSS pixels. */
  readonly width: number;
  /** Pixels of the picture for each of these. */
  readonly scale: number;
  /** In the picture, at most: few make it small. */
  readonly colors: number;
}

/** Where Chromium's own sandbox is not available, as in a container. The page is ours, and loads nothing. */
const HEADLESS = ['--headless', '--no-sandbox', '--hide-scrollbars'];

const MEASURE = '<script>document.title = document.documentElement.scrollHeight</script>';

/** Writes HTML, or for a name that ends in `.png` a picture of it. Rejects naming a program that is missing. */
export async function writePage(file: string, html: string, look: Look): Promise<void> {
  if (!file.endsWith('.png')) return replaceFile(file, html);
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  try {
    const [page, shot] = [join(folder, 'page.html'), join(folder, 'page.png')];
    await writeFile(page, `${html}${MEASURE}`);
    photograph(`file://${page}`, shot, look);
    shrink(shot, file, look.colors);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes a picture with that many colors at most. Throws Error naming a program that is missing. */
export function shrink(shot: string, file: string, colors: number): void {
  const small = ['--force', '--strip', '--speed=1', '--nofs', `--output=${resolve(file)}`];
  run('pngquant', [...small, `${colors}`, shot]);
}

/** The whole page: a window as high as the page measures itself. */
function photograph(url: string, shot: string, { width, scale }: Look): void {
  const size = (height: string) => `--window-size=${width},${height}`;
  const measured = run('chromium', [...HEADLESS, size('100'), '--dump-dom', url]);
  const [, height] = /<title>(\d+)<\/title>/.exec(measured) ?? [];
  if (height === undefined) throw new Error(`Chromium did not measure ${url}`);
  const scaled = `--force-device-scale-factor=${scale}`;
  run('chromium', [...HEADLESS, size(height), scaled, `--screenshot=${shot}`, url]);
}

function run(program: string, options: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync(program, options, { encoding: 'utf8' });
  if (error) {
    throw new Error(
      `a picture needs ${program}, which does not start (${error.message}); install it, or name an .html file instead`,
    );
  }
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}
