/** Settings and secrets that go into a URL, a header or a form: a value that none of them can carry is not reported as an outage. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError, type PipelineConfig, parsePipeline } from '../../lambda/config/config.ts';
import type { Answer, Fetch } from '../../lambda/core/http.ts';
import { openDestination, specOf } from '../../lambda/destinations/all.ts';
import { auth0Logs } from '../../lambda/edges/auth0.ts';
import { KINDS, type Kind } from '../../simulator/azure/apis.ts';
import { PIPELINE } from '../config/samples.ts';
import { SAMPLES } from '../destinations/samples.ts';
import { handClock, heldSecrets } from './server.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
/** Of Auth0, and of every destination: an additional field is allowed. */
const GOOD: Readonly<Record<string, string>> = {
  clientId: 'id',
  clientSecret: 'secret',
  ...Object.fromEntries(KINDS.map(kind => [specOf({ kind }).secretField.name, SAMPLES[kind].newSecret()])),
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
async function said(
  config: PipelineConfig,
  fields: Readonly<Record<string, string>> = GOOD,
): Promise<unknown[]> {
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
const SETTINGS: readonly (readonly [Kind, 'azure' | 'auth0', string, string])[] = [
  ...KINDS.flatMap(kind =>
    Object.entries(SAMPLES[kind].carried).map(([name, value]) => [kind, 'azure', name, value] as const),
  ),
  [KINDS[0], 'auth0', 'domain', 'acme.eu.auth0.com'],
  [KINDS[0], 'auth0', 'customDomain', 'login.acme.com'],
];

test.each(SETTINGS)(
  '%s: %s.%s is refused as configuration, or can be sent',
  async (kind, part, name, value) => {
    const tried = (given: string): PipelineConfig | undefined => {
      const whole = { ...PIPELINE, azure: SAMPLES[kind].azure };
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
  },
);

test.each(Object.keys(GOOD))('the field %s of a secret is sent, or denied', async name => {
  for (const { azure } of Object.values(SAMPLES)) {
    const config = parsePipeline({ ...PIPELINE, azure });
    for (const hostile of HOSTILE) {
      const value = GOOD[name] + hostile;
      for (const verdict of await said(config, { ...GOOD, [name]: value })) {
        expect(['page', 'answered', 'denied']).toContain(verdict);
      }
    }
  }
});
