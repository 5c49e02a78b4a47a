/** Settings and secrets that go into a URL, a header or a form: what none of them can carry is no outage of the vendor. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError, type PipelineConfig, parsePipeline } from '../../lambda/config/config.ts';
import type { Answer, Fetch } from '../../lambda/core/http.ts';
import { openDestination } from '../../lambda/destinations/all.ts';
import { auth0Logs } from '../../lambda/edges/auth0.ts';
import { COLLECTOR, INGESTION, PIPELINE } from '../config/samples.ts';
import { handClock, heldSecrets } from './server.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const GOOD = {
  clientId: 'id',
  clientSecret: 'secret',
  sharedKey: Buffer.from('a key of the workspace').toString('base64'),
};

/** Refuses what node:http would, and gives whatever is asked for. */
const strict: Fetch = async (url, { headers = {}, body } = {}) => {
  new URL(url);
  for (const [name, value] of headers instanceof Headers ? headers : Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  String(body);
  const isToken = url.includes('token');
  const text = isToken ? '{"access_token":"a","expires_in":3600}' : url.includes('/api/v2/logs') ? '[]' : '';
  return new Response(text, { status: 200 }) as Answer;
};

/** What a page and a post say of that configuration and those secrets. */
async function said(config: PipelineConfig, fields: Record<string, string> = GOOD): Promise<unknown[]> {
  const base = { secrets: heldSecrets(fields), clock: handClock(NOW), fetch: strict };
  const { auth0, azure } = config;
  const page = await auth0Logs({ ...base, config: auth0 }).page('9', 1000);
  const { destination } = openDestination(azure, { ...base, fetchToken: strict, identity: 'nobody' });
  const post = await destination.post(Buffer.from('[]'), 1000);
  const faults = [page, post].map(one => ('fault' in one ? one.fault.verdict : one.kind));
  return faults;
}

const HOSTILE = [
  '\n',
  '\r\nx-other: 1',
  '\u0000',
  '\u007f',
  'ü',
  '日',
  '😀',
  '\ud800',
  ' ',
  '\t',
  '%',
  '#',
  '?',
  '..',
  'xn--a',
];
const SETTINGS: [string, string, string][] = [
  ...['workspaceId', 'logType', 'apiVersion', 'resourceId'].map(
    name => ['data-collector', 'azure', name] as [string, string, string],
  ),
  ...['endpoint', 'dcrImmutableId', 'stream', 'tenantId', 'clientId'].map(
    name => ['logs-ingestion', 'azure', name] as [string, string, string],
  ),
  ['data-collector', 'auth0', 'domain'],
  ['data-collector', 'auth0', 'customDomain'],
];
const VALUES: Record<string, string> = {
  ...INGESTION,
  ...COLLECTOR,
  logType: 'Auth0',
  apiVersion: '2016-04-01',
  resourceId: '/subscriptions/0123/resourceGroups/logs (1)/providers/x',
  stream: 'Custom-Auth0Logs_CL',
  domain: 'acme.eu.auth0.com',
  customDomain: 'login.acme.com',
};

test.each(SETTINGS)('%s: %s.%s is refused as configuration, or can be sent', async (kind, part, name) => {
  const value = VALUES[name] ?? '';
  const tried = (given: string): PipelineConfig | undefined => {
    const azure: object = kind === 'data-collector' ? COLLECTOR : INGESTION;
    const whole: Record<string, object> = { ...PIPELINE, azure } as never;
    try {
      return parsePipeline({ ...whole, [part]: { ...whole[part], [name]: given } });
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return undefined;
    }
  };
  expect(tried(value)).toBeDefined();
  const places = fc.tuple(fc.nat(value.length), fc.constantFrom(...HOSTILE));
  const examples = [0, value.indexOf('.') + 1, value.length].flatMap(at =>
    HOSTILE.map((hostile): [[number, string]] => [[at, hostile]]),
  );
  await fc.assert(
    fc.asyncProperty(places, async ([at, hostile]) => {
      const config = tried(value.slice(0, at) + hostile + value.slice(at));
      if (config) expect(await said(config)).toEqual(['page', 'answered']);
    }),
    { examples, numRuns: 200 },
  );
});

test.each(['clientId', 'clientSecret', 'sharedKey'])(
  'the field %s of a secret is sent, or denied',
  async name => {
    for (const azure of [COLLECTOR, INGESTION]) {
      const config = parsePipeline({ ...PIPELINE, azure });
      for (const hostile of HOSTILE) {
        const value = GOOD[name as keyof typeof GOOD] + hostile;
        for (const verdict of await said(config, { ...GOOD, [name]: value })) {
          expect(['page', 'answered', 'denied']).toContain(verdict);
        }
      }
    }
  },
);
