/** Stacks for the tests: synthesized once per choice of options, with bundles of one line and the flags of cdk.json. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PipelinesStack, type PipelinesStackProps } from '../../cdk/stack.ts';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { config } from './example.ts';

const ROOT = join(import.meta.dirname, '../..');
export const CDK_JSON = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));

/** Of all files that share this process; folder.ts removes it. */
const FOLDER = mkdtempSync(join(process.env['TEST_CDK_FOLDER'] ?? tmpdir(), 'test-cdk-'));

/** A folder like dist/, so that no test waits for a build. */
export const DIST = join(FOLDER, 'dist');
for (const name of ['ship', 'replay', 'guard']) {
  mkdirSync(join(DIST, name), { recursive: true });
  writeFileSync(join(DIST, name, 'index.mjs'), `export const handler = () => '${name}';\n`);
}

export function app(): App {
  return new App({ context: CDK_JSON.context, outdir: mkdtempSync(join(FOLDER, 'cdk.out-')) });
}

export function stack(
  pipelines: readonly PipelineConfig[] = [config()],
  props: Partial<PipelinesStackProps> = {},
): PipelinesStack {
  const options = { dist: DIST, ...props.options };
  return new PipelinesStack(app(), 'Auth0LogsToAzure', { pipelines, ...props, options });
}

export function template(...args: Parameters<typeof stack>): Template {
  return Template.fromStack(stack(...args));
}

/** As CDK types it: JSON of any shape. */
export type Resource = ReturnType<Template['findResources']>[string];

/** Resources of a type, by logical id. */
export function resources(of: Template, type: string): Record<string, Resource> {
  return of.findResources(type);
}

/** The one resource of its type whose logical id begins so. */
export function one(of: Template, type: string, idPrefix = ''): Resource {
  const found = Object.entries(resources(of, type)).filter(([id]) => id.startsWith(idPrefix));
  if (found.length !== 1) throw new Error(`${found.length} of ${type} begin with "${idPrefix}"`);
  return found[0]![1];
}
