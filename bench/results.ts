/** Keeping results: bench/results.json. */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { writePages } from './page.ts';
import type { AllKept, Kept, Result } from './report.ts';

const FILE = new URL('results.json', import.meta.url);

/** Puts a section's result beside the others' and writes the page anew. */
export async function keepResults(section: string, result: Result, asked: readonly string[]): Promise<void> {
  const kept: Kept = {
    ...result,
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run bench', ...(asked.length > 0 ? ['--', ...asked] : [])].join(' '),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`,
    node: process.version,
  };
  const all: AllKept = { ...(await readResults()), [section]: kept };
  await writeFile(FILE, `${JSON.stringify(all, null, 2)}\n`);
  await writePages(all);
}

/** Every section's last result. */
export async function readResults(): Promise<AllKept> {
  try {
    return JSON.parse(await readFile(FILE, 'utf8')) as AllKept;
  } catch {
    return {};
  }
}
