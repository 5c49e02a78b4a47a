#!/usr/bin/env node
// Started by whatever Node is installed: hands over to the project's own, which can run TypeScript.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const executable = process.platform === 'win32' ? 'node.exe' : 'node';
const node = fileURLToPath(new URL(`../node_modules/node/bin/${executable}`, import.meta.url));
const main = fileURLToPath(new URL('main.ts', import.meta.url));

if (!existsSync(node)) {
  console.error(`error: ${node} does not exist; run "npm ci" in the project first`);
  process.exit(2);
}
const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
child.on('error', error => {
  console.error(`error: ${node} does not start: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  // A signal's number above 128 is what a shell makes of a death by it.
  process.exitCode = code ?? (signal === 'SIGKILL' ? 137 : 143);
});
// Ctrl-C reaches both by the terminal; the child decides when it ends, and this one ends with it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.on('SIGHUP', () => child.kill('SIGHUP'));
