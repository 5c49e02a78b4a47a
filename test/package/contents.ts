/** What is in the tarball: all that is meant to be, and nothing else. */
import type { Packed } from '../../scripts/package.ts';
import { mustBe } from '../deploy/checks.ts';

const NEEDED = [
  'README.md',
  'LICENSE',
  'package.json',
  'config.schema.json',
  'cdk.json',
  'azure/template.json',
  'cdk/api.js',
  'cdk/api.d.ts',
  'cdk/installed-app.js',
  'cli/auth0-logs-to-azure.mjs',
  'cli/main.js',
  'cli/licenses.txt',
  'cli/pages/demo.css',
  'cli/pages/demo.js',
  'cli/pages/status.css',
  'cli/pages/status.js',
  'dist/ship/index.mjs',
  'dist/replay/index.mjs',
  'dist/guard/index.mjs',
  'dist/licenses.txt',
  'docs/setup.md',
  'service/auth0-logs-to-azure.service',
];
const ALLOWED = [
  /^[A-Z]+(\.md)?$/,
  /^(package|config\.example|config\.schema|cdk)\.json$/,
  /^azure\/template\.json$/,
  /^(cdk|lambda)\/.*(\.js|\.d\.ts)$/,
  /^cli\/([\w-]+\.js|auth0-logs-to-azure\.mjs|licenses\.txt)$/,
  /^cli\/pages\/[\w-]+\.(css|js)$/,
  /^dist\/(\w+\/[\w.]+\.mjs|licenses\.txt)$/,
  /^docs\/([\w-]+\.md|images\/flow\.svg)$/,
  /^(Dockerfile|service\/auth0-logs-to-azure\.service)$/,
];
const MAX_BYTES = 1_000_000;

export function contents({ size, files }: Packed): string {
  const paths = files.map(({ path }) => path);
  const missing = NEEDED.filter(path => !paths.includes(path));
  mustBe(missing.length === 0, `it lacks ${missing}`);
  const others = paths.filter(path => !ALLOWED.some(allowed => allowed.test(path)));
  mustBe(others.length === 0, `it also holds ${others}`);
  mustBe(size < MAX_BYTES, `it has ${size} bytes; allowed: ${MAX_BYTES}`);
  return `${paths.length} files, ${Math.ceil(size / 1000)} kB packed`;
}
