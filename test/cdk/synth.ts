/** Stacks for the tests: synthesised once a choice of options, with bundles of one line and the flags of cdk.json. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PipelinesStack, type PipelinesStackProps } from '../../cdk/stack.ts';
import { type PipelineConfig, parsePipeline } from '../../lambda/core/config.ts';

const ROOT = join(import.meta.dirname, '../..');
export const CDK_JSON = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));

/** A folder like dist/, so that no test waits for a build. */
export const DIST = mkdtempSync(join(tmpdir(), 'dist-'));
for (const name of ['ship', 'replay']) {
  mkdirSync(join(DIST, name));
  writeFileSync(join(DIST, name, 'index.mjs'), `export const handler = () => '${name}';\n`);
}

/** As a user would write it, with the least that must be given. */
export const MINIMAL = {
  name: 'prod',
  auth0: { domain: 'acme.eu.auth0.com', secret: 'auth0-logs/prod/auth0', logRetentionDays: 10 },
  azure: {
    kind: 'data-collector',
    workspaceId: '01234567-89ab-cdef-0123-456789abcdef',
    secret: 'auth0-logs/prod/azure',
  },
  alarms: { email: ['ops@acme.com'], https: ['https://hooks.acme.com/auth0'] },
} as const;

export function config(changes: Record<string, unknown> = {}): PipelineConfig {
  return parsePipeline({ ...MINIMAL, ...changes });
}

export function app(): App {
  return new App({ context: CDK_JSON.context, outdir: mkdtempSync(join(tmpdir(), 'cdk-')) });
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

/** Resources of a type, by logical id. */
export function resources(of: Template, type: string): Record<string, Resource> {
  return of.findResources(type) as Record<string, Resource>;
}

export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is JSON of any shape.
  readonly Properties: any;
}

/** The one resource of its type whose logical id begins so. */
export function one(of: Template, type: string, idPrefix = ''): Resource {
  const found = Object.entries(resources(of, type)).filter(([id]) => id.startsWith(idPrefix));
  if (found.length !== 1) throw new Error(`${found.length} of ${type} begin with "${idPrefix}"`);
  return found[0]![1];
}
