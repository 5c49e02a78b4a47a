import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shortCode } from '../../scripts/package.ts';

const ROOT = join(import.meta.dirname, '../..');
const THROWS = 'throw new ConfigError';
const sourceOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const throwing = globSync('{cdk,lambda}/**/*.ts', { cwd: ROOT }).filter(file =>
  sourceOf(file).includes(THROWS),
);

test('some files of the package refuse a configuration', () => expect(throwing).not.toEqual([]));

test.each(throwing)('the line of %s that refuses a configuration is one statement', file => {
  const code = shortCode(stripTypeScriptTypes(sourceOf(file)));
  const lines = code.split('\n').filter(line => line.includes(THROWS));
  for (const line of lines) expect(line.length).toBeLessThan(200);
});
